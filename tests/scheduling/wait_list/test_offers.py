"""Offers as the worker makes them: derived from free time, held, answered once, passed on to the next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.preferences import keep_apart
from practice.clinic.working_hours import TimeOffDetails, add_time_off, remove_time_off
from practice.core.errors import StaleVersion
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingConflict, BookingRefused
from practice.scheduling.merging.service import merge_clients
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.ending import decline_offer, withdraw_offer
from practice.scheduling.wait_list.entries import EntryDetails, add_entry, change_entry, withdraw_entry
from practice.scheduling.wait_list.errors import NotWaiting, OfferEnded, WaitsAlready
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.offers import accept_offer
from practice.scheduling.wait_list.rounds import OfferRound
from practice.scheduling.wait_list.states import Urgency
from tests.factories import act
from tests.scheduling.scene import Scene, at, overlapping_pairs

MONDAY_TEN = Window(0, 600, 660)


class List:
    """The wait list of a scene in which the one time that everybody waits for is taken until it is freed."""

    def __init__(self, scene: Scene, sessions: sessionmaker[Session]) -> None:
        self.scene = scene
        self.reachable = {client.id for client in scene.clients}
        self.round = OfferRound(
            sessions,
            lambda: scene.now,
            rules=SCHEDULING_RULES,
            reach=lambda _session, ids: self.reachable & set(ids),
        )
        self.taken = scene.book()

    def details(self, **over: Any) -> EntryDetails:
        values = {
            "service": self.scene.service.uid,
            "therapists": (self.scene.therapists[0].uid,),
            "windows": (MONDAY_TEN,),
            "last_on": at(10).date(),
        }
        return EntryDetails(**(values | over))

    def add(self, client: int, **over: Any) -> WaitListEntry:
        entry = self.scene.do(add_entry, client_uid=self.scene.clients[client].uid, details=self.details(**over))
        self.scene.later(minutes=1)
        return entry

    def free(self) -> None:
        self.scene.do(cancel, appointment_uid=self.taken.uid, reason="ill", by=CancelledBy.CLIENT, tell_client=False)

    def tick(self) -> list[WaitListOffer]:
        """Let the worker make its round; return the offers that are open then."""
        self.round.run()
        return [offer for offer in self.offers() if offer.state == "open"]

    def offers(self) -> list[WaitListOffer]:
        return list(self._all(WaitListOffer))

    def states(self) -> list[str]:
        return [entry.state for entry in self._all(WaitListEntry)]

    def answer(self, verb: Callable[..., Any], offer: WaitListOffer, **over: Any) -> Any:
        return self.scene.do(verb, offer_uid=offer.uid, **over)

    def accept(self, offer: WaitListOffer) -> Any:
        return self.answer(accept_offer, offer, rules=SCHEDULING_RULES)

    def _all(self, model: Any) -> Any:
        if self.scene.session.in_transaction():
            self.scene.session.commit()
        rows = select(model).order_by(model.id).execution_options(populate_existing=True)
        return self.scene.session.scalars(rows).all()


@pytest.fixture
def queue(scene: Scene, sessions: sessionmaker[Session]) -> List:
    return List(scene, sessions)


def test_nothing_is_offered_while_nothing_that_suits_is_free(queue: List) -> None:
    queue.add(1)
    assert queue.tick() == []
    assert queue.states() == ["waiting"]


def test_a_freed_time_is_held_for_the_first_and_for_nobody_else(queue: List, scene: Scene) -> None:
    entry = queue.add(1)
    queue.add(2)
    queue.free()
    (offer,) = queue.tick()
    assert (offer.entry_id, offer.local_start, offer.zone) == (entry.id, at(10), "America/Toronto")
    assert (offer.among, offer.expires_at - offer.offered_at) == (2, timedelta(hours=3))
    assert queue.states() == ["offered", "waiting"]
    with pytest.raises(BookingConflict):
        scene.book(client=2)
    assert queue.tick()[0].uid == offer.uid


def test_accepting_books_the_time_and_ends_the_waiting(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    accepted = queue.accept(offer)
    booked = scene.reload(accepted.appointment)
    assert (booked.state, booked.client_id, booked.local_start) == ("booked", scene.clients[1].id, at(10))
    assert booked.change_seq > booked.reconciled_seq
    assert scene.taken(booked) >= {scene.clients[1].diary_id, scene.therapists[0].diary_id}
    assert queue.states() == ["booked"]
    assert [line.verb for line in scene.history(booked)] == ["book"]
    with pytest.raises(OfferEnded) as twice:
        queue.accept(offer)
    assert twice.value.context == {"state": "accepted"}


def test_an_offer_passes_on_when_it_is_declined_and_when_it_runs_out(queue: List, scene: Scene) -> None:
    entries = [queue.add(1), queue.add(2), queue.add(0)]
    queue.free()
    (first,) = queue.tick()
    queue.answer(decline_offer, first)
    (second,) = queue.tick()
    scene.later(hours=3)
    (third,) = queue.tick()
    assert [offer.entry_id for offer in (first, second, third)] == [entry.id for entry in entries]
    assert [offer.state for offer in queue.offers()] == ["declined", "expired", "open"]
    assert [offer.ended_by for offer in queue.offers()] == ["receptionist", "system", None]
    scene.later(hours=3)
    assert queue.tick() == []
    assert queue.states() == ["waiting"] * 3
    assert scene.book(client=2).state == "booked"


def test_an_offer_that_ran_out_cannot_be_accepted_even_before_the_worker_noticed(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    scene.later(hours=3)
    with pytest.raises(OfferEnded) as late:
        queue.accept(offer)
    assert late.value.context == {"state": "expired"}
    # Somebody else takes the time at once: the hold does not count any more.
    assert scene.book(client=2).state == "booked"
    queue.tick()
    assert [offer.state for offer in queue.offers()] == ["expired"]


def test_an_offer_taken_back_may_be_made_again(queue: List) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    queue.answer(withdraw_offer, offer)
    with pytest.raises(OfferEnded):
        queue.accept(offer)
    (again,) = queue.tick()
    assert (again.entry_id, again.starts_at) == (offer.entry_id, offer.starts_at)


def test_leaving_the_list_gives_the_offered_time_to_the_next(queue: List) -> None:
    entry = queue.add(1)
    follower = queue.add(2)
    queue.free()
    queue.tick()
    queue.scene.do(withdraw_entry, entry_uid=entry.uid)
    (offer,) = queue.tick()
    assert offer.entry_id == follower.id
    assert queue.states() == ["withdrawn", "offered"]
    queue.scene.do(withdraw_entry, entry_uid=entry.uid)


def test_whoever_cannot_be_written_to_is_passed_over(queue: List, scene: Scene) -> None:
    queue.add(1)
    reached = queue.add(2)
    queue.reachable = {scene.clients[2].id}
    queue.free()
    (offer,) = queue.tick()
    assert offer.entry_id == reached.id


def test_a_removed_absence_frees_time_as_a_cancellation_does(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    absence = TimeOffDetails(queue.taken.starts_at - timedelta(hours=1), queue.taken.ends_at)
    row = scene.do(add_time_off, therapist=scene.therapists[0], details=absence)
    assert queue.tick() == []
    scene.do(remove_time_off, absence=row, version=None)
    assert len(queue.tick()) == 1


def test_an_absence_after_the_offer_keeps_it_from_being_accepted(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    absence = TimeOffDetails(offer.starts_at, offer.ends_at)
    scene.do(add_time_off, therapist=scene.therapists[0], details=absence)
    with pytest.raises(BookingRefused):
        queue.accept(offer)
    assert queue.states() == ["offered"]


def test_an_own_appointment_at_that_time_keeps_a_time_from_being_offered(queue: List, scene: Scene) -> None:
    queue.add(1)
    scene.book(at(10), client=1, therapist=scene.therapists[1].uid)
    queue.free()
    assert queue.tick() == []


def test_an_entry_ends_with_its_last_day(queue: List, scene: Scene) -> None:
    queue.add(1)
    scene.later(days=6, hours=14, minutes=50)
    queue.tick()
    assert queue.states() == ["waiting"]
    scene.later(minutes=10)
    queue.tick()
    assert queue.states() == ["expired"]


def test_one_entry_per_client_service_and_place(queue: List, scene: Scene) -> None:
    entry = queue.add(1)
    with pytest.raises(WaitsAlready) as again:
        queue.add(1)
    assert again.value.context == {"entry": entry.uid}
    changed = scene.do(
        change_entry, entry_uid=entry.uid, details=queue.details(urgency=Urgency.URGENT), version=entry.version
    )
    assert changed.urgency == "urgent"
    with pytest.raises(StaleVersion):
        scene.do(change_entry, entry_uid=entry.uid, details=queue.details(), version=1)
    scene.do(withdraw_entry, entry_uid=entry.uid)
    with pytest.raises(NotWaiting):
        scene.do(change_entry, entry_uid=entry.uid, details=queue.details(), version=None)


def test_free_times_find_their_people_whatever_else_is_free(queue: List, scene: Scene) -> None:
    """Two people and many free times: each gets the earliest that suits, and no diary is taken twice."""
    queue.add(1, windows=(), therapists=(), last_on=None)
    queue.add(2, windows=(Window(2, 780, 1020),), therapists=(), last_on=None)
    offers = queue.tick()
    starts = {offer.entry_id: offer.local_start for offer in offers}
    assert list(starts.values()) == [at(13, day=24), at(13, day=25)]
    assert overlapping_pairs(scene.session) == 0
    held = scene.session.scalars(select(Appointment).where(Appointment.state == "held")).all()
    assert len(held) == 2


def test_wishes_of_the_record_that_is_kept_hold_for_whoever_waits_under_a_merged_one(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    scene.do(merge_clients, kept_uid=scene.clients[0].uid, merged_uid=scene.clients[1].uid)
    scene.do(keep_apart, client=scene.clients[0], therapist_id=scene.therapists[0].id)
    with pytest.raises(BookingRefused) as refused:
        queue.accept(offer)
    assert [each.code for each in refused.value.refusals] == ["not_with_therapist"]
    assert queue.states() == ["offered"]


def test_an_offer_that_an_absence_makes_impossible_ends_at_once(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    hold_id = offer.hold_id
    absence = TimeOffDetails(offer.starts_at, offer.ends_at)
    scene.do(add_time_off, therapist=scene.therapists[0], details=absence)
    assert queue.tick() == []
    assert [(each.state, each.ended_by) for each in queue.offers()] == [("withdrawn", "system")]
    assert scene.session.get(Appointment, hold_id) is None
    assert queue.states() == ["waiting"]


def test_an_offer_whose_mail_bounced_passes_to_the_next_in_line(queue: List, scene: Scene) -> None:
    queue.add(1)
    second = queue.add(2)
    queue.free()
    queue.tick()
    queue.reachable -= {scene.clients[1].id}
    (passed_on,) = queue.tick()
    assert passed_on.entry_id == second.id
    assert [offer.state for offer in queue.offers()] == ["withdrawn", "open"]


def test_an_offer_follows_its_held_time_when_a_country_changes_its_clocks(queue: List, scene: Scene) -> None:
    queue.add(1)
    queue.free()
    (offer,) = queue.tick()
    later = timedelta(hours=1)

    def shift() -> None:
        hold = scene.session.get_one(Appointment, offer.hold_id)
        hold.starts_at, hold.ends_at = hold.starts_at + later, hold.ends_at + later

    before, version = offer.starts_at, offer.version
    act(scene.session, shift)
    (followed,) = queue.tick()
    assert (followed.uid, followed.starts_at, followed.local_start) == (offer.uid, before + later, at(10))
    assert followed.version > version
    assert queue.tick()[0].version == followed.version
