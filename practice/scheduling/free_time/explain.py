"""Why a start is not offered: every time rule on its own, in words, with what leads out.

Pure: the booking verbs judge with these rules under their locks, availability shows the same answer as bitmaps.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from practice.core.errors import Refusal
from practice.core.local_time import NonexistentLocalTime, to_utc
from practice.scheduling.diary_time import DiaryTime, Taken
from practice.scheduling.free_time import words
from practice.scheduling.free_time.case import Case
from practice.scheduling.free_time.groups import group_at, open_group
from practice.scheduling.free_time.hours import in_utc, own_spans
from practice.scheduling.free_time.limit_rules import (
    therapist_can_get_there,
    therapist_has_had_enough_this_week,
    therapist_has_had_enough_today,
    therapist_is_rested,
)
from practice.scheduling.free_time.moment_rules import MOMENT_RULES, lies_inside, overlapping, share
from practice.scheduling.free_time.slots import is_registered_on
from practice.scheduling.free_time.ways_out import with_ways_out
from practice.scheduling.local_days import floor_minute, instant_of, local_day
from practice.scheduling.question import (
    DiaryFacts,
    Group,
    Question,
    RoomFacts,
    Span,
    TherapistFacts,
    candidates,
    is_suitable,
    shape_of,
    suitable_rooms,
)


def time_refusals(question: Question, facts: DiaryFacts, start: datetime) -> tuple[Refusal, ...]:
    """Return every time rule that refuses *start*, a naive wall time at the location (``fold`` 1: second occurrence).

    Empty if and only if availability offers the start. With several therapists (or any) the answer is empty as
    soon as one of them can; otherwise each code is told once. Facts must cover the local day of the start.
    """
    found = refusals_at(question, facts, start)
    if not found:
        return ()
    location = facts.set_up.locations[question.location_id]
    return with_ways_out(question, facts, _minute_near(start, location.zone), found)


def _minute_near(start: datetime, zone_name: str) -> int:
    """Return the UTC minute of a wall time, for one that the clocks skip the end of the gap."""
    return local_day(start.date(), zone_name).minute_at(start.hour * 60 + start.minute)


def refusals_at(question: Question, facts: DiaryFacts, start: datetime) -> tuple[Refusal, ...]:
    """Return the refusals alone, without what leads out of them."""
    location = facts.set_up.locations[question.location_id]
    try:
        begins_at = to_utc(start, location.zone)
    except NonexistentLocalTime as skipped:
        return skipped.refusals
    case = _case(question, facts, start, begins_at)
    return (*_moment_refusals(case), *_people_refusals(case), *_room_refusals(case))


def _case(question: Question, facts: DiaryFacts, start: datetime, begins_at: datetime) -> Case:
    return Case(
        question,
        facts,
        facts.set_up.services[question.service_id],
        facts.set_up.locations[question.location_id],
        shape_of(question, facts),
        start,
        floor_minute(begins_at),
    )


def _moment_refusals(case: Case) -> Iterator[Refusal]:
    for rule in MOMENT_RULES:
        if (refusal := rule(case)) is not None:
            yield refusal


def _people_refusals(case: Case) -> list[Refusal]:
    """Return nothing when one of the therapists can, else each code once."""
    people = candidates(case.question, case.facts.set_up)
    if not people:
        whom = " to this client" if case.question.client_id in case.facts.set_up.wishes else ""
        return [Refusal("not_offered", f"Nobody offers {case.service.name}{whom}.")]
    each = [therapist_refusals(case, therapist) for therapist in people]
    return [] if any(not refusals for refusals in each) else _told_once(each)


def therapist_refusals(case: Case, therapist: TherapistFacts) -> list[Refusal]:
    """Return the rules that refuse this therapist at this start; who joins a session takes no more of her time."""
    rules = PRESENCE_RULES if _joined(case, therapist) else THERAPIST_RULES
    found = (rule(case, therapist) for rule in rules)
    return [refusal for refusal in found if refusal is not None]


def _joined(case: Case, therapist: TherapistFacts) -> Group | None:
    return open_group(case.question, case.facts, therapist.id, case.begins)


def _told_once(each: list[list[Refusal]]) -> list[Refusal]:
    told: dict[str, Refusal] = {}
    for refusals in each:
        for refusal in refusals:
            told.setdefault(refusal.code, refusal)
    return list(told.values())


# The therapist.


def therapist_is_active(case: Case, therapist: TherapistFacts) -> Refusal | None:  # noqa: ARG001  # one shape for all rules
    if therapist.is_active:
        return None
    return Refusal("inactive", f"{therapist.name} no longer works here.")


def therapist_is_registered(case: Case, therapist: TherapistFacts) -> Refusal | None:
    if is_registered_on(therapist, case.day.on):
        return None
    begins_on = therapist.registered_from
    until = None
    if therapist.is_registered and begins_on is not None and begins_on > case.day.on:
        until = instant_of(local_day(begins_on, case.location.zone).begins)
    return Refusal(
        "therapist_not_registered",
        f"{therapist.name} has no valid registration on {words.day(case.day.on)}.",
        until=until,
    )


def therapist_offers(case: Case, therapist: TherapistFacts) -> Refusal | None:
    if case.service.id in therapist.offers:
        return None
    return Refusal("not_offered", f"{therapist.name} does not offer {case.service.name}.")


def therapist_works(case: Case, therapist: TherapistFacts) -> Refusal | None:
    spans = own_spans(therapist, case.location.id, case.facts.exceptions, case.day.on)
    if lies_inside(case.treatment, in_utc(spans, case.day)):
        return None
    hours = f"works {words.wall_spans(spans)}" if spans else "does not work"
    return Refusal(
        "outside_hours",
        f"{therapist.name} {hours} at {case.location.name} on {words.day(case.day.on)}.",
        overridable=True,
    )


def therapist_is_present(case: Case, therapist: TherapistFacts) -> Refusal | None:
    absences = case.facts.exceptions.absences.get(therapist.id, ())
    ends = [away.ends for _, away in absences if share(away, case.treatment)]
    if not ends:
        return None
    return Refusal(
        "time_off",
        f"{therapist.name} is away until {case.clock(max(ends))}.",
        until=instant_of(max(ends)),
        overridable=True,
    )


def therapist_is_free(case: Case, therapist: TherapistFacts) -> Refusal | None:
    group = group_at(case.question, case.facts, therapist.id, case.begins)
    if group is not None:
        sentence = f"The group with {therapist.name} is full: all {group.taken} places are taken."
        return Refusal("group_full", sentence, until=instant_of(group.span.ends))
    return _diary_refusal(case, case.facts.taken_on(therapist.diary_id), therapist.name, words.OF_PEOPLE)


def _diary_refusal(case: Case, diary: DiaryTime, name: str, doing: Mapping[int, str]) -> Refusal | None:
    """Return ``time_taken`` for treatment on treatment, ``buffer`` when only the buffers overlap.

    *doing* says what blocks are for; whoever holds a mail link is not told.
    """
    taken = overlapping(diary, case.treatment)
    if taken is not None:
        what = None if case.question.by_link else doing.get(taken.work)
        sentence = words.taken(name, what, case.clock(taken.begins), case.clock(taken.ends))
        return Refusal("time_taken", sentence, until=instant_of(taken.ends))
    close = _too_close(diary, case)
    if close is None:
        return None
    return Refusal(
        "buffer",
        f"{name} needs time between appointments and is taken from {case.clock(close.begins)} "
        f"to {case.clock(close.ends)}.",
        until=instant_of(close.ends + close.after + case.shape.before),
        overridable=True,
    )


def _too_close(diary: DiaryTime, case: Case) -> Taken | None:
    wide = Span(case.treatment.begins - case.shape.before, case.treatment.ends + case.shape.after)
    return next(
        (taken for taken in diary if share(Span(taken.begins - taken.before, taken.ends + taken.after), wide)), None
    )


# The room.


def _room_refusals(case: Case) -> list[Refusal]:
    if not case.service.needs_room or _joins_somebody(case):
        return []
    if case.question.room_id is not None:
        return _one_room(case, case.facts.set_up.rooms[case.question.room_id])
    rooms = suitable_rooms(case.question, case.facts.set_up)
    if not rooms:
        return [Refusal("no_room", f"{case.location.name} has no room that suits {case.service.name}.")]
    ends: list[datetime] = []
    for room in rooms:
        refusal = _diary_refusal(case, case.facts.taken_on(room.diary_id), room.name, words.OF_ROOMS)
        if refusal is None or refusal.until is None:
            return []
        ends.append(refusal.until)
    return [Refusal("no_room", f"No room that suits {case.service.name} is free at that time.", until=min(ends))]


def _joins_somebody(case: Case) -> bool:
    """Return whether the client may join a session, which has its room."""
    if not case.facts.groups:
        return False
    people = candidates(case.question, case.facts.set_up)
    return any(_joined(case, one) and not therapist_refusals(case, one) for one in people)


def _one_room(case: Case, room: RoomFacts) -> list[Refusal]:
    found: list[Refusal] = []
    if not room.is_active:
        found.append(Refusal("inactive", f"{room.name} is no longer in use."))
    elif not is_suitable(room, case.service, case.location.id):
        found.append(Refusal("no_room", f"{room.name} does not suit {case.service.name} at {case.location.name}."))
    refusal = _diary_refusal(case, case.facts.taken_on(room.diary_id), room.name, words.OF_ROOMS)
    return found if refusal is None else [*found, refusal]


PRESENCE_RULES: tuple[Callable[[Case, TherapistFacts], Refusal | None], ...] = (
    therapist_is_active,
    therapist_is_registered,
    therapist_offers,
    therapist_works,
    therapist_is_present,
)
THERAPIST_RULES: tuple[Callable[[Case, TherapistFacts], Refusal | None], ...] = (
    *PRESENCE_RULES,
    therapist_is_free,
    therapist_can_get_there,
    therapist_has_had_enough_today,
    therapist_has_had_enough_this_week,
    therapist_is_rested,
)
