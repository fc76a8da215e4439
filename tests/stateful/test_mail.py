"""Any life of a desk and its postman: whatever arrives is true at that moment, and what is wanted is not forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from practice.reminders import dispatching, judging, results, writing
from practice.reminders.outcomes import Verdict
from tests.conftest import NOW
from tests.databases import SqliteFolder, TestDatabases
from tests.drill.test_drill import without_asking
from tests.stateful import mail_machine
from tests.stateful.mail_machine import Mail

TEN = (30, 10)


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_mail_is_true_when_it_arrives(databases: TestDatabases, request: pytest.FixtureRequest) -> None:
    full = request.config.getoption("--full")

    class OnThisDatabase(Mail):
        """The machine on one engine."""

    OnThisDatabase.databases = databases
    amount = settings(
        max_examples=100 if full else 12,
        stateful_step_count=30 if full else 20,
        deadline=None,
        # A failing life is printed as it was lived; making it shorter would take minutes of mail.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnThisDatabase, settings=amount)


def as_if_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    truthful = writing.details_of
    monkeypatch.setattr(writing, "details_of", lambda *given: replace(truthful(*given), zone="America/Halifax"))


def without_a_last_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "marking_data", without_asking)


def without_following(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what changed beside a visit is followed nor is a message judged when its turn has come."""
    monkeypatch.setattr(mail_machine, "follow_changes", lambda *_given, **_named: False)
    monkeypatch.setattr(judging, "_is_fit", lambda *_given: True)
    monkeypatch.setattr(judging, "_is_due", lambda *_given: True)


def without_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching.Dispatcher, "_finish", lambda *_: Verdict.SENT)


def without_planning_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "plan_anew", lambda *_given, **_named: None)


def cancelled_at_the_last_moment(life: Mail) -> None:
    life.book(0, TEN)
    life.at_rcpt.append(lambda: life.call_off_one(life.booked[0]))
    life.tick(3)


def told(life: Mail) -> None:
    life.book(0, TEN)
    life.tick(3)


def told_again(life: Mail) -> None:
    told(life)
    life.tick(3)


def reminded_after_everything_changed(life: Mail) -> None:
    life.agree(0, agrees=True)
    told(life)
    life.agree(0, agrees=False)
    life.edit_address(0, "two@example.com")
    life.change_policies([24], (1200, 480))
    life.clock.now = life.booked[0].starts_at - timedelta(hours=48)
    life.tick(1)


def refused_as_the_reminder_was_due(life: Mail) -> None:
    life.agree(0, agrees=True)
    life.clock.now = NOW + timedelta(minutes=59)
    life.book(0, (26, 10))
    life.server.will("dot", 554)
    life.tick(3)


@pytest.mark.parametrize(
    ("guard", "live", "words"),
    [
        (without_a_last_look, cancelled_at_the_last_moment, "although it is cancelled"),
        (as_if_elsewhere, told, "America/Halifax"),
        (without_following, reminded_after_everything_changed, "not two@.*without consent.*no longer reminds"),
        (without_closing, told_again, "twice without a doubt"),
        (without_planning_anew, refused_as_the_reminder_was_due, "nobody will send it"),
    ],
)
def test_the_machine_sees_each_guard_that_is_taken_away(
    life: Mail, monkeypatch: pytest.MonkeyPatch, guard, live, words
) -> None:
    guard(monkeypatch)
    with pytest.raises(AssertionError, match=words):
        live(life)


@pytest.fixture
def life(databases: TestDatabases, request: pytest.FixtureRequest) -> Iterator[Mail]:
    """A life that a test leads by hand; what the machine sees does not depend on the database."""
    if not isinstance(databases, SqliteFolder) and not request.config.getoption("--full"):
        pytest.skip("what the machine sees does not depend on the database")

    class OnThisDatabase(Mail):
        """The machine on one engine."""

    OnThisDatabase.databases = databases
    led = OnThisDatabase()
    led.open_clinic()
    yield led
    led.shut()
