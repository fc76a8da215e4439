"""A short simulated year keeps every promise about mail, and sees each guard that is taken away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from practice.app import BOOKING_RULES
from practice.core.local_time import to_utc
from practice.core.transact import Statement
from practice.drill.commands import drill, live, say
from practice.drill.expecting import reminder_due
from practice.drill.reckoning import Report
from practice.drill.year import Scale
from practice.reminders import dispatching, wanted
from practice.reminders.models import Message
from practice.reminders.outbox import Lease
from practice.reminders.outcomes import Verdict

BEFORE_SPRING = datetime(2027, 3, 9, 10, 0, tzinfo=UTC)
"""Five days before the clocks of Toronto change."""
SHORT = Scale(days=8, clients=25, seed=4, visits_a_year=110, surprises=0.1)
SHORTER = Scale(days=4, clients=12, seed=5, visits_a_year=160, surprises=0.3)


def lived(sessions: sessionmaker[Session], scale: Scale = SHORTER) -> Report:
    return live(sessions, BOOKING_RULES, scale, begins_at=BEFORE_SPRING)


def test_a_short_year_with_crashes_and_a_change_of_the_clocks_keeps_every_promise(sessions) -> None:
    report = lived(sessions, SHORT)
    assert report.examples == []
    assert report.is_kept
    assert report.crashes == 9
    assert report.copies_after_doubt <= report.crashes + report.mails // 20
    assert report.visits > 40
    assert report.mails > report.visits
    assert report.reminders_checked > 20


def without_asking(*, lease: Lease, change_seq: int, now: datetime) -> Statement:
    """Mark a mail as leaving without asking whether its visit is as it was."""
    table = Message.__table__
    marked = update(table).where(table.c.id == lease.id).values(data_at=now, copies=table.c.copies + 1)
    return marked, {}


@pytest.fixture
def one_database(request: pytest.FixtureRequest, sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """A clinic without a guard lives on one kind of database; on both with --full."""
    if sessions.kw["bind"].dialect.name != "sqlite" and not request.config.getoption("--full"):
        pytest.skip("what the drill sees does not depend on the database")
    return sessions


def test_mails_that_leave_without_a_last_look_or_are_not_closed_are_seen(one_database, monkeypatch) -> None:
    monkeypatch.setattr(dispatching, "marking_data", without_asking)
    monkeypatch.setattr(dispatching.Dispatcher, "_finish", lambda *_: Verdict.SENT)
    report = lived(one_database)
    assert report.stale > 0
    assert report.duplicates > 0
    assert not report.is_kept


def test_reminders_that_know_no_night_or_are_not_planned_are_seen(one_database, monkeypatch) -> None:
    asks = wanted._asks
    monkeypatch.setattr(wanted, "quiet_due", lambda visit, lead, _policy: visit.truth.starts_at - lead)
    monkeypatch.setattr(wanted, "by_day", lambda _visit, wanted, *_: wanted)
    monkeypatch.setattr(wanted, "_asks", lambda *given: asks(*given)[-1:])
    report = lived(one_database)
    assert report.quiet > 0
    assert report.lost > 0


@pytest.mark.parametrize(
    ("start", "zone", "hours", "due"),
    [
        # around the night in which the clocks of Toronto go forward (14 March 2027) and back (7 November)
        ("2027-03-15T08:00", "America/Toronto", 48, "2027-03-12T18:00"),  # 48 hours are 07:00: the evening before
        ("2027-03-15T09:00", "America/Toronto", 48, "2027-03-13T08:00"),
        ("2027-03-14T10:00", "America/Toronto", 3, "2027-03-13T18:00"),
        ("2027-11-08T20:00", "America/Toronto", 48, "2027-11-06T18:00"),  # 48 hours are 21:00
        ("2027-11-08T18:00", "America/Toronto", 48, "2027-11-06T19:00"),
        ("2027-03-28T14:00", "Europe/Berlin", 3, "2027-03-28T11:00"),
    ],
)
def test_the_yardstick_knows_when_reminders_leave(start: str, zone: str, hours: int, due: str) -> None:
    local = datetime.fromisoformat(start)
    found = reminder_due(to_utc(local, zone), zone, timedelta(hours=hours))
    assert found == to_utc(datetime.fromisoformat(due), zone)


def test_a_report_says_every_figure_and_what_broke() -> None:
    report, said = Report(visits=1200, mails=5000, reminders_checked=2000, unhindered=4000, late=1), []
    say(report, seconds=61.4, tell=said.append)
    assert "    1,200  visits booked" in said
    assert "    4,000  mails that nothing held up, 99.975 % of them within 60 s" in said
    report.late = 0
    say(report, seconds=61.4, tell=said.append)
    assert said[-1] == "       61  seconds; every promise held"
    for number in range(9):
        report.found("stale", f"mail {number}")
    said.clear()
    say(report, seconds=61.4, tell=said.append)
    assert sum("stale: mail" in line for line in said) == 5
    assert "        9  stale" in said
    assert said[-1].endswith("A PROMISE BROKE")


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("days", "seed", "mails"), [(365, 1, 20_000), (365, 2, 20_000), (1825, 3, 100_000)])
def test_years_of_two_thousand_clients(request: pytest.FixtureRequest, days: int, seed: int, mails: int) -> None:
    if not request.config.getoption("--full"):
        pytest.skip("only with --full")
    report = drill(days=days, clients=2000, seed=seed, processes=2)
    assert report.examples == []
    assert report.is_kept
    assert report.mails >= mails
    assert report.crashes >= days // 2
