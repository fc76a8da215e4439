"""The client's page: opening it changes nothing, each act is a form, and an old link says what is true."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from practice.clients.consents import Purpose
from practice.clients.models import ClientContact
from practice.clients.queries import find_consent
from practice.core.clock import SettableClock
from practice.core.local_time import to_utc
from practice.reminders.kinds import MessageKind, MessageState
from practice.reminders.models import Message
from practice.scheduling.absences.models import HitAnswer
from practice.scheduling.absences.offering import offer_times
from practice.scheduling.absences.out_today import out_today
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from tests.factories import act, make_location, make_room, make_service, make_therapist
from tests.portal.conftest import Visitor
from tests.scheduling.scene import TEN, Scene, at

Open = Callable[[Appointment], Visitor]


def text_of(answer) -> str:
    words = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).replace("\u202f", " ").replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", words)


def choices(answer) -> list[str]:
    return re.findall(r'name="choice" value="([^"]+)"', answer.get_data(as_text=True))


def test_the_page_says_when_with_whom_and_where_and_nothing_else(scene: Scene, visitor: Open) -> None:
    page = visitor(scene.book()).get()
    words = text_of(page)
    assert page.status_code == 200
    for expected in (
        "Clara",
        "Monday, November 30",
        "10:00 a.m.",
        "Eastern Standard Time",
        "60 minutes",
        "12 Harbour St",
    ):
        assert expected in words
    assert scene.service.name not in page.get_data(as_text=True)
    assert scene.clients[0].last_name not in page.get_data(as_text=True)
    assert "assage" not in words
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert 'name="robots" content="noindex' in page.get_data(as_text=True)


def test_a_client_whose_therapist_is_out_chooses_one_of_the_kept_times(
    scene: Scene, visitor: Open, clock: SettableClock
) -> None:
    appointment = scene.book(at(14))
    scene.now = clock.now = appointment.starts_at - timedelta(hours=6)
    scene.do(out_today, therapist_uid=scene.therapists[0].uid, rules=SCHEDULING_RULES)
    link = visitor(appointment)
    answer_uid = scene.session.scalars(select(HitAnswer.uid)).one()
    scene.do(offer_times, answer_uid=answer_uid, rules=SCHEDULING_RULES)
    page = link.get()
    times = re.findall(r'name="time" value="([^"]+)"', page.get_data(as_text=True))
    assert len(times) == 3
    assert "Until Monday, November 30, 10:00 a.m. we keep these times for you." in text_of(page)
    assert "I will be there" not in text_of(page)
    assert "Free of charge" in text_of(page), "that the therapist is out costs the client nothing"
    taken = link.post("/times", {"time": times[0]})
    assert "This is the new time" in text_of(taken)
    moved = scene.reload(appointment)
    assert (moved.local_start, moved.therapist_id) == (at(14), scene.therapists[1].id)
    again = link.post("/times", {"time": times[1]})
    assert (again.status_code, "That time is not kept any more" in text_of(again)) == (409, True)
    assert link.post("/times", {}).status_code == 404
    assert scene.reload(appointment).therapist_id == scene.therapists[1].id


def test_calling_a_visit_off_whose_therapist_is_out_proposes_no_fee(
    scene: Scene, visitor: Open, clock: SettableClock
) -> None:
    appointment = scene.book(at(14))
    scene.now = clock.now = appointment.starts_at - timedelta(hours=6)
    scene.do(out_today, therapist_uid=scene.therapists[0].uid, rules=SCHEDULING_RULES)
    assert visitor(appointment).post("/cancel", {"reason": "not_said"}).status_code == 200
    cancelled = scene.reload(appointment)
    assert (cancelled.state, cancelled.cancelled_late, cancelled.fee_proposed_cents) == ("cancelled", True, None)


def test_opening_the_page_and_its_sisters_changes_no_row(scene: Scene, visitor: Open, clock: SettableClock) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    before = scene.reload(appointment).version
    for more in ("", "/cancel", "/move", "/stop", "/appointment.ics"):
        assert link.get(more).status_code == 200
        assert link.browser.head(link.path + more).status_code == 200
        assert link.browser.options(link.path + more).status_code == 200
    assert scene.reload(appointment).version == before
    assert scene.reload(appointment).state == AppointmentState.BOOKED


def test_a_client_confirms_once_and_hears_the_same_twice(scene: Scene, visitor: Open, clock: SettableClock) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    page = link.post("/confirm")
    assert page.status_code == 200
    assert "You have said that you will come" in text_of(page)
    confirmed_at = scene.reload(appointment).confirmed_at
    assert confirmed_at == clock()
    clock.advance(timedelta(hours=1))
    assert link.post("/confirm").status_code == 200
    assert scene.reload(appointment).confirmed_at == confirmed_at


def test_the_first_act_verifies_the_address_that_the_mail_reached(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    address = select(ClientContact).where(ClientContact.client_id == scene.clients[0].id, ClientContact.kind == "email")

    def contact() -> ClientContact:
        scene.session.rollback()
        return scene.session.execute(address.execution_options(populate_existing=True)).scalar_one()

    link.post("/confirm")
    assert contact().verified_at is None
    act(
        scene.session,
        lambda: scene.session.add(
            Message(
                dedupe_key="m",
                kind=MessageKind.CONFIRMATION,
                subject_kind="appointment",
                subject_id=appointment.id,
                client_id=scene.clients[0].id,
                to_address=contact().normalised,
                due_at=scene.now,
                expires_at=scene.now,
                state=MessageState.SENT,
                message_id="<m>",
                created_at=scene.now,
            )
        ),
    )
    link.get()
    assert contact().verified_at is None
    link.post("/confirm")
    assert contact().verified_at is not None


def test_a_client_cancels_free_of_charge_before_the_notice(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    assert "Free until Sunday, November 29, 10:00 a.m." in text_of(link.get())
    assert "This costs nothing" in text_of(link.get("/cancel"))
    page = link.post("/cancel", {"reason": "not_said"})
    assert "This appointment is cancelled" in text_of(page)
    stored = scene.reload(appointment)
    assert (stored.state, stored.cancelled_by, stored.fee_proposed_cents) == (
        AppointmentState.CANCELLED,
        CancelledBy.LINK,
        None,
    )
    assert scene.taken(appointment) == set()
    assert "This appointment is cancelled" in text_of(link.post("/cancel"))
    assert link.post("/confirm").status_code == 422


@pytest.mark.parametrize("reason", ["ill", "not_said"])
def test_inside_the_notice_the_fee_is_said_before_the_button(
    scene: Scene, visitor: Open, clock: SettableClock, reason: str
) -> None:
    appointment = scene.book()
    clock.now = to_utc(TEN, "America/Toronto") - timedelta(hours=3)
    link = visitor(appointment)
    asked = text_of(link.get("/cancel"))
    assert asked.index("$55.00") < asked.index("Cancel for $55.00")
    assert "I am ill" in asked
    link.post("/cancel", {"reason": reason})
    stored = scene.reload(appointment)
    assert (stored.cancel_reason, stored.cancelled_late, stored.fee_proposed_cents) == (reason, True, 5500)


def test_a_client_moves_to_an_offered_time(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    offered = choices(link.get("/move"))
    assert len(offered) > 10
    assert f"2026-11-30T10:00 {scene.therapists[0].uid}" not in offered
    chosen = next(choice for choice in offered if choice > "2026-11-30T13:00")
    page = link.post("/move", {"choice": chosen})
    assert "Monday, November 30" in text_of(page)
    assert "p.m." in text_of(page)
    stored = scene.reload(appointment)
    assert (stored.local_start.isoformat(timespec="minutes"), stored.sequence) == (chosen[:16], 1)
    assert link.post("/move", {"choice": chosen}).status_code == 200
    assert scene.reload(appointment).sequence == 1


def test_every_time_that_is_offered_can_be_taken(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    far = [choice for choice in choices(link.get("/move")) if choice > "2026-11-27"]
    assert len(far) > 10
    for choice in far[:12]:
        assert link.post("/move", {"choice": choice}).status_code == 200
        assert scene.reload(appointment).local_start.isoformat(timespec="minutes") == choice.partition(" ")[0]


def test_a_time_taken_in_the_meantime_is_refused_with_what_is_left(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    scene.book(at(13), client=1)
    page = link.post("/move", {"choice": f"2026-11-30T13:00 {scene.therapists[0].uid}"})
    assert page.status_code == 409
    assert "Your appointment stands as it was" in text_of(page)
    assert choices(page)
    assert scene.reload(appointment).local_start == TEN


def test_inside_the_notice_only_the_same_day_is_offered(scene: Scene, visitor: Open, clock: SettableClock) -> None:
    appointment = scene.book()
    clock.now = to_utc(TEN, "America/Toronto") - timedelta(hours=3)
    link = visitor(appointment)
    offered = choices(link.get("/move"))
    assert {choice[:10] for choice in offered} == {"2026-11-30"}
    refused = link.post("/move", {"choice": f"2026-12-01T13:00 {scene.therapists[0].uid}"})
    assert refused.status_code == 422
    assert "within its day" in text_of(refused)
    assert link.post("/move", {"choice": offered[-1]}).status_code == 200


@pytest.mark.parametrize("choice", ["", "tomorrow", "2026-13-40T10:00 x", "2026-11-30T10:00 ' or 1=1"])
def test_a_choice_that_was_never_offered_is_asked_again(scene: Scene, visitor: Open, choice: str) -> None:
    page = visitor(scene.book()).post("/move", {"choice": choice})
    assert page.status_code == 422
    assert "Choose one of the times" in text_of(page)


def test_the_calendar_file_is_the_visit_as_it_stands(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    answer = visitor(appointment).get("/appointment.ics")
    assert answer.mimetype == "text/calendar"
    (event,) = icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT")
    assert appointment.starts_at == event.DTSTART
    assert event["UID"] == f"{appointment.uid}@example.com"
    assert "ATTENDEE" not in event
    assert scene.service.name not in answer.get_data(as_text=True)


def test_an_ended_link_says_what_is_true(scene: Scene, visitor: Open, clock: SettableClock) -> None:
    cancelled = scene.book()
    link = visitor(cancelled)
    scene.do(cancel, appointment_uid=cancelled.uid, reason="other", by=CancelledBy.CLINIC)
    assert "This appointment is cancelled" in text_of(link.get())
    over = scene.book()
    late = visitor(over)
    clock.now = over.starts_at
    assert "This appointment was on" in text_of(late.get())
    assert "It cannot be changed any more" in text_of(late.get("/move"))


@pytest.mark.parametrize("token", ["x", "a" * 400, "00000000-0000-4000-8000-000000000000." + "A" * 43, "%00", "é"])
def test_a_link_that_was_never_ours_is_not_found(scene: Scene, app: Flask, token: str) -> None:
    for path in (f"/m/{token}", f"/u/{token}", f"/m/{token}/move"):
        page = app.test_client().get(path)
        assert page.status_code == 404


def test_a_link_of_one_purpose_opens_no_other(scene: Scene, visitor: Open, stopper: Visitor) -> None:
    link = visitor(scene.book())
    assert link.browser.get(link.path.replace("/m/", "/u/")).status_code == 404
    assert stopper.browser.get(stopper.path.replace("/u/", "/m/")).status_code == 404


def test_too_many_tries_are_told_when_to_come_back(scene: Scene, visitor: Open) -> None:
    link = visitor(scene.book())
    answers = [link.get().status_code for _ in range(62)]
    assert answers[:60] == [200] * 60
    assert answers[-1] == 429
    assert int(link.get().headers["Retry-After"]) > 0


def test_a_form_without_its_token_does_nothing(scene: Scene, visitor: Open) -> None:
    appointment = scene.book()
    link = visitor(appointment)
    assert link.browser.post(f"{link.path}/cancel").status_code == 400
    assert scene.reload(appointment).state == AppointmentState.BOOKED


# Stopping reminders


def is_on(scene: Scene) -> bool:
    scene.session.rollback()
    return find_consent(scene.session, scene.clients[0].id, Purpose.REMINDER_EMAIL) is not None


@pytest.mark.usefixtures("consent")
def test_one_click_of_a_mail_program_stops_reminders(scene: Scene, stopper: Visitor) -> None:
    answer = stopper.browser.post(stopper.path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not is_on(scene)
    assert stopper.browser.post(stopper.path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


@pytest.mark.usefixtures("consent")
def test_opening_the_stop_link_stops_nothing(scene: Scene, stopper: Visitor) -> None:
    assert "Stop reminders?" in text_of(stopper.get())
    assert is_on(scene)
    page = stopper.post("")
    assert "Reminders are off" in text_of(page)
    assert not is_on(scene)


@pytest.mark.usefixtures("consent")
def test_reminders_can_be_stopped_from_the_visit(scene: Scene, visitor: Open) -> None:
    page = visitor(scene.book()).post("/stop")
    assert "Reminders are off" in text_of(page)
    assert not is_on(scene)


def test_a_stop_link_lives_for_a_year(scene: Scene, stopper: Visitor, clock: SettableClock) -> None:
    clock.advance(timedelta(days=364))
    assert stopper.get().status_code == 200
    clock.advance(timedelta(days=2))
    assert stopper.get().status_code == 404


def test_in_the_repeated_hour_a_client_gets_the_time_that_was_chosen(scene: Scene, visitor: Open) -> None:
    nights = tuple((weekday, 0, 180) for weekday in range(7))
    scene.location = make_location(scene.session, hours=nights)
    scene.therapists = [make_therapist(scene.session, location=scene.location, services=(), hours=nights)]
    scene.service = make_service(scene.session, therapists=scene.therapists, horizon_days=400, grid_minutes=60)
    scene.rooms = [make_room(scene.session, scene.location)]
    appointment = scene.book(datetime(2027, 11, 7, 0, 0))
    link = visitor(appointment)
    offered = choices(link.get("/move?from=2027-11-07"))
    second = f"2027-11-07T01:00/2 {scene.therapists[0].uid}"
    assert second in offered, offered
    link.post("/move", {"choice": second})
    assert f"{scene.reload(appointment).starts_at:%H:%M}" == "06:00"


def test_links_that_went_to_the_wrong_person_are_ended_and_the_next_mail_carries_new_ones(
    scene: Scene, visitor: Open, stopper: Visitor, client_as: Callable[[str], FlaskClient]
) -> None:
    appointment, client = scene.book(), scene.clients[0]
    link, others = visitor(appointment), visitor(scene.book(at(14), client=1))
    assert (link.get().status_code, stopper.get().status_code) == (200, 200)
    answer = client_as("rita").post(f"/clients/{client.uid}/links/end", follow_redirects=True)
    assert "2 links are ended." in text_of(answer)
    assert (link.get().status_code, stopper.get().status_code) == (404, 404)
    assert others.get().status_code == 200
    assert visitor(appointment).get().status_code == 200


@pytest.mark.parametrize("when", ["9999-12-31T23:45", "0001-01-01T00:00/2"])
def test_a_time_at_the_end_of_the_calendar_is_none_of_those_shown(scene: Scene, visitor: Open, when: str) -> None:
    appointment = scene.book()
    page = visitor(appointment).post("/move", {"choice": f"{when} {scene.therapists[0].uid}"})
    assert page.status_code == 422
    assert scene.reload(appointment).local_start == TEN
