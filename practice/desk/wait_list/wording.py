"""The wait list in the desk's words: wishes as one line, states as a badge. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from practice.clinic.hours import show_minute
from practice.scheduling.wait_list.states import EntryState, OfferState, Urgency
from practice.web.formatting import Style, short_date

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

URGENCY_WORDS: Mapping[str, str] = {
    Urgency.URGENT: "Urgent",
    Urgency.SOON: "Soon",
    Urgency.FLEXIBLE: "Can wait",
}

NOTICES: Mapping[int, str] = {
    0: "None, can come at once",
    120: "2 hours",
    360: "6 hours",
    24 * 60: "A day",
    48 * 60: "Two days",
}


class Badge(NamedTuple):
    """A state as icon and word."""

    words: str
    tone: str
    symbol: str


ENTRY_BADGES: Mapping[str, Badge] = {
    EntryState.WAITING: Badge("waiting", "outline", "waiting"),
    EntryState.OFFERED: Badge("offered", "info", "mail"),
    EntryState.BOOKED: Badge("booked", "ok", "check"),
    EntryState.WITHDRAWN: Badge("withdrawn", "struck", "ban"),
    EntryState.EXPIRED: Badge("last day passed", "dashed", "clock"),
}

OFFER_BADGES: Mapping[str, Badge] = {
    OfferState.OPEN: Badge("not answered yet", "info", "clock"),
    OfferState.ACCEPTED: Badge("accepted", "ok", "check"),
    OfferState.DECLINED: Badge("said no", "outline", "close"),
    OfferState.EXPIRED: Badge("ran out", "dashed", "clock"),
    OfferState.UNANSWERED: Badge("not reached", "dashed", "calls"),
    OfferState.WITHDRAWN: Badge("taken back", "struck", "undo"),
}


def times_wanted(windows: Sequence[Sequence[int]]) -> str:
    """Return when somebody can come: ``Mon, Tue 09:00 to 12:00``."""
    by_span: dict[tuple[int, int], list[int]] = {}
    for day, begins, ends in windows:
        by_span.setdefault((begins, ends), []).append(day)
    return "; ".join(_days_and_span(days, *span) for span, days in by_span.items()) or "any time"


def _days_and_span(days: Iterable[int], begins: int, ends: int) -> str:
    named = sorted(set(days))
    words = "" if len(named) == len(DAYS) else ", ".join(DAYS[day] for day in named) + " "
    return f"{words}{'all day' if (begins, ends) == (0, 24 * 60) else f'{show_minute(begins)} to {show_minute(ends)}'}"


def days_wanted(first_on: date, last_on: date | None, today: date) -> str:
    """Return between which days somebody waits, empty when there is nothing to say."""
    said = [f"from {short_date(first_on, Style())}"] if first_on > today else []
    if last_on is not None:
        said.append(f"until {short_date(last_on, Style())}")
    return " ".join(said)
