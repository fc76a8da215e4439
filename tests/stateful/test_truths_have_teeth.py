"""Each truth of the machine fails on a diary in which somebody planted what it is there to find."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.models import WaitListEntry
from tests.conftest import make_settings
from tests.factories import act
from tests.scheduling.scene import Scene, at
from tests.stateful import truths


def in_two_places(scene, one, other):
    return update(Appointment).where(Appointment.id == other.id).values(client_id=one.client_id)


def without_its_room(scene, one, other):
    return delete(Allocation).where(Allocation.diary_id == scene.rooms[0].diary_id)


def an_hour_off(scene, one, other):
    return update(Appointment).where(Appointment.id == one.id).values(local_start=one.local_start + timedelta(hours=1))


def arrived_by_nobody(scene, one, other):
    return update(Appointment).where(Appointment.id == one.id).values(state="arrived")


@pytest.mark.parametrize(
    ("plant", "truth", "words"),
    [
        (in_two_places, truths.require_no_overlap, "one person"),
        (without_its_room, truths.require_time_where_it_belongs, "lies on"),
        (an_hour_off, truths.require_promised_times, "is not"),
        (arrived_by_nobody, truths.require_whole_history, "does not tell"),
    ],
)
def test_what_is_planted_is_found(session, plant, truth, words):
    scene = Scene(session)
    one, other = scene.book(at(10)), scene.book(at(10), client=1, therapist=scene.therapists[1].uid)
    for each in truths.TRUTHS:
        each(session)
    act(session, lambda: session.execute(plant(scene, one, other)))
    session.expire_all()
    with pytest.raises(AssertionError, match=words):
        truth(session)


def test_an_offer_that_nobody_made_and_a_chain_of_another_key_are_found(session):
    scene = Scene(session)
    scene.do(add_entry, client_uid=scene.clients[0].uid, details=EntryDetails(service=scene.service.uid))
    act(session, lambda: session.execute(update(WaitListEntry).values(state="offered")))
    session.expire_all()
    with pytest.raises(AssertionError, match="offered with 0 offers"):
        truths.require_sound_offers(session, scene.now)
    truths.require_sound_chain(session, make_settings("sqlite://").audit_key)
    with pytest.raises(AssertionError):
        truths.require_sound_chain(session, "another-key-0123456789abcdefghijklmn")
