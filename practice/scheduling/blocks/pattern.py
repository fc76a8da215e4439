"""The weekly rule by which time is kept free, and the days that it names. Pure: no clock, no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from practice.scheduling.blocks.errors import ImpossibleBlock

MOST_BLOCKS = 366
LONGEST_REACH = timedelta(days=366)
"""No pattern reaches further than this from its first day; it can be made again for the next year."""

MOST_WEEKS_APART = 12
SHORTEST_MINUTES = 5
LONGEST_MINUTES = 12 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """On some weekdays (Monday = 0) of every so many weeks, until a day that is included, *skipped* days left out."""

    weekdays: frozenset[int]
    until: date
    every: int = 1
    skipped: frozenset[date] = frozenset()


def days_of(rule: Weekly | None, first_on: date) -> list[date]:
    """Return the days from *first_on* on, that one alone without a rule; raises :class:`ImpossibleBlock`.

    Weeks begin on Monday, the first day's own is the first that counts.
    """
    if rule is None:
        return [first_on]
    for is_wrong, field, sentence in _faults(rule, first_on):
        if is_wrong:
            raise ImpossibleBlock(sentence, field=field)
    found = [day for day in _named(rule, first_on) if day not in rule.skipped]
    if not found:
        raise ImpossibleBlock("No day fits this pattern.", field="weekdays")
    return found


def _named(rule: Weekly, first_on: date) -> Iterator[date]:
    monday = first_on - timedelta(days=first_on.weekday())
    for ahead in range((rule.until - first_on).days + 1):
        day = first_on + timedelta(days=ahead)
        if day.weekday() in rule.weekdays and (day - monday).days // 7 % rule.every == 0:
            yield day


def _faults(rule: Weekly, first_on: date) -> Iterator[tuple[bool, str, str]]:
    yield not rule.weekdays, "weekdays", "Choose at least one weekday."
    yield not rule.weekdays <= set(range(7)), "weekdays", "Weekdays are numbered from 0 (Monday) to 6."
    apart = f"A pattern comes back every 1 to {MOST_WEEKS_APART} weeks."
    yield not 1 <= rule.every <= MOST_WEEKS_APART, "every", apart
    yield rule.until < first_on, "until", "The last day lies before the first."
    yield rule.until - first_on > LONGEST_REACH, "until", "A pattern reaches at most a year ahead."


def require_length(minutes: int) -> None:
    """Raise :class:`ImpossibleBlock` for a length that no block may have."""
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise ImpossibleBlock(f"It takes {SHORTEST_MINUTES} minutes to {LONGEST_MINUTES // 60} hours.", field="ends")
