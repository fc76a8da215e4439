"""``practice drill``: years on temporary databases, side by side, and what they showed."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from practice.app import create_app
from practice.config import Settings
from practice.core.clock import SettableClock
from practice.drill.reckoning import Report, reckon
from practice.drill.year import Scale, Year
from practice.scheduling.claiming.rules import BookingRules
from practice.web.database import db
from practice.web.request_log import configure_logging

BEGINS_AT = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)
FEWEST_CLIENTS = 100
KEY = "drill-key-that-guards-nothing-0123456789abcdef"


def drill(*, days: int, clients: int, seed: int, processes: int) -> Report:
    """Return the counts of *days* in clinics with *clients* in all, each in a process of its own."""
    shares = max(1, min(processes, clients // FEWEST_CLIENTS))
    scales = [Scale(days, clients // shares + (number < clients % shares), seed + number) for number in range(shares)]
    total = Report()
    if shares == 1:
        total.add(_live(scales[0]))
        return total
    with ProcessPoolExecutor(shares) as pool:
        for report in pool.map(_live, scales):
            total.add(report)
    return total


def _live(scale: Scale) -> Report:
    with Path(os.devnull).open("w") as nowhere:
        configure_logging(nowhere)
        with _clinic() as (sessions, rules):
            return live(sessions, rules, scale)


def live(
    sessions: sessionmaker[Session], rules: BookingRules, scale: Scale, *, begins_at: datetime = BEGINS_AT
) -> Report:
    """Return the counts of one clinic's year on an empty, migrated database."""
    year = Year(sessions, rules=rules, scale=scale, begins_at=begins_at)
    world = year.run()
    with sessions() as session:
        return reckon(session, world, now=year.clock())


@contextmanager
def _clinic() -> Iterator[tuple[sessionmaker[Session], BookingRules]]:
    with tempfile.TemporaryDirectory(prefix="practice-drill-") as folder:
        url = f"sqlite:///{Path(folder) / 'drill.sqlite3'}"
        keys = dict.fromkeys(("secret_key", "link_key", "audit_key", "record_key"), KEY)
        app = create_app(Settings(mode="test", database_url=url, **keys), clock=SettableClock(BEGINS_AT))  # type: ignore[arg-type]  # the keys are words
        with app.app_context():
            # The database is thrown away, so nothing waits for the disk.
            event.listen(db.engine, "connect", _stop_waiting)
            upgrade()
            yield app.extensions["sessions"], app.extensions["booking_rules"]
            db.engine.dispose()


def _stop_waiting(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def say(report: Report, *, seconds: float, tell: Callable[[str], None]) -> None:
    """Tell what a drill showed, a figure a line."""
    lines = (
        ("visits booked", report.visits),
        ("mails accepted", report.mails),
        ("reminders worked out and compared", report.reminders_checked),
        ("workers that died", report.crashes),
        ("mails given up or too late, of which the desk was told", report.ended_with_a_task),
        ("second copies after a doubtful end (same Message-ID)", report.copies_after_doubt),
        (f"mails that nothing held up, {report.promptness:.3f} % of them within 60 s", report.unhindered),
        ("lost", report.lost),
        ("stale", report.stale),
        ("duplicates", report.duplicates),
        ("late", report.late),
        ("in quiet hours", report.quiet),
    )
    for words, number in lines:
        tell(f"{number:>9,}  {words}")
    for example in report.examples:
        tell(f"           {example}")
    tell(f"{seconds:>9.0f}  seconds; {'every promise held' if report.is_kept else 'A PROMISE BROKE'}")


def default_processes() -> int:
    """Return how many clinics live side by side."""
    return os.cpu_count() or 1


def timed(work: Callable[[], Report]) -> tuple[Report, float]:
    """Return what *work* returns, and how many seconds it took."""
    began = time.monotonic()
    return work(), time.monotonic() - began
