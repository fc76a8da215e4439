"""Somebody comes late: the panel says what is left, and offers to shorten or to keep the length while it fits."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from practice.desk.appointment.late import late_choice
from practice.desk.visits import Named, State
from practice.reminders.models import Message
from practice.scheduling.appointments.shorter import shortened_end
from practice.scheduling.models import Allocation, AppointmentChange
from tests.callers import caller
from tests.desk.visits import at, make_visit
from tests.factories import make_service

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def visit(desk):
    """Ten to nine to ten to ten; it is nine now."""
    return desk.book(desk.client("Anna Kowalska"), desk.at(9))


def panel(desk, visit):
    return desk.rita.get(f"/appointments/{visit.uid}", headers=HTMX).text


def test_the_full_length_is_kept_while_nobody_comes_after(desk, visit):
    assert "are left until" not in panel(desk, visit)
    desk.clock.advance(timedelta(minutes=12))
    shown = panel(desk, visit)
    assert "<b>48 min</b> are left until 10:00. Nobody comes after it today." in shown
    assert "Keep 60 min, until 10:15" in shown
    desk.rita.post(f"/appointments/{visit.uid}/move", data={"minutes": 75, "version": visit.version})
    assert desk.only_row().duration_minutes == 75


def test_what_would_run_into_the_next_visit_is_not_offered(desk, visit):
    desk.book(desk.client("Next One"), desk.at(10, 15))
    desk.clock.advance(timedelta(minutes=12))
    shown = panel(desk, visit)
    assert "The next visit begins at 10:15." in shown
    assert "Keep 60 min" not in shown and "would run into the next visit" in shown
    desk.rita.post(f"/appointments/{visit.uid}/arrive", data={"version": visit.version})
    row = desk.rows()[0]
    assert (row.state, row.duration_minutes) == ("arrived", 60)


@pytest.mark.parametrize("state", [State.IN_PROGRESS, State.COMPLETED, State.NO_SHOW, State.CANCELLED])
def test_who_is_treated_or_gone_is_not_late(state):
    assert late_choice(make_visit(at(9), state=state), [], at(9, 20)) is None


def test_another_therapist_in_another_room_is_not_in_the_way():
    visit = make_visit(at(9))
    elsewhere = make_visit(at(10), therapist_id=2, room=Named("room-2", "Room 2"))
    same_room = make_visit(at(10), therapist_id=2)
    choices = [late_choice(visit, [other], at(9, 10)) for other in (elsewhere, same_room)]
    assert [(choice.fits, choice.next_starts is None) for choice in choices] == [(True, True), (False, False)]


def shorten(desk, visit, **fields):
    return desk.rita.post(f"/appointments/{visit.uid}/shorten", data={"version": visit.version, **fields}, headers=HTMX)


def test_a_shorter_visit_is_stored_frees_the_rest_and_can_begin(desk, visit):
    """Twelve minutes late: half an hour from 9:15 on ends at 9:45, and the quarter after it is anybody's."""
    desk.clock.advance(timedelta(minutes=12))
    shown = panel(desk, visit)
    assert "Shorten to 45 min" not in shown
    assert "Shorten to 30 min, until 09:45" in shown
    assert "Shorten to 15 min, until 09:30" in shown
    answer = shorten(desk, visit, minutes=30)
    assert "is here, and the visit is shorter now" in answer.headers["HX-Trigger"]
    assert "Shortened to 30 min, 12 min late" in answer.text
    row = desk.only_row()
    assert (row.state, row.duration_minutes, row.sequence) == ("arrived", 45, 0)
    assert (row.local_start, row.ends_at) == (desk.at(9), datetime(2026, 11, 24, 14, 45, tzinfo=UTC))
    taken = desk.session.scalars(select(Allocation.ends_at).where(Allocation.occupies)).all()
    assert set(taken) == {row.ends_at}
    assert (row.arrived_at, row.price_cents) == (desk.clock(), 11000)
    change = desk.session.scalars(select(AppointmentChange).where(AppointmentChange.verb == "shorten")).one()
    assert (change.before["duration_minutes"], change.after["duration_minutes"]) == (60, 45)
    assert desk.session.scalars(select(Message)).all() == []
    started = desk.rita.post(f"/appointments/{visit.uid}/start", data={"version": row.version}, headers=HTMX)
    assert "is in treatment" in started.headers["HX-Trigger"]


def test_undo_gives_a_shortened_visit_its_length_back(desk, visit):
    desk.clock.advance(timedelta(minutes=12))
    shorten(desk, visit, minutes=30)
    desk.rita.post(f"/appointments/{visit.uid}/undo", data={"version": desk.only_row().version})
    row = desk.only_row()
    assert (row.state, row.duration_minutes, row.arrived_at) == ("booked", 60, None)


def test_a_shorter_service_is_offered_where_it_fits_and_taken_at_its_price(desk, visit):
    short = make_service(desk.session, name="Relax 45", code="RELAX-45", duration_minutes=45, price_cents=9000)
    make_service(desk.session, name="Relax 55", code="RELAX-55", duration_minutes=55)
    make_service(desk.session, name="Talk 30", code="TALK-30", duration_minutes=30, kind="phone", needs_room=False)
    desk.clock.advance(timedelta(minutes=12))
    shown = panel(desk, visit)
    assert "Make it Relax 45, until 10:00" in shown
    assert "Relax 55" not in shown and "Talk 30" not in shown
    shorten(desk, visit, service=short.uid)
    row = desk.only_row()
    assert (row.state, row.service_id, row.price_cents, row.duration_minutes) == ("arrived", short.id, 9000, 60)


@pytest.mark.parametrize(
    "fields", [{"minutes": 50}, {"minutes": 4}, {}, {"minutes": 30, "service": "x"}, {"minutes": "-1"}]
)
def test_what_does_not_fit_or_is_no_length_is_refused_and_changes_nothing(desk, visit, fields):
    desk.clock.advance(timedelta(minutes=12))
    answer = shorten(desk, visit, **fields)
    assert answer.status_code == 422
    assert "data-refusal" in answer.text
    assert (desk.only_row().duration_minutes, desk.only_row().state) == (60, "booked")


def test_over_json_it_is_refused_with_the_same_code(app, desk, visit):
    api = caller(app, "receptionist")
    early = api.post(f"/appointments/{visit.uid}/shortening", {"minutes": 30})
    assert (early.status_code, early.json["code"]) == (422, "not_left")
    desk.clock.advance(timedelta(minutes=12))
    assert api.post(f"/appointments/{visit.uid}/shortening", {}).status_code == 422
    done = api.post(f"/appointments/{visit.uid}/shortening", {"minutes": 30})
    assert (done.status_code, done.json["state"], done.json["duration_minutes"]) == (200, "arrived", 45)
    again = api.post(f"/appointments/{visit.uid}/shortening", {"minutes": 45})
    assert (again.status_code, again.json["code"]) == (422, "not_left")


@pytest.mark.parametrize(
    ("minute", "minutes", "end"), [(12, 30, 45), (10, 30, 40), (1, 55, 60), (1, 56, None), (0, 30, None), (58, 5, None)]
)
def test_less_begins_with_the_next_five_minutes(minute, minutes, end):
    found = shortened_end(at(9), at(10), minutes, at(9, minute))
    assert found == (None if end is None else at(9) + timedelta(minutes=end))
