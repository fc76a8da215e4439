"""Somebody comes late: the panel says what is left, and offers to shorten or to keep the length while it fits."""

from datetime import timedelta

import pytest

from practice.desk.appointment.late import late_choice
from practice.desk.visits import Named, State
from tests.desk.visits import at, make_visit

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
