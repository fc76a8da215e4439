"""The one line under a title: what the desk must know now, numbers first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.desk.visits import Visit, late_minutes


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the line, as ``status_line`` draws it."""

    value: str
    label: str = ""
    before: str = ""
    symbol: str = ""
    tone: str = ""
    url: str = ""
    push: bool = False


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """What the line says beyond the visits of the day; ``mail_trouble`` is empty while mail leaves."""

    unconfirmed_tomorrow: int
    calls_due: int
    gaps: int
    mail_trouble: str
    unconfirmed_today: int = 0


@dataclass(frozen=True, slots=True)
class Links:
    """Where the facts lead."""

    tomorrow: str
    calls: str = "/calls"
    mail: str = "/messages"


def truth_line(visits: Sequence[Visit], counts: DeskCounts, links: Links, *, now: datetime) -> list[Fact]:
    """Return the facts, those without news left out."""
    facts = [
        _visits(visits),
        _next_arrival(visits, now),
        _late(visits, now),
        _unconfirmed(counts.unconfirmed_today, "today", ""),
        _unconfirmed(counts.unconfirmed_tomorrow, "tomorrow", links.tomorrow),
        _calls(counts.calls_due, links.calls),
        _gaps(counts.gaps),
        _mail(counts.mail_trouble, links.mail),
    ]
    return [fact for fact in facts if fact is not None]


def _visits(visits: Iterable[Visit]) -> Fact:
    count = sum(visit.is_visit for visit in visits)
    return Fact(str(count) if count else "No", "visit" if count == 1 else "visits")


def _next_arrival(visits: Iterable[Visit], now: datetime) -> Fact | None:
    coming = next((visit for visit in visits if visit.is_expected and not late_minutes(visit, now)), None)
    return Fact(f"{coming.local_start:%H:%M} {coming.name}", before="Next arrival") if coming else None


def _late(visits: Iterable[Visit], now: datetime) -> Fact | None:
    count = sum(bool(late_minutes(visit, now)) for visit in visits)
    return Fact(str(count), "late", symbol="late", tone="warned") if count else None


def _unconfirmed(count: int, day: str, url: str) -> Fact | None:
    return Fact(str(count), f"unconfirmed {day}", tone="warned", url=url) if count else None


def _calls(count: int, url: str) -> Fact | None:
    return (
        Fact(str(count), "call due" if count == 1 else "calls due", symbol="calls", tone="bad", url=url)
        if count
        else None
    )


def _gaps(count: int) -> Fact | None:
    return Fact(str(count), "gap" if count == 1 else "gaps") if count else None


def _mail(trouble: str, url: str) -> Fact:
    if trouble:
        return Fact(trouble, symbol="mail", tone="bad", url=url, push=True)
    return Fact("healthy", before="Mail", symbol="mail", tone="good", url=url, push=True)
