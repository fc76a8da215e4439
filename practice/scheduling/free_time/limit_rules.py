"""Why a start is beyond a limit, one rule each: what a place gives, the way between places, enough work, a rest.

Pure. Each returns a refusal in words, or nothing.
"""

from practice.core.errors import Refusal
from practice.scheduling.diary_time import Taken
from practice.scheduling.free_time import words
from practice.scheduling.free_time.case import Case
from practice.scheduling.free_time.limits import (
    Load,
    Wanted,
    day_span,
    is_too_much,
    load_of,
    visits_on,
    week_span,
    within,
    without_rest,
)
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import Span, TherapistFacts, is_given_at


def location_gives_service(case: Case) -> Refusal | None:
    if is_given_at(case.service, case.location.id):
        return None
    names = [one.name for one in case.facts.set_up.locations.values() if one.id in case.service.location_ids]
    return Refusal(
        "not_at_location",
        f"{case.service.name} is not given at {case.location.name}, only at {words.listed(sorted(names))}.",
    )


def therapist_can_get_there(case: Case, therapist: TherapistFacts) -> Refusal | None:
    apart = case.facts.set_up.travel_from(case.location.id)
    if not apart:
        return None
    for other in case.facts.taken_on(therapist.diary_id):
        minutes = apart.get(other.location_id, 0)
        if minutes and _is_near(case, other, minutes) and not _is_near(case, other, 0):
            return _too_far(case, therapist, other, minutes)
    return None


def _is_near(case: Case, other: Taken, minutes: int) -> bool:
    """Return whether less than *minutes* lie between the two with their buffers."""
    return (
        case.treatment.begins - case.shape.before < other.ends + other.after + minutes
        and other.begins - other.before - minutes < case.treatment.ends + case.shape.after
    )


def _too_far(case: Case, therapist: TherapistFacts, other: Taken, minutes: int) -> Refusal:
    place = case.facts.set_up.locations[other.location_id].name
    is_before = other.ends <= case.treatment.begins
    when = f"until {case.clock(other.ends)}" if is_before else f"from {case.clock(other.begins)} on"
    return Refusal(
        "travel_time",
        f"{therapist.name} is at {place} {when} and needs {minutes} minutes to get to {case.location.name}.",
        until=instant_of(other.ends + other.after + minutes + case.shape.before) if is_before else None,
        overridable=True,
    )


def therapist_has_had_enough_today(case: Case, therapist: TherapistFacts) -> Refusal | None:
    limits, day = therapist.limits, day_span(case.day.on, case.location.zone)
    load = _too_much(case, therapist, day, limits.visits_a_day, limits.minutes_a_day)
    if load is None:
        return None
    counted = _counted(load, limits.visits_a_day)
    return Refusal(
        "day_full",
        f"{therapist.name} has {counted} on {words.day(case.day.on)}; "
        f"{_most(limits.visits_a_day, limits.minutes_a_day)} are the most.",
        until=instant_of(day.ends),
        overridable=True,
    )


def therapist_has_had_enough_this_week(case: Case, therapist: TherapistFacts) -> Refusal | None:
    limits, week = therapist.limits, week_span(case.day.on, case.location.zone)
    load = _too_much(case, therapist, week, limits.visits_a_week, limits.minutes_a_week)
    if load is None:
        return None
    counted = _counted(load, limits.visits_a_week)
    return Refusal(
        "week_full",
        f"{therapist.name} has {counted} in the week of {words.day(case.day.on)}; "
        f"{_most(limits.visits_a_week, limits.minutes_a_week)} are the most.",
        until=instant_of(week.ends),
        overridable=True,
    )


def _too_much(
    case: Case, therapist: TherapistFacts, span: Span, visits: int | None, minutes: int | None
) -> Load | None:
    """Return what the span holds if one visit more goes beyond a limit."""
    wanted = _wanted(case)
    if (visits is None and minutes is None) or not wanted.counts:
        return None
    load = load_of(within(visits_on(case.facts.taken_on(therapist.diary_id)), span))
    return load if is_too_much(load, wanted, visits, minutes) else None


def _counted(load: Load, visits: int | None) -> str:
    if visits is not None and load.visits >= visits:
        return words.amount(load.visits, "visit")
    return f"{load.minutes} minutes of hands-on work"


def _most(visits: int | None, minutes: int | None) -> str:
    limits = [f"{visits} visits"] if visits is not None else []
    return " or ".join([*limits, f"{minutes} hands-on minutes"] if minutes is not None else limits)


def therapist_is_rested(case: Case, therapist: TherapistFacts) -> Refusal | None:
    wanted, limits = _wanted(case), therapist.limits
    if limits.rest_after is None or not wanted.counts:
        return None
    today = within(visits_on(case.facts.taken_on(therapist.diary_id)), day_span(case.day.on, case.location.zone))
    stretch = without_rest(today, wanted.at(case.begins), limits)
    if stretch is None:
        return None
    return Refusal(
        "rest_needed",
        f"{therapist.name} would work {stretch.minutes} hands-on minutes from {case.clock(stretch.begins)} to "
        f"{case.clock(stretch.ends)}; after {limits.rest_after} a rest of {limits.rest} minutes is due.",
        until=instant_of(stretch.ends + limits.rest),
        overridable=True,
    )


def _wanted(case: Case) -> Wanted:
    return Wanted(case.shape.duration, case.service.work)
