"""The first word that a therapist runs behind, given at several desks at once: all are heard, one stands."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.scheduling.delays.models import RunningBehind
from practice.scheduling.delays.service import run_behind
from tests.concurrency.racing import losers, race
from tests.scheduling.scene import RITA, Scene


def test_the_first_word_may_be_given_twice(session: Session, sessions: sessionmaker[Session]) -> None:
    scene = Scene(session)
    uid, now = scene.therapists[0].uid, scene.now
    session.rollback()
    words = [
        partial(run_behind, therapist_uid=uid, minutes=minutes, on=now.date(), actor=RITA, now=now)
        for minutes in (10, 20) * 4
    ]
    assert losers(race(sessions, words)) == []
    (row,) = session.scalars(select(RunningBehind))
    assert row.minutes in {10, 20}
