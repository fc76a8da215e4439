"""Why a start is not offered: every time rule on its own, in words, with what leads out.

Pure: the booking verbs judge with these rules under their locks, availability shows the same answer as bitmaps.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from practice.core.errors import Refusal
from practice.core.local_time import NonexistentLocalTime, to_utc
from practice.scheduling.diary_time import DiaryTime, Taken
from practice.scheduling.free_time import words
from practice.scheduling.free_time.availability import first_allowed, horizon_ends
from practice.scheduling.free_time.case import Case
from practice.scheduling.free_time.hours import closure_on, in_utc, open_spans, own_spans
from practice.scheduling.free_time.limit_rules import (
    location_gives_service,
    therapist_can_get_there,
    therapist_has_had_enough_this_week,
    therapist_has_had_enough_today,
    therapist_is_rested,
)
from practice.scheduling.free_time.slots import is_registered_on
from practice.scheduling.free_time.ways_out import with_ways_out
from practice.scheduling.local_days import ceil_minute, floor_minute, instant_of, local_day
from practice.scheduling.question import (
    DiaryFacts,
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
    """Return the rules that refuse this therapist at this start."""
    found = (rule(case, therapist) for rule in THERAPIST_RULES)
    return [refusal for refusal in found if refusal is not None]


def _told_once(each: list[list[Refusal]]) -> list[Refusal]:
    told: dict[str, Refusal] = {}
    for refusals in each:
        for refusal in refusals:
            told.setdefault(refusal.code, refusal)
    return list(told.values())


# The moment itself.


def service_is_active(case: Case) -> Refusal | None:
    if case.service.is_active:
        return None
    return Refusal("inactive", f"{case.service.name} is no longer offered.")


def location_is_active(case: Case) -> Refusal | None:
    if case.location.is_active:
        return None
    return Refusal("inactive", f"{case.location.name} is no longer in use.")


def on_grid(case: Case) -> Refusal | None:
    grid = case.service.grid_minutes
    minutes = case.local_start.hour * 60 + case.local_start.minute
    if minutes % grid == 0 and case.local_start.second == 0 and case.local_start.microsecond == 0:
        return None
    return Refusal("off_grid", f"{case.service.name} starts every {grid} minutes.", overridable=True)


def not_past(case: Case) -> Refusal | None:
    if case.begins >= ceil_minute(case.question.asked_at):
        return None
    return Refusal("past", "That time has already passed.")


def enough_notice(case: Case) -> Refusal | None:
    asked = ceil_minute(case.question.asked_at)
    earliest = first_allowed(case.question, case.facts)
    if case.begins >= earliest or case.begins < asked:
        return None
    sentence = (
        f"{case.service.name} needs {earliest - asked} minutes' notice; the earliest start is {case.clock(earliest)}."
    )
    return Refusal("notice", sentence, overridable=True)


def inside_horizon(case: Case) -> Refusal | None:
    if case.begins < horizon_ends(case.question, case.facts):
        return None
    days = case.service.horizon_days
    opens_on = case.day.on - timedelta(days=days)
    return Refusal(
        "horizon",
        f"{case.service.name} can be booked {days} days ahead; this day opens on {words.day(opens_on)}.",
        until=instant_of(local_day(opens_on, case.location.zone).begins),
        overridable=True,
    )


def location_is_open(case: Case) -> Refusal | None:
    closures = case.facts.exceptions.closures
    spans = open_spans(case.location, closures, case.day.on)
    if _lies_inside(case.treatment, in_utc(spans, case.day)):
        return None
    closure = closure_on(case.location, closures, case.day.on)
    if closure is not None:
        reason = f"is closed on {words.day(case.day.on)}: {closure.name}"
        until = instant_of(local_day(closure.last_on, case.location.zone).ends)
    else:
        reason = f"is open {words.wall_spans(spans)} that day" if spans else f"is closed on {case.day.on:%A}s"
        until = None
    return Refusal("closed", f"{case.location.name} {reason}.", until=until, overridable=True)


def client_is_free(case: Case) -> Refusal | None:
    if case.facts.client_diary_id is None:
        return None
    own = _overlapping(case.facts.taken_on(case.facts.client_diary_id), case.treatment)
    if own is None:
        return None
    return Refusal(
        "time_taken",
        f"The client has another appointment from {case.clock(own.begins)} to {case.clock(own.ends)}.",
        until=instant_of(own.ends),
    )


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
    if _lies_inside(case.treatment, in_utc(spans, case.day)):
        return None
    hours = f"works {words.wall_spans(spans)}" if spans else "does not work"
    return Refusal(
        "outside_hours",
        f"{therapist.name} {hours} at {case.location.name} on {words.day(case.day.on)}.",
        overridable=True,
    )


def therapist_is_present(case: Case, therapist: TherapistFacts) -> Refusal | None:
    absences = case.facts.exceptions.absences.get(therapist.id, ())
    ends = [away.ends for _, away in absences if _share(away, case.treatment)]
    if not ends:
        return None
    return Refusal(
        "time_off",
        f"{therapist.name} is away until {case.clock(max(ends))}.",
        until=instant_of(max(ends)),
        overridable=True,
    )


def therapist_is_free(case: Case, therapist: TherapistFacts) -> Refusal | None:
    return _diary_refusal(case, case.facts.taken_on(therapist.diary_id), therapist.name, words.OF_PEOPLE)


def _diary_refusal(case: Case, diary: DiaryTime, name: str, doing: Mapping[int, str]) -> Refusal | None:
    """Return ``time_taken`` for treatment on treatment, ``buffer`` when only the buffers overlap.

    *doing* says what blocks are for; whoever holds a mail link is not told.
    """
    taken = _overlapping(diary, case.treatment)
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


def _overlapping(diary: DiaryTime, treatment: Span) -> Taken | None:
    return next((taken for taken in diary if _share(Span(taken.begins, taken.ends), treatment)), None)


def _too_close(diary: DiaryTime, case: Case) -> Taken | None:
    wide = Span(case.treatment.begins - case.shape.before, case.treatment.ends + case.shape.after)
    return next(
        (taken for taken in diary if _share(Span(taken.begins - taken.before, taken.ends + taken.after), wide)), None
    )


# The room.


def _room_refusals(case: Case) -> list[Refusal]:
    if not case.service.needs_room:
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


def _one_room(case: Case, room: RoomFacts) -> list[Refusal]:
    found: list[Refusal] = []
    if not room.is_active:
        found.append(Refusal("inactive", f"{room.name} is no longer in use."))
    elif not is_suitable(room, case.service, case.location.id):
        found.append(Refusal("no_room", f"{room.name} does not suit {case.service.name} at {case.location.name}."))
    refusal = _diary_refusal(case, case.facts.taken_on(room.diary_id), room.name, words.OF_ROOMS)
    return found if refusal is None else [*found, refusal]


def _lies_inside(treatment: Span, spans: list[Span]) -> bool:
    return any(span.begins <= treatment.begins and treatment.ends <= span.ends for span in spans)


def _share(one: Span, two: Span) -> bool:
    return one.begins < two.ends and two.begins < one.ends


MOMENT_RULES: tuple[Callable[[Case], Refusal | None], ...] = (
    service_is_active,
    location_is_active,
    location_gives_service,
    on_grid,
    not_past,
    enough_notice,
    inside_horizon,
    location_is_open,
    client_is_free,
)
THERAPIST_RULES: tuple[Callable[[Case, TherapistFacts], Refusal | None], ...] = (
    therapist_is_active,
    therapist_is_registered,
    therapist_offers,
    therapist_works,
    therapist_is_present,
    therapist_is_free,
    therapist_can_get_there,
    therapist_has_had_enough_today,
    therapist_has_had_enough_this_week,
    therapist_is_rested,
)
