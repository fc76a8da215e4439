"""The course as it is drawn: who has a day stands on it, who has none where the gaps expect it."""

from datetime import date, datetime, timedelta

from practice.desk.plans.timeline import Span, timeline
from practice.scheduling.lifecycle import AppointmentState
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.sessions import SessionView

TODAY = date(2026, 11, 24)


def session(number: int, day: int | None = None, state: str = "planned", **over) -> SessionView:
    start = None if day is None else datetime(2026, 11, 24, 10) + timedelta(days=day)
    values = {"id": number, "uid": "", "version_id": 1, "gap_min": 5, "gap_max": 9, "local_start": start}
    return SessionView(number=number, state=SessionState(state), **values | over)


def drawn(*sessions: SessionView, checkpoints=(), spans=()):
    return timeline(sessions, checkpoints, spans, begins_on=TODAY, today=TODAY)


def test_sessions_without_a_day_stand_where_they_are_expected():
    line = drawn(session(1, 2, "booked"), session(2), session(3))
    assert [(step.on - TODAY).days for step in line.steps] == [2, 9, 16]
    assert [step.is_expected for step in line.steps] == [False, True, True]
    assert [step.css for step in line.steps] == ["", "is-planned", "is-planned"]


def test_nothing_is_expected_in_the_past():
    assert drawn(session(1, -60, "delivered"), session(2)).steps[1].on == TODAY


def test_states_are_told_by_shape_and_word():
    tentative = session(3, 9, "booked", appointment_state=AppointmentState.TENTATIVE)
    line = drawn(session(1, 1, "delivered"), session(2, 5, "no_show"), tentative, checkpoints=(3,))
    assert [(step.css, step.words) for step in line.steps] == [
        ("is-done", "delivered"),
        ("is-lost", "no-show"),
        ("is-tentative", "tentative"),
    ]
    assert [step.is_checkpoint for step in line.steps] == [False, False, True]


def test_everything_lies_within_the_drawing_in_order():
    spans = [Span(TODAY - timedelta(days=3), TODAY + timedelta(days=90), "clearance"), Span(TODAY, TODAY, "on hold")]
    line = drawn(session(1, 0, "delivered"), session(2, 7, "booked"), spans=spans)
    xs = [line.bars[0].x, line.steps[0].x, line.steps[1].x, line.bars[0].x + line.bars[0].width]
    assert xs == sorted(xs) and xs[0] >= 36 and xs[-1] <= 1160 - 36
    assert line.today_x == line.steps[0].x
    assert line.bars[1].width >= 4 and line.bars[1].y > line.bars[0].y
    assert 2 <= len(line.ticks) <= 9
