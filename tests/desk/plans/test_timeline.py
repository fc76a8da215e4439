"""The course as it is drawn: who has a day stands on it, who has none where the gaps expect it."""

from datetime import date, datetime, timedelta

from practice.desk.plans.timeline import Drawing, Span, block_spans, timeline
from practice.scheduling.lifecycle import AppointmentState
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.findings import Missed
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.sessions import SessionView

TODAY = date(2026, 11, 24)


def session(number: int, day: int | None = None, state: str = "planned", **over) -> SessionView:
    start = None if day is None else datetime(2026, 11, 24, 10) + timedelta(days=day)
    values = {"id": number, "uid": "", "version_id": 1, "gap_min": 5, "gap_max": 9, "local_start": start}
    return SessionView(number=number, state=SessionState(state), **values | over)


def drawn(*sessions: SessionView, **beside):
    return timeline(sessions, Drawing(**beside), begins_on=TODAY, today=TODAY)


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


def test_an_earlier_time_that_was_missed_is_drawn_on_its_day():
    missed = Missed(2, datetime(2026, 11, 22, 10), is_no_show=True)
    line = drawn(session(1, -9, "delivered"), session(2, 3, "booked"), missed=[missed])
    (miss,) = line.misses
    assert (miss.number, miss.words) == (2, "no-show")
    assert line.steps[0].x < miss.x < line.today_x < line.steps[1].x


def test_a_long_clearance_does_not_press_the_sessions_together():
    sessions = [session(number, number * 7, "booked") for number in (1, 2, 3)]
    long = Span(TODAY - timedelta(days=300), TODAY + timedelta(days=300), "clearance")
    alone, beside = drawn(*sessions), drawn(*sessions, spans=[long])
    assert [step.x for step in alone.steps] == [step.x for step in beside.steps]
    assert beside.bars[0].width <= 1160 - 72


def test_a_course_that_is_over_ends_with_its_last_session():
    assert drawn(session(1, -60, "delivered"), session(2, -50, "delivered")).today_x is None


def test_spans_share_a_row_while_their_words_have_room():
    spans = [Span(TODAY + timedelta(days=day), TODAY + timedelta(days=day + 5), "on hold") for day in (0, 40, 41)]
    line = drawn(session(1, 0, "delivered"), session(2, 60, "booked"), spans=spans)
    first, second, third = (bar.y for bar in line.bars)
    assert first == second < third


def test_blocks_span_the_days_of_their_sessions():
    sessions = [session(number, number, "booked") for number in (1, 2, 3)]
    days = [TODAY + timedelta(days=number) for number in (1, 2, 3)]
    spans = block_spans(sessions, [Block(2, 1, 1, 2, 5), Block(1, 1, 4, 5, 9)], days)
    assert [(span.first_on, span.last_on, span.label) for span in spans] == [
        (days[0], days[1], "2 a week \u00d7 1"),
        (days[2], days[2], "1 a week \u00d7 4"),
    ]
