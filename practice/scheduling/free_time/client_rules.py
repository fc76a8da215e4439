"""What a client's own visits and wishes forbid at a start: judged when time is taken, shown beside free times. Pure.

Facts must cover the client's diary and those of clients kept apart, as far as ``limits.days_known`` reaches.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from practice.core.errors import Refusal
from practice.core.local_time import NonexistentLocalTime, to_local, to_utc
from practice.scheduling.diary_time import VISITS, Taken
from practice.scheduling.free_time import words
from practice.scheduling.free_time.case import Case
from practice.scheduling.limits import Wishes
from practice.scheduling.local_days import floor_minute, instant_of, local_day
from practice.scheduling.question import DiaryFacts, Question, Span, TherapistFacts, candidates, shape_of

HOUR = 60

ABOUT_WHEN = frozenset({"not_in_this_hour", "client_day_full", "client_gap"})
"""Refusals that another time leads out of."""

ABOUT_WHOM = frozenset({"not_with_therapist", "preference"})
"""Refusals that another therapist leads out of."""


def client_refusals(question: Question, facts: DiaryFacts, start: datetime) -> tuple[Refusal, ...]:
    """Return what speaks against this client at a naive wall time with the therapists asked for."""
    location = facts.set_up.locations[question.location_id]
    if question.client_id is None:
        return ()
    try:
        begins = floor_minute(to_utc(start, location.zone))
    except NonexistentLocalTime:
        return ()
    service = facts.set_up.services[question.service_id]
    case = Case(question, facts, service, location, shape_of(question, facts), start, begins)
    return (*_about_whom(case), *about_when(case))


def _about_whom(case: Case) -> Iterator[Refusal]:
    people = candidates(case.question, case.facts.set_up)
    each = [with_whom(wishes_in(case), therapist) for therapist in people]
    if each and None not in each:
        yield next(refusal for refusal in each if refusal is not None)


def wishes_in(case: Case) -> Wishes:
    """Return what the client wishes."""
    return case.facts.set_up.wishes_of(case.question.client_id)


def with_whom(wishes: Wishes, therapist: TherapistFacts) -> Refusal | None:
    """Return why this therapist is not for this client; the desk learns no reason of a pair kept apart."""
    if therapist.id in wishes.blocked:
        return Refusal("not_with_therapist", f"Not with {therapist.name}.", overridable=True)
    if wishes.suit(therapist.id, therapist.gender):
        return None
    return Refusal("preference", f"The client asked not to be treated by {therapist.name}.", overridable=True)


def about_when(case: Case) -> Iterator[Refusal]:
    """Yield what speaks against the time, whoever treats."""
    for rule in TIME_RULES:
        if (refusal := rule(case)) is not None:
            yield refusal


def nobody_to_avoid(case: Case) -> Refusal | None:
    for diary_id in wishes_in(case).apart:
        for other in case.facts.taken_on(diary_id):
            if other.location_id == case.location.id and _share(_hours(case.treatment, case), _hours(other, case)):
                until = instant_of(_hours(other, case).ends)
                return Refusal(
                    "not_in_this_hour", "This client cannot come in this hour.", until=until, overridable=True
                )
    return None


def _hours(span: Span | Taken, case: Case) -> Span:
    """Return the whole hours, as the clock at the place shows them, into which a time falls."""
    begins, ends = span[0] - case.day.begins, span[1] - case.day.begins
    return Span(case.day.begins + begins // HOUR * HOUR, case.day.begins - (-ends // HOUR) * HOUR)


def _share(one: Span, two: Span) -> bool:
    return one.begins < two.ends and two.begins < one.ends


def not_too_many_today(case: Case) -> Refusal | None:
    most = case.facts.set_up.client_limits.visits_a_day
    if most is None or case.service.work not in VISITS:
        return None
    today = [on for on, work in _visits(case) if on == case.day.on and work in VISITS]
    if len(today) < most:
        return None
    return Refusal(
        "client_day_full",
        f"The client has {words.amount(len(today), 'visit')} on {words.day(case.day.on)} already.",
        until=instant_of(case.day.ends),
        overridable=True,
    )


def far_enough_apart(case: Case) -> Refusal | None:
    gap = case.facts.set_up.client_limits.gap_days(case.service.work)
    if not gap:
        return None
    near = [on for on, work in _visits(case) if work == case.service.work and abs((on - case.day.on).days) < gap]
    if not near:
        return None
    free_on = max(near) + timedelta(days=gap)
    return Refusal(
        "client_gap",
        f"The client has such a visit on {words.day(max(near))}; {words.amount(gap, 'day')} are to lie between two.",
        until=instant_of(local_day(free_on, case.location.zone).begins),
        overridable=True,
    )


def _visits(case: Case) -> Iterator[tuple[date, int]]:
    """Yield the local days of the client's other visits, and what kind they are."""
    own = case.facts.client_diary_id
    for taken in case.facts.taken_on(own) if own is not None else ():
        yield to_local(instant_of(taken.begins), case.location.zone).date(), taken.work


TIME_RULES: tuple[Callable[[Case], Refusal | None], ...] = (nobody_to_avoid, not_too_many_today, far_enough_apart)
