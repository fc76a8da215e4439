"""The wait list's pages at the desk: plain forms from entry to answer, and the phone list of a gap."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from practice.core.clock import SettableClock
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.rounds import OfferRound
from tests.portal.test_manage import text_of
from tests.scheduling.scene import Scene

MONDAY = "2026-11-30"


@pytest.fixture
def scene(session, clock: SettableClock) -> Scene:
    return Scene(session)


@pytest.fixture
def desk(client_as):
    return client_as("rita")


def form(scene: Scene, client: int = 0, **over):
    return {
        "client_uid": scene.clients[client].uid,
        "service_uid": scene.service.uid,
        "therapist_uids": [scene.therapists[0].uid],
        "days": ["0"],
        "begins": "10:00",
        "ends": "11:00",
        "last_on": MONDAY,
        "urgency": "urgent",
        "notice_minutes": "120",
        "may_phone": "1",
        "desk_note": "Back from a holiday",
    } | over


def entry_of(scene: Scene) -> WaitListEntry:
    scene.session.rollback()
    return scene.session.scalars(select(WaitListEntry).order_by(WaitListEntry.id.desc()).limit(1)).one()


def make_offers(app: Flask, clock: SettableClock) -> None:
    sessions = app.extensions["sessions"]
    OfferRound(sessions, clock, rules=SCHEDULING_RULES, reach=lambda _session, ids: ids).run()


def test_somebody_is_put_on_the_list_changed_and_taken_off(desk, scene: Scene):
    uid = scene.clients[0].uid
    page = desk.get(f"/wait-list/new?client={uid}&service={scene.service.uid}").get_data(as_text=True)
    assert scene.clients[0].display_name in page
    assert f'value="{scene.service.uid}" selected' in page
    answer = desk.post("/wait-list/new", data=form(scene), follow_redirects=True)
    words = text_of(answer)
    for expected in (
        scene.clients[0].display_name,
        "Mon 10:00 to 11:00",
        "until Mon, Nov 30",
        "Urgent",
        "Back from a holiday",
    ):
        assert expected in words, expected
    entry = entry_of(scene)
    shown = desk.get(f"/wait-list/{entry.uid}").get_data(as_text=True)
    assert 'value="10:00"' in shown
    assert re.search(r'name="days" value="0" checked', shown)
    changed = desk.post(
        f"/wait-list/{entry.uid}", data=form(scene, days=[], begins="", ends="", version="1"), follow_redirects=True
    )
    assert "any time" in text_of(changed)
    stale = desk.post(f"/wait-list/{entry.uid}", data=form(scene, version="1"))
    assert stale.status_code == 412
    assert "Somebody else changed this" in text_of(stale)
    assert scene.clients[0].display_name in text_of(desk.get("/clients/" + uid))
    desk.post(f"/wait-list/{entry.uid}/withdraw", data={"version": "2"})
    assert "Nobody is here" in text_of(desk.get("/wait-list"))


def test_a_second_entry_leads_to_the_first(desk, scene: Scene):
    desk.post("/wait-list/new", data=form(scene))
    again = desk.post("/wait-list/new", data=form(scene))
    assert again.status_code == 422
    assert f'href="/wait-list/{entry_of(scene).uid}"' in again.get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client_uid": ""}, "Choose who shall wait"),
        ({"begins": "12:00"}, "Give an end after the beginning"),
        ({"begins": "soon"}, "Give a time as 09:00"),
        ({"first_on": "2026-12-24"}, "Give a last day on or after the first"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(desk, scene: Scene, wrong, words):
    answer = desk.post("/wait-list/new", data=form(scene, **wrong))
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_the_desk_answers_an_offer_for_somebody_who_calls(app, desk, scene: Scene, clock: SettableClock):
    for client in (0, 1):
        desk.post("/wait-list/new", data=form(scene, client))
    make_offers(app, clock)
    assert "Mon, Nov 30" in text_of(desk.get("/wait-list")) or "November 30" in text_of(desk.get("/wait-list"))
    scene.session.rollback()
    first = scene.session.scalars(select(WaitListOffer)).one()
    assert "goes on to the next" in text_of(desk.post(f"/offers/{first.uid}/decline", follow_redirects=True))
    make_offers(app, clock)
    scene.session.rollback()
    second = scene.session.scalars(select(WaitListOffer).where(WaitListOffer.state == "open")).one()
    assert "Booked." in text_of(desk.post(f"/offers/{second.uid}/accept", follow_redirects=True))
    twice = text_of(desk.post(f"/offers/{second.uid}/accept", follow_redirects=True))
    assert "accepted already" in twice
    log = text_of(desk.get("/wait-list/log"))
    for expected in ("said no", "accepted", "Urgent.", "by mail", "at the desk"):
        assert expected in log, expected


def test_a_gap_is_filled_by_telephone_from_a_ranked_list(desk, scene: Scene, clock: SettableClock):
    for client, urgency in enumerate(("soon", "urgent")):
        desk.post(
            "/wait-list/new", data=form(scene, client, urgency=urgency, days=["1"], begins="", ends="", last_on="")
        )
    gap = f"begins=2026-11-24T09:30&ends=2026-11-24T11:00&therapist={scene.therapists[0].uid}"
    page = desk.get(f"/wait-list/gap?{gap}")
    names = re.findall(r'class="call-name"><a href="/clients/([^"]+)"', page.get_data(as_text=True))
    assert names == [scene.clients[1].uid, scene.clients[0].uid]
    assert "Urgent." in text_of(page)
    about = {"begins": "2026-11-24T09:30", "ends": "2026-11-24T11:00", "therapist": scene.therapists[0].uid}
    about |= {"local_start": "2026-11-24T09:30", "therapist_uid": scene.therapists[0].uid}
    urgent, soon = (row.uid for row in scene.session.scalars(select(WaitListEntry).order_by(WaitListEntry.id.desc())))
    declined = desk.post(f"/wait-list/{urgent}/declined", data=about, follow_redirects=True)
    assert scene.clients[1].display_name not in text_of(declined) or "10:00" in text_of(declined)
    booked = desk.post(f"/wait-list/{soon}/book", data=about, follow_redirects=True)
    assert "Booked, and off the wait list" in text_of(booked)
    scene.session.rollback()
    row = scene.session.scalars(select(Appointment).where(Appointment.state == "booked")).one()
    assert (row.client_id, f"{row.local_start:%H:%M}") == (scene.clients[0].id, "09:30")
    assert desk.get("/wait-list/gap?begins=x").status_code == 422


def test_therapists_have_no_wait_list(client_as, scene: Scene):
    assert client_as("theo").get("/wait-list").status_code == 403
