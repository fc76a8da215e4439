"""Why a moment is no start, whoever treats: what is in use, the grid, notice, horizon, opening hours, the client.

Pure. Each returns a refusal in words, or nothing.
"""

from collections.abc import Callable
from datetime import timedelta

from practice.core.errors import Refusal
from practice.scheduling.diary_time import DiaryTime, Taken
from practice.scheduling.free_time import words
from practice.scheduling.free_time.availability import first_allowed, horizon_ends
from practice.scheduling.free_time.case import Case
from practice.scheduling.free_time.hours import closure_on, in_utc, open_spans
from practice.scheduling.free_time.limit_rules import location_gives_service
from practice.scheduling.local_days import ceil_minute, instant_of, local_day
from practice.scheduling.question import Span


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
    if lies_inside(case.treatment, in_utc(spans, case.day)):
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
    own = overlapping(case.facts.taken_on(case.facts.client_diary_id), case.treatment)
    if own is None:
        return None
    return Refusal(
        "time_taken",
        f"The client has another appointment from {case.clock(own.begins)} to {case.clock(own.ends)}.",
        until=instant_of(own.ends),
    )


def overlapping(diary: DiaryTime, treatment: Span) -> Taken | None:
    """Return what on a diary overlaps a treatment."""
    return next((taken for taken in diary if share(Span(taken.begins, taken.ends), treatment)), None)


def lies_inside(treatment: Span, spans: list[Span]) -> bool:
    """Return whether one of the spans holds all of a treatment."""
    return any(span.begins <= treatment.begins and treatment.ends <= span.ends for span in spans)


def share(one: Span, two: Span) -> bool:
    """Return whether two spans have a minute in common."""
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
