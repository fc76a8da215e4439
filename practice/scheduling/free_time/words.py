"""Times in the short sentences that the desk reads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from practice.clinic.hours import show_minute
from practice.core.local_time import spoken_date, to_local
from practice.scheduling.diary_time import Work
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import Span

OF_PEOPLE: Mapping[int, str] = {
    Work.MEETING: "is in a meeting",
    Work.LUNCH: "is at lunch",
    Work.PAPERWORK: "does paperwork",
    Work.TRAINING: "is in a training",
}
OF_ROOMS: Mapping[int, str] = {
    Work.MEETING: "is used for a meeting",
    Work.LUNCH: "is used for lunch",
    Work.PAPERWORK: "is used for paperwork",
    Work.TRAINING: "is used for a training",
    Work.CLEANING: "is being cleaned",
}
"""What somebody or a room does while no client is there; anything else is only called taken."""


def taken(name: str, doing: str | None, begins: str, ends: str) -> str:
    """Return why a diary has no room, such as ``Ines is in a meeting until 11:00``."""
    return f"{name} is taken from {begins} to {ends}." if doing is None else f"{name} {doing} until {ends}."


def clock(minute: int, zone: str) -> str:
    """Return the wall time of a UTC minute: ``14:05``."""
    return f"{to_local(instant_of(minute), zone):%H:%M}"


def clock_or_day(minute: int, zone: str, on: date) -> str:
    """Return the wall time of a UTC minute, with its day when that is not *on*."""
    local = to_local(instant_of(minute), zone)
    return f"{local:%H:%M}" if local.date() == on else f"{local:%H:%M} on {day(local.date())}"


def day(on: date) -> str:
    """Return a day in words: ``Tuesday 1 December 2026``."""
    return f"{on:%A} {spoken_date(on)}"


def wall_spans(spans: Iterable[Span]) -> str:
    """Return wall-minute spans in words: ``08:00-12:00 and 13:00-17:00``."""
    return " and ".join(f"{show_minute(span.begins)}-{show_minute(span.ends)}" for span in spans)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence says them: ``Harbour, Mill and Lakeshore``."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)


def amount(number: int, noun: str) -> str:
    """Return a number of things: ``1 visit``, ``8 visits``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
