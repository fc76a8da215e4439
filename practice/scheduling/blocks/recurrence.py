"""The days that a foreign calendar's rule names, period by period inside a window. Pure; every step is counted.

Daily, weekly, monthly and yearly rules with BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, INTERVAL, COUNT, UNTIL and WKST
(RFC 5545 3.3.10). A rule without COUNT begins at the window, however long ago it began.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_LIST = 400
MOST_INTERVAL = 10_000
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"})


class NotUnderstood(ValueError):
    """A rule says something that is not read here."""


class TooManySteps(ValueError):
    """Rules repeat so often that following them is no honest calendar's need."""


class Every(StrEnum):
    """What a rule's interval counts."""

    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


LENGTHS = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31, Every.YEAR: 366}
"""The most days of each period."""


class Steps:
    """What is left of the work that one file may cause."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, amount: int = 1) -> None:
        """Raise :class:`TooManySteps` when nothing is left."""
        self._left -= amount
        if self._left < 0:
            raise TooManySteps


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRule:
    """A rule as it was read; ``by_day`` holds (nth, weekday), nth 0 meaning every one of the period."""

    every: Every
    interval: int = 1
    amount: int | None = None
    until: str = ""
    week_starts: int = 0
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()


def read_rule(raw: str) -> ForeignRule:
    """Return the rule that a line says; raises :class:`NotUnderstood`."""
    parts = dict(part.partition("=")[::2] for part in raw.upper().split(";") if part)
    if parts.get("FREQ") not in set(Every) or not parts.keys() <= _KNOWN:
        raise NotUnderstood(raw[:80])
    return ForeignRule(
        every=Every(parts["FREQ"]),
        interval=_one(parts, "INTERVAL", MOST_INTERVAL) or 1,
        amount=_one(parts, "COUNT", 10**5),
        until=parts.get("UNTIL", ""),
        week_starts=_weekday(parts.get("WKST", "MO"))[1],
        by_day=tuple(_weekday(each) for each in _listed(parts, "BYDAY")),
        by_month_day=_numbers(parts, "BYMONTHDAY", 31),
        by_month=_numbers(parts, "BYMONTH", 12),
        by_position=_numbers(parts, "BYSETPOS", 366),
    )


def _listed(parts: Mapping[str, str], name: str) -> list[str]:
    found = list(dict.fromkeys(parts[name].split(","))) if parts.get(name) else []
    if len(found) > LONGEST_LIST:
        raise NotUnderstood(name)
    return found


def _one(parts: Mapping[str, str], name: str, most: int) -> int | None:
    if name not in parts:
        return None
    (number,) = _numbers({name: parts[name]}, name, most) or (0,)
    if number < 1:
        raise NotUnderstood(name)
    return number


def _numbers(parts: Mapping[str, str], name: str, most: int) -> tuple[int, ...]:
    found = _listed(parts, name)
    if not all(_NUMBER.fullmatch(each) and 1 <= abs(int(each)) <= most for each in found):
        raise NotUnderstood(name)
    return tuple(int(each) for each in found)


def _weekday(raw: str) -> tuple[int, int]:
    found = _WEEKDAY.fullmatch(raw)
    if found is None:
        raise NotUnderstood(raw[:80])
    return int(found[1] or 0), WEEKDAYS.index(found[2])


def days_named(rule: ForeignRule, first_on: date, window: tuple[date, date], steps: Steps) -> Iterator[date]:
    """Yield the days of a rule that begins on *first_on*, that day first, up to the window's last day, in order.

    Days before the window may come too. Raises :class:`TooManySteps`.
    """
    named = 1
    yield first_on
    begins = 0 if rule.amount is not None else _periods_before(rule, first_on, window[0])
    for number in count(begins):
        if rule.amount is not None and named >= rule.amount:
            return
        period = _period(rule, first_on, number * rule.interval)
        if period is None or period > window[1]:
            return
        for day in _chosen(rule, first_on, period, steps):
            if first_on < day <= window[1] and (rule.amount is None or named < rule.amount):
                named += 1
                yield day


def _periods_before(rule: ForeignRule, first_on: date, since: date) -> int:
    """Return how many intervals may be passed over because they end before *since*."""
    ahead = max(0, (since - first_on).days)
    return max(0, ahead // (LENGTHS[rule.every] * rule.interval) - 1)


def _period(rule: ForeignRule, first_on: date, ahead: int) -> date | None:
    """Return the first day of the period so many days, weeks, months or years ahead; None beyond the calendar."""
    try:
        if rule.every is Every.DAY:
            return first_on + timedelta(days=ahead)
        if rule.every is Every.WEEK:
            return first_on - timedelta(days=(first_on.weekday() - rule.week_starts) % 7) + timedelta(weeks=ahead)
        if rule.every is Every.MONTH:
            months = first_on.year * 12 + first_on.month - 1 + ahead
            return date(months // 12, months % 12 + 1, 1)
        return date(first_on.year + ahead, 1, 1)
    except (OverflowError, ValueError):
        return None


def _chosen(rule: ForeignRule, first_on: date, period: date, steps: Steps) -> list[date]:
    steps.take(LENGTHS[rule.every] * max(1, len(rule.by_day)))
    days = sorted(set(_days_of(rule, first_on, period)))
    if not rule.by_position:
        return days
    places = {place - 1 if place > 0 else len(days) + place for place in rule.by_position}
    return [day for place, day in enumerate(days) if place in places]


def _days_of(rule: ForeignRule, first_on: date, period: date) -> list[date]:
    if rule.every is Every.DAY:
        return [period] if _passes(rule, period) else []
    if rule.every is Every.WEEK:
        wanted = {weekday for _, weekday in rule.by_day} or {first_on.weekday()}
        week = (period + timedelta(days=number) for number in range(7))
        return [day for day in week if day.weekday() in wanted and _in_month(rule, day)]
    if rule.every is Every.MONTH:
        return _in_one_month(rule, first_on, period) if _in_month(rule, period) else []
    return _in_one_year(rule, first_on, period.year)


def _in_one_year(rule: ForeignRule, first_on: date, year: int) -> list[date]:
    if rule.by_day and not rule.by_month and not rule.by_month_day:
        first = date(year, 1, 1)
        return _weekdays(
            rule, [first + timedelta(days=number) for number in range(366 if monthrange(year, 2)[1] == 29 else 365)]
        )
    whole = range(1, 13) if rule.by_month_day else (first_on.month,)
    months = rule.by_month or whole
    return [day for month in months if month > 0 for day in _in_one_month(rule, first_on, date(year, month, 1))]


def _in_one_month(rule: ForeignRule, first_on: date, month: date) -> list[date]:
    days = [month + timedelta(days=number) for number in range(monthrange(month.year, month.month)[1])]
    if rule.by_month_day:
        places = {place if place > 0 else len(days) + 1 + place for place in rule.by_month_day}
        days = [day for day in days if day.day in places]
        return [day for day in days if not rule.by_day or day.weekday() in {weekday for _, weekday in rule.by_day}]
    if rule.by_day:
        return _weekdays(rule, days)
    return [day for day in days if day.day == first_on.day]


def _weekdays(rule: ForeignRule, days: list[date]) -> list[date]:
    """Return the weekdays of a month or year that the rule names, each nth counted from either end."""
    found: list[date] = []
    for nth, weekday in rule.by_day:
        of_kind = [day for day in days if day.weekday() == weekday]
        place = nth - 1 if nth > 0 else len(of_kind) + nth
        found += of_kind if nth == 0 else of_kind[place : place + 1] if place >= 0 else []
    return found


def _passes(rule: ForeignRule, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    by_number = not rule.by_month_day or {day.day, day.day - last - 1} & set(rule.by_month_day)
    by_weekday = not rule.by_day or day.weekday() in {weekday for _, weekday in rule.by_day}
    return bool(by_number) and by_weekday and _in_month(rule, day)


def _in_month(rule: ForeignRule, day: date) -> bool:
    return not rule.by_month or day.month in rule.by_month
