"""Dates, times, money and durations as words, in the practice's locale. Pure.

Times are shown as the wall time they carry: convert an instant with core.local_time first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency

HOUR = 60
_FIRST_IN_FRENCH = re.compile(r"\b1\b")
_NEVER_LARGER = 1e9
# A full stop ends a sentence only where a new one begins, and not after a title.
SENTENCE_END = re.compile(r"(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)(?<=[.!?])\s+(?=[A-ZÀ-Þ0-9“])")


@dataclass(frozen=True)
class Style:
    """How a practice writes: its locale ("en_CA") and its currency ("CAD")."""

    locale: str = "en_CA"
    currency: str = "CAD"

    @property
    def html_lang(self) -> str:
        return self.locale.replace("_", "-")


def _wall(value: datetime | time) -> datetime | time:
    # Babel would move an aware value to UTC before writing it.
    return value.replace(tzinfo=None)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _by_skeleton(value: date, skeleton: str, style: Style) -> str:
    return format_skeleton(skeleton, _day(value), locale=style.locale)


def _spelled_out(pattern: str) -> str:
    """Widen the abbreviated weekday and month of a pattern, as CLDR prescribes when a skeleton has no own pattern."""
    return re.sub(r"MMM+", "MMMM", re.sub(r"E+|ccc", "EEEE", pattern))


def span_words(span: timedelta, style: Style) -> str:
    """24 hours, or 90 minutes where an hour is not full."""
    granularity: Literal["hour", "minute"] = "minute" if span % timedelta(hours=1) else "hour"
    return format_timedelta(span, granularity, threshold=_NEVER_LARGER, locale=style.locale)


def day_name(value: date, style: Style) -> str:
    """Tuesday."""
    return format_date(_day(value), "EEEE", locale=style.locale)


def long_date(value: date, style: Style) -> str:
    """Tuesday 24 November, ordered as the locale does."""
    pattern = Locale.parse(style.locale).datetime_skeletons["MMMEd"].pattern
    words = format_date(_day(value), _spelled_out(pattern), locale=style.locale)
    return _FIRST_IN_FRENCH.sub("1er", words) if style.locale.startswith("fr") else words


def month_name(value: date, style: Style) -> str:
    """Return ``November 2026``."""
    return _by_skeleton(_day(value), "yMMMM", style)


def short_date(value: date, style: Style) -> str:
    """Tue 24 Nov."""
    return _by_skeleton(value, "MMMEd", style)


def full_date(value: date, style: Style) -> str:
    """24 Nov 2026, for dates whose year is not obvious, such as a birth date."""
    return _by_skeleton(value, "yMMMd", style)


def near_date(value: date, today: date, style: Style) -> str:
    """Today, Tomorrow, Yesterday or the short date."""
    words = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    return words.get((_day(value) - today).days) or short_date(value, style)


def time_of_day(value: datetime | time, style: Style) -> str:  # noqa: ARG001  # called as every filter is
    """14:00, for the desk in every locale."""
    return f"{_wall(value):%H:%M}"


def client_time(value: datetime | time, style: Style) -> str:
    """2:00 p.m. or 14:00, as people of the locale write it."""
    return format_time(_wall(value), "short", locale=style.locale)


def money(cents: int, style: Style) -> str:
    """$85.00 from 8500."""
    return format_currency(Decimal(cents) / 100, style.currency, locale=style.locale)


def duration(length: int | timedelta) -> str:
    """45 min, 1 h, 1 h 15 min; a number is minutes."""
    minutes = length // timedelta(minutes=1) if isinstance(length, timedelta) else length
    hours, rest = divmod(minutes, HOUR)
    parts = ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    return " ".join(parts)


def lead_and_rest(text: str) -> tuple[str, str]:
    """Return the first sentence and what follows, so that a message can say the first one loudly."""
    first, _, rest = SENTENCE_END.sub("\0", text, count=1).partition("\0")
    return first, rest
