"""Races on rules that count: a client's visits, a therapist's day and two kept apart are looked at under the lock."""

from functools import partial

import pytest
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.preferences import keep_apart
from practice.clinic.limits import LimitDetails, set_limits
from practice.core import failpoints
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming import claim as claims
from practice.scheduling.claiming import places, placing
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingRefused
from tests.concurrency.racing import deadlocks, losers, race, winners
from tests.concurrency.test_guards_have_teeth import meet_after_looking
from tests.factories import OWNER
from tests.scheduling.scene import RITA, Scene, at

BY_RITA = {"actor": RITA, "rules": SCHEDULING_RULES}


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    failpoints.disarm_all()


def booking(scene: Scene, client: int, therapist: int, hour: int):
    wish = scene.wish(at(hour), therapist=scene.therapists[therapist].uid)
    return partial(book_time, wish=wish, client_uid=scene.clients[client].uid, now=scene.now, **BY_RITA)


def two_visits_of_one_client(scene: Scene):
    scene.do(set_limits, details=LimitDetails(client_visits_a_day=1), version=None, actor=OWNER)
    return [booking(scene, 0, 0, 9), booking(scene, 0, 1, 15)]


def two_visits_to_one_therapist(scene: Scene):
    scene.do(set_limits, details=LimitDetails(visits_a_day=1), version=None, actor=OWNER)
    return [booking(scene, 0, 0, 9), booking(scene, 1, 0, 15)]


def two_who_are_kept_apart(scene: Scene):
    scene.do(keep_apart, client=scene.clients[0], other=scene.clients[1])
    return [booking(scene, 0, 0, 10), booking(scene, 1, 1, 10)]


CONTESTS = [two_visits_of_one_client, two_visits_to_one_therapist, two_who_are_kept_apart]


@pytest.mark.parametrize("contest", CONTESTS)
def test_of_two_that_a_rule_does_not_allow_together_one_is_booked(
    scene: Scene, sessions: sessionmaker[Session], contest
) -> None:
    outcomes = race(sessions, contest(scene) * 4)
    assert len(winners(outcomes)) == 1, outcomes
    refused = [each for each in losers(outcomes) if isinstance(each, BookingRefused)]
    assert len(refused) >= 1
    assert deadlocks(scene.session) == 0


@pytest.mark.parametrize("contest", CONTESTS)
def test_without_looking_further_than_the_time_itself_both_would_be_booked(
    scene: Scene, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, contest
) -> None:
    acts = contest(scene)
    monkeypatch.setattr(places, "known_around", lambda _question, _set_up, treatment: treatment)
    monkeypatch.setattr(
        placing,
        "people_diaries",
        lambda one: {scene.therapists[0].diary_id, scene.therapists[1].diary_id, one.client.diary_id},
    )
    assert len(winners(race(sessions, acts))) == 2


def test_without_the_lock_both_look_before_either_writes(
    scene: Scene, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = two_visits_of_one_client(scene)
    is_sqlite = scene.session.get_bind().dialect.name == "sqlite"
    monkeypatch.setattr(claims, "lock_diaries", lambda _session, _diary_ids: None)
    if not is_sqlite:
        meet_after_looking()
    # On SQLite the write lock is the transaction itself.
    assert len(winners(race(sessions, acts))) == (1 if is_sqlite else 2)
