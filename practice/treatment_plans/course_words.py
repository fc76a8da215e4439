"""Why a course is proposed and why none is complete, in sentences for a receptionist: days and names only. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from practice.clinic.hours import show_minute
from practice.core.local_time import spoken_day
from practice.scheduling.free_time.words import amount, listed
from practice.treatment_plans.course import Course, CourseQuestion, Due, Pattern, Stop, Stuck, Visit, weekday_of

NameOf = Callable[[int], str]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STOPS = {
    Stop.WEEKDAYS: "Nothing is free on the weekdays asked for. Allow more weekdays.",
    Stop.HOURS: "Nothing is free at the hours asked for. Allow more of the day.",
    Stop.THERAPIST: "The therapist asked for has no time then. Allow a colleague.",
    Stop.NEXT_VISIT: "No free day keeps the plan's distance to the visit after it. Let that one move, too.",
    Stop.THREE_A_WEEK: "It would be the fourth visit in seven days. Begin later.",
    Stop.WISHES: "Nothing is free that answers all wishes together. Allow other days and hours.",
    Stop.NOTHING_FREE: "Nobody who gives this is free then. Begin on another day, or ask for more hours.",
}
"""What stops a course and what to do about it."""


def title(pattern: Pattern) -> str:
    """Return when the visits of a course are, as a rule: ``Tuesdays and Fridays at 14:00``."""
    days = listed([f"{WEEKDAYS[weekday]}s" for weekday in pattern.weekdays])
    return f"{days} at {show_minute(pattern.minute)}"


def reasons(question: CourseQuestion, course: Course, name_of: NameOf) -> tuple[str, ...]:
    """Return what speaks for and against a course, about the visits that are to be placed."""
    ours = [(due, visit) for due, visit in zip(question.dues, course.visits, strict=True) if due.fixed is None]
    visits = [visit for _, visit in ours]
    said = [
        _span(visits),
        _with_whom(visits, course.pattern, name_of),
        _on_which_days(visits, course.pattern),
        _at_which_hour(visits, course.pattern),
        _how_regular(question, course),
        *_what_moves(ours),
        *_what_is_tentative(course),
    ]
    return tuple(said)


def stuck_sentence(stuck: Stuck) -> str:
    """Return why no course is complete, with what leads out."""
    first_on, last_on = spoken_day(date.fromordinal(stuck.first_on)), spoken_day(date.fromordinal(stuck.last_on))
    days = f"on {first_on}" if stuck.first_on >= stuck.last_on else f"between {first_on} and {last_on}"
    return f"Visit {stuck.number} cannot be placed {days}. {STOPS[stuck.stop]}"


def _span(visits: Sequence[Visit]) -> str:
    first_on, last_on = date.fromordinal(visits[0].on), date.fromordinal(visits[-1].on)
    if len(visits) == 1:
        return f"On {spoken_day(first_on)}."
    return f"From {spoken_day(first_on)} to {spoken_day(last_on)}."


def _with_whom(visits: Sequence[Visit], pattern: Pattern, name_of: NameOf) -> str:
    others = sorted({name_of(visit.therapist_id) for visit in visits if visit.therapist_id != pattern.therapist_id})
    kept = sum(visit.therapist_id == pattern.therapist_id for visit in visits)
    with_others = f", the rest with {listed(others)}" if others else ""
    return f"{_of(kept, visits)} with {name_of(pattern.therapist_id)}{with_others}."


def _on_which_days(visits: Sequence[Visit], pattern: Pattern) -> str:
    kept = sum(weekday_of(visit.on) in pattern.weekdays for visit in visits)
    return f"{_of(kept, visits)} on a {' or '.join(WEEKDAYS[one] for one in pattern.weekdays)}."


def _at_which_hour(visits: Sequence[Visit], pattern: Pattern) -> str:
    away = [abs(visit.minute - pattern.minute) for visit in visits]
    farthest = max(away)
    rest = "" if not farthest else f", the rest at most {_length(farthest)} away"
    return f"{_of(away.count(0), visits)} at {show_minute(pattern.minute)}{rest}."


def _how_regular(question: CourseQuestion, course: Course) -> str:
    pairs = zip(question.dues[1:], course.visits[1:], course.visits, strict=False)
    off = [
        (due, later.on - earlier.on)
        for due, later, earlier in pairs
        if due.fixed is None and _is_off(due, later, earlier)
    ]
    if not off:
        return "Every distance as planned."
    return f"{amount(len(off), 'distance')} off the plan's rhythm, within its limits."


def _is_off(due: Due, later: Visit, earlier: Visit) -> bool:
    return due.gap.strain(later.on - earlier.on) > 0


def _what_moves(ours: Sequence[tuple[Due, Visit]]) -> Iterator[str]:
    booked = {place for due, _ in ours for place in due.presents}
    moved = len(booked - {visit for _, visit in ours})
    if booked:
        yield f"{moved} of {amount(len(booked), 'booked visit')} would move." if moved else "No booked visit moves."


def _what_is_tentative(course: Course) -> Iterator[str]:
    if course.tentative:
        yield f"Tentative from visit {min(course.tentative)} on, until what is missing has come."


def _of(some: int, visits: Sequence[Visit]) -> str:
    if len(visits) == 1 and some == 1:
        return "The visit"
    return f"All {len(visits)}" if some == len(visits) else f"{some} of {len(visits)}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    said = [amount(hours, "hour")] if hours else []
    return " ".join(said + ([f"{rest} minutes"] if rest else []))
