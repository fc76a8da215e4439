"""A booking that waits while the ground under it changes is judged by what is true when it has the lock."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy.orm import Session, sessionmaker

from practice.core import failpoints
from practice.core.transact import transact
from practice.scheduling.absences.errors import TimesEnded
from practice.scheduling.absences.offering import take_kept_time
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming import placing
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingRefused
from practice.scheduling.models import Appointment
from tests.concurrency.racing import deadlocks, losers, race, winners
from tests.scheduling.scene import RITA, Scene, overlapping_pairs
from tests.scheduling.test_ground_acts import carry_out, monday_of
from tests.scheduling.test_kept_times import Out


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    failpoints.disarm_all()


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def book_while_she_leaves(scene: Scene, sessions: sessionmaker[Session]) -> Callable[[], Appointment]:
    """Return a booking during which, once it has read everything, its therapist's absence is noted."""
    if sessions.kw["bind"].dialect.name == "sqlite":
        pytest.skip("on SQLite the write lock is held from the first read on, so nothing can come between")
    scene.session.rollback()

    def leave() -> None:
        failpoints.disarm_all()
        carry_out(scene, monday_of(scene), {})

    def book() -> Appointment:
        failpoints.arm("claim.before_lock", leave)
        wish, uid = scene.wish(), scene.clients[0].uid
        scene.session.rollback()
        with sessions() as session:
            return transact(
                session,
                lambda: book_time(
                    session, wish=wish, client_uid=uid, rules=SCHEDULING_RULES, actor=RITA, now=scene.now
                ),
            )

    return book


def test_a_booking_that_waited_behind_an_absence_is_refused(book_while_she_leaves) -> None:
    with pytest.raises(BookingRefused) as refused:
        book_while_she_leaves()
    assert {refusal.code for refusal in refused.value.refusals} == {"time_off"}


def test_teeth_without_the_second_look_it_lies_on_the_absence(
    book_while_she_leaves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "require_ground", lambda _set_up, _bumped: None)
    assert book_while_she_leaves().id


def test_of_many_choices_among_kept_times_one_is_taken(scene: Scene, sessions: sessionmaker[Session]) -> None:
    out = Out(scene)
    out.offer()
    chosen = out.kept()
    taking = [
        partial(
            take_kept_time,
            appointment_id=out.visit.id,
            held_uid=chosen[number % 3].uid,
            rules=SCHEDULING_RULES,
            actor=RITA,
            now=scene.now,
        )
        for number in range(9)
    ]
    outcomes = race(sessions, taking)
    assert len(winners(outcomes)) == 1, outcomes
    assert all(isinstance(loser, TimesEnded) for loser in losers(outcomes)), losers(outcomes)
    assert (out.holds(), out.outcome(), overlapping_pairs(scene.session), deadlocks(scene.session)) == (
        0,
        "moved",
        0,
        0,
    )
