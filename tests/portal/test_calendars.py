"""Calendars at a secret address: what they say and leave out, who opens them, and how an address ends."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.accounts.links import link_token, make_link
from practice.accounts.models import SignedLink, User
from practice.audit.models import AuditEvent
from practice.clinic.models import Therapist
from practice.core.clock import SettableClock
from practice.core.db import Base
from practice.reminders.calendar_addresses import CALENDAR, THERAPIST, CalendarOf, end_address, renew_address
from practice.reminders.calendar_feeds import AHEAD, BACK, calendar_of
from practice.reminders.letters import House
from practice.reminders.links import CLIENT, end_links_of_client
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.merging.service import merge_clients
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import MoveWish
from tests.cast import OLGA, RITA, THEO, make_cast, sign_in
from tests.factories import OWNER, act
from tests.portal.conftest import Visitor
from tests.scheduling.blocks.meetings import keep
from tests.scheduling.scene import TEN, Scene, at
from tests.statements import statements

Feed = Callable[[CalendarOf], str]


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    """A calendar program: it has the address and nothing else."""
    return app.test_client()


@pytest.fixture
def cast(app: Flask, scene: Scene, clock: SettableClock) -> dict[str, User]:
    """Theo is the scene's first therapist."""
    made = make_cast(app.extensions["sessions"], now=clock())
    theo = scene.therapists[0].id
    act(scene.session, lambda: setattr(scene.session.get_one(Therapist, theo), "user_id", made["theo"].id))
    return made


@pytest.fixture
def feed(app: Flask, scene: Scene) -> Feed:
    def make(owner: CalendarOf) -> str:
        link = scene.do(renew_address, owner=owner, actor=OWNER)
        return f"/f/{link_token(app.extensions['settings'].link_key, link)}/calendar.ics"

    return make


@pytest.fixture
def theos(scene: Scene, cast: dict[str, User], feed: Feed) -> str:
    return feed(CalendarOf(THERAPIST, cast["theo"].id))


@pytest.fixture
def claras(scene: Scene, feed: Feed) -> str:
    return feed(CalendarOf(CLIENT, scene.clients[0].id))


def events(http: FlaskClient, path: str) -> list[icalendar.Event]:
    answer = http.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return list(icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT"))


def test_a_therapist_reads_busy_and_initials_and_nothing_else(scene: Scene, theos: str, http: FlaskClient) -> None:
    scene.book()
    scene.book(at(15), client=1, therapist=scene.therapists[1].uid)
    (event,) = events(http, theos)
    one = scene.clients[0]
    assert event["SUMMARY"] == f"Busy {one.first_name[0]}{one.last_name[0]}"
    said = http.get(theos).get_data(as_text=True)
    for secret in (one.first_name, one.last_name, one.uid, scene.service.name, "assage", "12 Harbour St"):
        assert secret not in said.replace("Harbour:", "")
    assert set(event) == {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"}


def test_a_client_reads_what_the_mails_say_about_own_visits_only(
    scene: Scene, claras: str, http: FlaskClient, visitor: Callable[[Appointment], Visitor]
) -> None:
    appointment = scene.book()
    scene.book(at(13), client=1)
    (event,) = events(http, claras)
    file = icalendar.Calendar.from_ical(visitor(appointment).get("/appointment.ics").get_data())
    (mailed,) = file.walk("VEVENT")
    for name in ("UID", "SEQUENCE", "SUMMARY", "LOCATION", "DTSTART", "DTEND"):
        assert event[name].to_ical() == mailed[name].to_ical(), name
    assert scene.service.name not in str(event)


def test_a_moved_visit_is_the_same_event_and_a_cancelled_one_is_absent(
    scene: Scene, claras: str, http: FlaskClient
) -> None:
    appointment = scene.book()
    (before,) = events(http, claras)
    scene.do(reschedule, appointment_uid=appointment.uid, wish=MoveWish(local_start=at(14)), rules=SCHEDULING_RULES)
    (after,) = events(http, claras)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["DTSTART"].dt == datetime(2026, 11, 30, 14, tzinfo=ZoneInfo("America/Toronto"))
    scene.do(cancel, appointment_uid=appointment.uid, reason="ill", by=CancelledBy.CLIENT)
    assert events(http, claras) == []


def test_the_wall_time_stays_when_the_clocks_change(scene: Scene, theos: str, http: FlaskClient) -> None:
    for local in (TEN, datetime(2027, 3, 15, 10, 0)):
        scene.book(local)
    winter, summer = (event["DTSTART"].dt for event in events(http, theos))
    assert (winter.hour, summer.hour) == (10, 10)
    assert (winter.astimezone(UTC).hour, summer.astimezone(UTC).hour) == (15, 14)
    assert http.get(theos).get_data(as_text=True).count("BEGIN:VTIMEZONE") == 1


def test_time_without_a_client_is_busy_and_its_title_is_not_told(scene: Scene, theos: str, http: FlaskClient) -> None:
    keep(scene, title="Quarrel with the landlord")
    (event,) = events(http, theos)
    assert str(event["SUMMARY"]) == "Busy"
    assert "landlord" not in http.get(theos).get_data(as_text=True)
    assert event["DTSTART"].dt == datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("America/Toronto"))


def test_it_reaches_four_weeks_back_and_half_a_year_ahead(
    scene: Scene, theos: str, http: FlaskClient, clock: SettableClock
) -> None:
    starts_at = scene.book().starts_at
    for moment, seen in ((starts_at - AHEAD, 0), (starts_at - AHEAD + timedelta(seconds=1), 1), (starts_at + BACK, 1)):
        clock.advance(moment - clock())
        assert len(events(http, theos)) == seen
    clock.advance(timedelta(seconds=1))
    assert events(http, theos) == []


def test_what_is_known_is_not_sent_again_until_it_changes(
    scene: Scene, claras: str, http: FlaskClient, clock: SettableClock
) -> None:
    scene.book()
    known = {"If-None-Match": http.get(claras).headers["ETag"]}
    clock.advance(timedelta(hours=5))
    again = http.get(claras, headers=known)
    assert (again.status_code, again.get_data()) == (304, b"")
    scene.book(at(14))
    assert http.get(claras, headers=known).status_code == 200


def test_reading_changes_no_row_of_the_practice(scene: Scene, claras: str, theos: str, http: FlaskClient) -> None:
    scene.book()
    before = counts(scene.session)
    link = scene.session.scalars(select(SignedLink).where(SignedLink.purpose == CALENDAR)).first()
    for path in (claras, theos):
        assert http.get(path).status_code == http.head(path).status_code == 200
    assert counts(scene.session) == before
    scene.session.refresh(link)
    assert link.used_at is None


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    kept = [table for table in Base.metadata.sorted_tables if table.name != "rate_counter"]
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in kept}


@pytest.mark.parametrize("kind", [THERAPIST, CLIENT])
def test_the_statements_do_not_grow_with_the_visits(scene: Scene, cast: dict[str, User], kind: str) -> None:
    owner = CalendarOf(kind, cast["theo"].id if kind == THERAPIST else scene.clients[0].id)
    house = House("Harbour", "appointments@example.com", "http://localhost", "", timedelta(hours=24), 50)
    sent = []
    for day in (0, *range(1, 5)):
        scene.book(TEN + timedelta(days=day))
        scene.session.rollback()
        with statements(scene.session.get_bind()) as seen:
            content = calendar_of(scene.session, owner, house, now=scene.now)
        sent.append((content.count("BEGIN:VEVENT"), len(seen)))
    assert sent == [(number, 3 if kind == THERAPIST else 2) for number in range(1, 6)]


def test_an_event_is_small(scene: Scene, theos: str, http: FlaskClient) -> None:
    scene.book()
    one = len(http.get(theos).get_data())
    scene.book(at(14))
    assert len(http.get(theos).get_data()) - one <= 250


def test_an_address_that_is_ended_forged_or_for_something_else_opens_nothing(
    app: Flask, scene: Scene, claras: str, http: FlaskClient
) -> None:
    owner = CalendarOf(CLIENT, scene.clients[0].id)
    key = app.extensions["settings"].link_key
    named = {"purpose": "manage", "subject_kind": CLIENT, "subject_id": owner.id, "expires_at": None}
    other = act(scene.session, lambda: make_link(scene.session, now=scene.now, **named))
    assert http.get(claras).status_code == 200
    scene.do(end_address, owner=owner)
    token = claras.split("/")[2]
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    bad = (token, altered, token.partition(".")[0], link_token(key, other), link_token("k" * 40, other), "x", "." * 80)
    pages = [http.get(f"/f/{each}/calendar.ics").get_data(as_text=True) for each in bad]
    # The form token carries the second in which it was made.
    said = {re.sub(r'name="csrf-token" content="[^"]+"', "", page) for page in pages}
    assert {http.get(f"/f/{each}/calendar.ics").status_code for each in bad} == {404}
    assert len(said) == 1


def test_a_new_address_ends_the_one_before_and_is_told_apart_in_the_log(
    scene: Scene, claras: str, feed: Feed, http: FlaskClient
) -> None:
    renewed = feed(CalendarOf(CLIENT, scene.clients[0].id))
    assert renewed != claras
    assert (http.get(claras).status_code, http.get(renewed).status_code) == (404, 200)
    logged = scene.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(3)).all()
    assert logged == ["calendar_address.made", "link.revoked", "calendar_address.made"]


def test_an_address_ends_when_its_user_is_that_therapist_no_more(
    scene: Scene, theos: str, cast: dict[str, User], feed: Feed, http: FlaskClient
) -> None:
    scene.book()
    assert len(events(http, theos)) == 1
    therapist_id = scene.therapists[0].id
    act(
        scene.session,
        lambda: setattr(scene.session.get_one(Therapist, therapist_id), "user_id", cast["rita"].id),
    )
    assert http.get(theos).status_code == 404
    assert len(events(http, feed(CalendarOf(THERAPIST, cast["rita"].id)))) == 1


def test_a_therapist_who_has_left_is_followed_no_more(
    scene: Scene, theos: str, cast: dict[str, User], http: FlaskClient
) -> None:
    assert http.get(theos).status_code == 200
    act(scene.session, lambda: setattr(scene.session.get_one(User, cast["theo"].id), "is_active", False))
    assert http.get(theos).status_code == 404


def test_ending_the_links_of_a_client_ends_the_calendar_too(scene: Scene, claras: str, http: FlaskClient) -> None:
    scene.do(end_links_of_client, client_id=scene.clients[0].id)
    assert http.get(claras).status_code == 404


def test_the_calendar_of_a_merged_record_shows_the_kept_one_and_ends_with_it(
    scene: Scene, claras: str, http: FlaskClient
) -> None:
    scene.book()
    scene.book(at(14), client=1)
    scene.do(merge_clients, kept_uid=scene.clients[1].uid, merged_uid=scene.clients[0].uid, actor=OWNER)
    assert len(events(http, claras)) == 2
    scene.do(end_address, owner=CalendarOf(CLIENT, scene.clients[1].id))
    assert http.get(claras).status_code == 404


def test_a_therapist_makes_replaces_and_ends_the_own_address(
    app: Flask, scene: Scene, cast: dict[str, User], http: FlaskClient
) -> None:
    theo = sign_in(app, THEO)
    assert "/account/calendar" in theo.get("/account").get_data(as_text=True)
    assert "Make an address" in theo.get("/account/calendar").get_data(as_text=True)
    first, second = made_by(theo, "/account/calendar"), made_by(theo, "/account/calendar")
    assert (http.get(first).status_code, http.get(second).status_code) == (404, 200)
    theo.post("/account/calendar/end")
    assert http.get(second).status_code == 404
    assert sign_in(app, OLGA).get("/account/calendar").status_code == 404
    assert sign_in(app, RITA).get("/account/calendar").status_code == 403


def test_the_desk_makes_and_ends_the_address_of_a_client(
    app: Flask, scene: Scene, cast: dict[str, User], http: FlaskClient
) -> None:
    rita, page = sign_in(app, RITA), f"/clients/{scene.clients[0].uid}/calendar"
    assert page in rita.get(f"/clients/{scene.clients[0].uid}").get_data(as_text=True)
    address = made_by(rita, page)
    assert events(http, address) == []
    rita.post(f"{page}/end")
    assert http.get(address).status_code == 404
    assert sign_in(app, THEO).get(page).status_code == 403


def made_by(browser: FlaskClient, page: str) -> str:
    """Make an address with the page's button; return its path as the page shows it."""
    shown = browser.post(page, follow_redirects=True).get_data(as_text=True)
    return "/f/" + shown.partition("/f/")[2].partition('"')[0]
