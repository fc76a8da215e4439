"""Many answers to one offer, and many workers over one wait list: one of them wins, the others hear what is true."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.core.errors import StaleVersion
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import TimeTaken
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list import offers
from practice.scheduling.wait_list.ending import decline_offer
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.errors import OfferEnded
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.offers import accept_offer
from practice.scheduling.wait_list.rounds import OfferRound
from tests.concurrency.racing import PATIENCE_SECONDS, deadlocks, losers, race, winners
from tests.scheduling.scene import RITA, Scene, overlapping_pairs

RACERS = 16


def round_of(scene: Scene, sessions: sessionmaker[Session]) -> OfferRound:
    return OfferRound(sessions, lambda: scene.now, rules=SCHEDULING_RULES, reach=lambda _session, ids: ids)


@pytest.fixture
def offer(scene: Scene, sessions: sessionmaker[Session]) -> WaitListOffer:
    scene.do(add_entry, client_uid=scene.clients[0].uid, details=EntryDetails(service=scene.service.uid))
    assert round_of(scene, sessions).run() == 1
    scene.session.commit()
    return scene.session.scalars(select(WaitListOffer)).one()


def accepting(scene: Scene, offer: WaitListOffer):
    return partial(accept_offer, offer_uid=offer.uid, rules=SCHEDULING_RULES, actor=RITA, now=scene.now)


def test_one_of_sixteen_acceptances_wins(scene: Scene, sessions: sessionmaker[Session], offer: WaitListOffer) -> None:
    outcomes = race(sessions, [accepting(scene, offer)] * RACERS)
    assert len(winners(outcomes)) == 1, outcomes
    assert all(isinstance(loser, OfferEnded) for loser in losers(outcomes)), losers(outcomes)
    assert {loser.context["state"] for loser in losers(outcomes)} == {"accepted"}
    scene.session.rollback()
    assert scene.session.scalars(select(Appointment.state)).all() == ["booked"]
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_without_the_second_look_the_losers_do_not_hear_what_happened(
    scene: Scene, sessions: sessionmaker[Session], offer: WaitListOffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "_require_still_open", lambda *_args, **_named: None)
    outcomes = race(sessions, [accepting(scene, offer)] * 4)
    assert len(winners(outcomes)) == 1
    kinds = {type(loser) for loser in losers(outcomes)}
    assert kinds <= {OfferEnded, StaleVersion, TimeTaken}, losers(outcomes)


def test_yes_and_no_at_once_leave_one_answer(
    scene: Scene, sessions: sessionmaker[Session], offer: WaitListOffer
) -> None:
    declining = partial(decline_offer, offer_uid=offer.uid, actor=RITA, now=scene.now)
    outcomes = race(sessions, [accepting(scene, offer), declining] * 4)
    assert len(winners(outcomes)) == 1, outcomes
    assert all(isinstance(loser, OfferEnded) for loser in losers(outcomes)), losers(outcomes)
    scene.session.rollback()
    (entry,) = scene.session.scalars(select(WaitListEntry.state))
    (state,) = scene.session.scalars(select(WaitListOffer.state).execution_options(populate_existing=True))
    assert (entry, state) in {("booked", "accepted"), ("waiting", "declined")}
    assert deadlocks(scene.session) == 0


def test_several_workers_offer_each_time_once(scene: Scene, sessions: sessionmaker[Session]) -> None:
    for client in scene.clients:
        scene.do(add_entry, client_uid=client.uid, details=EntryDetails(service=scene.service.uid))
    rounds = [round_of(scene, sessions) for _ in range(4)]
    together = Barrier(len(rounds))

    def run(one: OfferRound) -> int:
        together.wait(PATIENCE_SECONDS)
        return one.run()

    with ThreadPoolExecutor(len(rounds)) as pool:
        assert sum(pool.map(run, rounds)) == len(scene.clients)
    scene.session.rollback()
    assert scene.session.scalar(select(func.count()).select_from(WaitListOffer)) == len(scene.clients)
    assert scene.session.scalars(select(WaitListEntry.state)).all() == ["offered"] * len(scene.clients)
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)
