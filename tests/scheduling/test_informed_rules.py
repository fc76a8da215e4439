"""A rule of a feature above reads once per act and then judges: no act that takes time for a client goes past it."""

from functools import partial

import pytest
from sqlalchemy import select

from practice.clients.models import Client
from practice.core.errors import Refusal
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.appointments.booking import book_held, book_time, walk_in
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.appointments.rescheduling import change_client, change_room, reschedule, resize
from practice.scheduling.appointments.starting import start
from practice.scheduling.appointments.swapping import Swapped, swap
from practice.scheduling.claiming.informing import InformedRule, inform
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingRefused
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.planning import SeriesWish
from practice.scheduling.series.rule import Recurrence
from practice.scheduling.wishes import MoveWish, PlaceWish
from tests.conftest import NOW
from tests.scheduling.scene import Scene, at, statements

LATER = MoveWish(local_start=at(14))


def read_name(session, question):
    if question.client_id is None:
        return None
    return session.scalar(select(Client.first_name).where(Client.id == question.client_id))


def refuse_clara(_request, _facts, name):
    return [Refusal("planted", f"Not for {name}.")] if name == "Clara" else []


RULES = (*SCHEDULING_RULES, InformedRule(read_name, refuse_clara))


@pytest.fixture
def scene(session) -> Scene:
    return Scene(session)


def booked(scene: Scene) -> dict[str, str]:
    return {"appointment_uid": scene.book().uid}


def arrived(scene: Scene) -> dict[str, str]:
    uid = scene.book().uid
    scene.later(days=6)
    scene.do(arrive, appointment_uid=uid)
    return {"appointment_uid": uid}


def clara(scene: Scene) -> dict[str, str]:
    return {"client_uid": scene.clients[0].uid}


ACTS = {
    "book": lambda scene: partial(book_time, wish=scene.wish(), **clara(scene)),
    "walk in": lambda scene: partial(
        walk_in, wish=PlaceWish(service=scene.service.uid, therapist=scene.therapists[0].uid), **clara(scene)
    ),
    "book what was held": lambda scene: partial(
        book_held, hold_uid=scene.do(hold_time, wish=scene.wish(), rules=RULES).uid, **clara(scene)
    ),
    "move": lambda scene: partial(reschedule, wish=LATER, **booked(scene)),
    "make longer": lambda scene: partial(resize, duration_minutes=75, **booked(scene)),
    "change the room": lambda scene: partial(change_room, room_uid=scene.rooms[1].uid, **booked(scene)),
    "change the client": lambda scene: partial(change_client, client_uid=scene.clients[1].uid, **booked(scene)),
    "swap": lambda scene: partial(
        swap, other_uid=scene.book(at(15), client=1).uid, what=Swapped.TIMES, **booked(scene)
    ),
    "start": lambda scene: partial(start, **arrived(scene)),
    "book a series": lambda scene: partial(
        book_series,
        wish=SeriesWish(first=scene.wish(), rule=Recurrence(weekdays=frozenset({0}), count=2)),
        **clara(scene),
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_for_a_client_asks_the_rule(scene, act):
    verb = ACTS[act](scene)
    with pytest.raises(Exception) as refused:
        scene.do(verb, rules=RULES)
    assert {refusal.code for refusal in refused.value.in_full().refusals} == {"planted"}


def test_a_rule_that_was_not_informed_judges_nothing():
    with pytest.raises(RuntimeError, match="refuse_clara"):
        RULES[-1](None, None)


def test_a_rule_reads_once_however_many_therapists_could_serve(scene):
    over = {"wish": scene.wish(therapist=None), "client_uid": scene.clients[0].uid}
    scene.book(at(16))
    with statements(scene.session) as plain:
        scene.do(book_time, rules=SCHEDULING_RULES, **over)
    lenient = InformedRule(read_name, lambda *_: ())
    with statements(scene.session) as informed:
        scene.do(book_time, rules=(*SCHEDULING_RULES, lenient), **over | {"wish": scene.wish(at(14), therapist=None)})
    assert len(informed) == len(plain) + 1


def test_without_rules_that_read_nothing_is_read(scene):
    with statements(scene.session) as sent:
        assert inform(scene.session, SCHEDULING_RULES, None) == SCHEDULING_RULES
    assert sent == []


def test_the_refusal_names_the_rule_beside_those_of_the_diary(scene):
    with pytest.raises(BookingRefused) as refused:
        scene.do(book_time, wish=scene.wish(at(18)), client_uid=scene.clients[0].uid, rules=RULES, now=NOW)
    assert {refusal.code for refusal in refused.value.refusals} == {"outside_hours", "planted"}
