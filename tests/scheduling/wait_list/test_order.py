"""Whom a free time is offered to: the rules against an oracle that compares people pair by pair, minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from practice.clinic.quiet_hours import NO_QUIET_HOURS, QuietHours
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.question import Span
from practice.scheduling.wait_list import deciding, ranking
from practice.scheduling.wait_list.deciding import (
    ANSWER,
    SHORTEST_ANSWER,
    Board,
    next_offer,
    phone_list,
)
from practice.scheduling.wait_list.fitting import Opening, RefusedTime, Waiting, Window
from practice.scheduling.wait_list.states import Urgency

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
ZONE = "America/Toronto"
NAMES = {1: "Ines", 2: "Tomas", 3: "Una"}


def waiting(number: int = 1, **over: object) -> Waiting:
    values = {
        "id": number,
        "client_id": number,
        "service_id": 1,
        "location_id": 1,
        "urgency": Urgency.SOON,
        "asked_at": NOW - timedelta(days=1),
        "first_on": date(2026, 11, 24),
    }
    return Waiting(**(values | over))


def opening(local: datetime, *therapists: int, minutes: int = 60) -> Opening:
    begins = floor_minute(local.replace(tzinfo=ZoneInfo(ZONE)))
    return Opening(begins, minutes, therapists or (1,), ZONE)


def board(people: list[Waiting], openings: list[Opening], *, now=NOW, night=NO_QUIET_HOURS, notice: int = 120) -> Board:
    groups = {(one.service_id, one.location_id) for one in people}
    return Board(people, dict.fromkeys(groups, openings), dict.fromkeys(groups, notice), night, NAMES.__getitem__, now)


THURSDAY_TEN = datetime(2026, 11, 26, 10, 0)


def first(people: list[Waiting], **over) -> int | None:
    decision = next_offer(board(people, [opening(THURSDAY_TEN, 1, 2)], **over))
    return decision and decision.entry_id


def test_whoever_is_further_behind_a_plan_is_asked_before_a_longer_wait_but_after_the_urgent():
    long = waiting(1, asked_at=NOW - timedelta(weeks=5))
    behind, further = waiting(2, behind=2), waiting(3, behind=6)
    assert first([long, behind, further]) == 3
    assert first([long, behind]) == 2
    assert first([waiting(4, urgency=Urgency.URGENT), further]) == 4
    said = ranking.why(further, opening(THURSDAY_TEN), behind, name_of=NAMES.__getitem__, now=NOW)
    assert "6 days behind what is planned." in said
    assert said[-1] == "Asked before the next because further behind what is planned."


def test_the_more_urgent_is_asked_first_however_long_the_other_has_waited():
    patient = waiting(1, urgency=Urgency.FLEXIBLE, asked_at=NOW - timedelta(days=90))
    assert first([patient, waiting(2, urgency=Urgency.URGENT)]) == 2


def test_who_has_waited_a_week_longer_comes_before_a_closer_wish():
    longer = waiting(1, asked_at=NOW - timedelta(days=9))
    closer = waiting(2, therapist_ids=frozenset({1}))
    assert first([closer, longer]) == 1


def test_within_a_week_the_wish_that_is_harder_to_serve_comes_first():
    anybody = waiting(1, asked_at=NOW - timedelta(days=5))
    only_ines = waiting(2, therapist_ids=frozenset({1}))
    assert first([anybody, only_ines]) == 2


def test_fewer_refusals_then_the_earlier_entry():
    refused = waiting(1, asked_at=NOW - timedelta(days=3), refusals=1)
    assert first([refused, waiting(2)]) == 2
    assert first([waiting(1, asked_at=NOW - timedelta(days=3)), waiting(2)]) == 1


def test_the_reasons_say_what_put_somebody_first():
    people = [waiting(1, urgency=Urgency.URGENT, therapist_ids=frozenset({2})), waiting(2)]
    decision = next_offer(board(people, [opening(THURSDAY_TEN, 1, 2)]))
    assert decision is not None
    assert decision.why == (
        "Urgent.",
        "On the list since Monday 23 November 2026.",
        "Asked for Tomas.",
        "Has turned down no offer.",
        "Asked before the next because more urgent.",
    )
    assert (decision.therapist_id, decision.among) == (2, 2)


def test_a_time_is_offered_neither_in_the_past_nor_inside_a_notice():
    for hours in (-2, 0, 2, 3):
        begins = NOW + timedelta(hours=hours)
        soon = Opening(floor_minute(begins), 60, (1,), ZONE)
        decision = next_offer(board([waiting()], [soon], notice=180))
        assert decision is None, hours
    assert first([waiting(notice_minutes=3 * 24 * 60)]) is None


def test_an_offer_ends_before_the_time_comes_under_the_notice():
    begins = NOW + timedelta(hours=4)
    decision = next_offer(board([waiting()], [Opening(floor_minute(begins), 60, (1,), ZONE)], notice=120))
    assert decision is not None
    assert decision.expires_at == begins - timedelta(minutes=120)
    later = next_offer(board([waiting()], [opening(THURSDAY_TEN)]))
    assert later is not None and later.expires_at == NOW + ANSWER


def test_nobody_is_written_to_at_night_and_the_night_is_no_time_to_answer():
    night = QuietHours(20 * 60, 8 * 60)
    assert first([waiting()], night=night, now=NOW.replace(hour=3)) is None
    half_past_six = NOW.replace(hour=23, minute=30)
    decision = next_offer(board([waiting()], [opening(THURSDAY_TEN)], now=half_past_six, night=night))
    assert decision is not None
    # An hour and a half of the evening, and the rest in the morning.
    assert decision.expires_at == datetime(2026, 11, 25, 9, 30, tzinfo=ZoneInfo(ZONE))


def test_a_time_that_was_refused_or_lies_across_an_own_appointment_is_not_offered():
    begins = opening(THURSDAY_TEN).begins
    assert first([waiting(refused=(RefusedTime(begins + 30, begins + 90),))]) is None
    assert first([waiting(busy=(Span(begins - 30, begins + 1),))]) is None
    assert first([waiting(busy=(Span(begins - 30, begins),))]) == 1


def test_inside_the_notice_the_phone_list_takes_over_with_short_notice_last():
    soon = Opening(floor_minute(NOW + timedelta(hours=1)), 60, (1,), ZONE)
    wants_notice = waiting(1, urgency=Urgency.URGENT, notice_minutes=24 * 60)
    people = [wants_notice, waiting(2), waiting(3, may_phone=False), waiting(4, may_mail=False, refusals=2)]
    called = phone_list(board(people, [soon]))
    assert [(one.waiting.id, one.is_short) for one in called] == [(2, False), (4, False), (1, True)]


PEOPLE = st.lists(
    st.builds(
        lambda number, urgency, days, therapists, windows, notice, refusals, refused, busy, mail, ends: waiting(
            number,
            urgency=urgency,
            asked_at=NOW - timedelta(days=days, minutes=number % 3),
            therapist_ids=frozenset(therapists),
            windows=tuple(windows),
            notice_minutes=notice,
            refusals=refusals,
            refused=tuple(refused),
            busy=tuple(busy),
            may_mail=mail,
            last_on=None if ends is None else date(2026, 11, 24) + timedelta(days=ends),
        ),
        number=st.integers(1, 500),
        urgency=st.sampled_from(Urgency),
        days=st.integers(0, 30),
        therapists=st.sets(st.integers(1, 3), max_size=2),
        windows=st.lists(
            st.builds(
                lambda day, begins, length: Window(day, begins, begins + length),
                st.integers(0, 6),
                st.integers(8 * 60, 16 * 60),
                st.integers(30, 480),
            ),
            max_size=2,
        ),
        notice=st.sampled_from((0, 60, 300, 24 * 60)),
        refusals=st.integers(0, 2),
        refused=st.lists(
            st.builds(
                lambda hours: RefusedTime(floor_minute(NOW) + hours * 60, floor_minute(NOW) + hours * 60 + 60),
                st.integers(0, 70),
            ),
            max_size=1,
        ),
        busy=st.lists(
            st.builds(
                lambda hours: Span(floor_minute(NOW) + hours * 60, floor_minute(NOW) + hours * 60 + 45),
                st.integers(0, 70),
            ),
            max_size=2,
        ),
        mail=st.booleans(),
        ends=st.sampled_from((None, 0, 1, 2)),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
OPENINGS = st.lists(
    st.builds(
        lambda quarter, therapists: Opening(floor_minute(NOW) + 15 * quarter, 60, tuple(sorted(therapists)), ZONE),
        st.integers(-4, 288),
        st.sets(st.integers(1, 3), min_size=1, max_size=3),
    ),
    max_size=5,
    unique_by=lambda one: one.begins,
)


def _may_be_offered(one: Waiting, free: Opening, notice: int) -> bool:
    """The oracle: every minute of the treatment is walked through, in wall time."""
    if not one.may_mail or not (set(free.therapist_ids) & (one.therapist_ids or set(NAMES))):
        return False
    minutes = range(free.begins, free.begins + free.minutes)
    taken = {minute for span in (*one.refused, *one.busy) for minute in range(span[0], span[1])}
    start = instant_of(free.begins).astimezone(ZoneInfo(ZONE))
    on_time = one.last_on is None or start.date() <= one.last_on
    inside = not one.windows or any(
        all(
            start.weekday() == day and begins <= start.hour * 60 + start.minute + offset < ends
            for offset in range(free.minutes)
        )
        for day, begins, ends in one.windows
    )
    enough = free.begins - max(notice, one.notice_minutes) - floor_minute(NOW) >= SHORTEST_ANSWER.total_seconds() / 60
    return on_time and inside and enough and not taken.intersection(minutes) and start.date() >= one.first_on


def _comes_before(one: Waiting, other: Waiting) -> bool:
    """The oracle: the criteria one after the other, as a person would argue."""
    order = [Urgency.URGENT, Urgency.SOON, Urgency.FLEXIBLE]
    if one.urgency != other.urgency:
        return order.index(one.urgency) < order.index(other.urgency)
    weeks = [(NOW - each.asked_at) // timedelta(weeks=1) for each in (one, other)]
    if weeks[0] != weeks[1]:
        return weeks[0] > weeks[1]
    close = [{0: 0, 1: 2, 2: 1}[len(each.therapist_ids)] + (1 if each.windows else 0) for each in (one, other)]
    if close[0] != close[1]:
        return close[0] > close[1]
    if one.refusals != other.refusals:
        return one.refusals < other.refusals
    return (one.asked_at, one.id) < (other.asked_at, other.id)


@settings(max_examples=300, deadline=None)
@given(people=PEOPLE, free=OPENINGS, notice=st.sampled_from((0, 120)))
def test_an_offer_goes_where_brute_force_sends_it(people: list[Waiting], free: list[Opening], notice: int):
    decision = next_offer(board(people, free, notice=notice))
    expected = None
    for each in sorted(free, key=lambda one: one.begins):
        fit = [one for one in people if _may_be_offered(one, each, notice)]
        winners = [one for one in fit if all(one is other or _comes_before(one, other) for other in fit)]
        if winners:
            expected = (winners[0].id, each.begins)
            break
    assert (decision and (decision.entry_id, decision.opening.begins)) == expected
    if decision is not None:
        person = next(one for one in people if one.id == decision.entry_id)
        assert decision.therapist_id in (person.therapist_ids or NAMES)
        assert NOW + SHORTEST_ANSWER <= decision.expires_at <= NOW + ANSWER
        assert decision.expires_at <= instant_of(decision.opening.begins - max(notice, person.notice_minutes))


@settings(max_examples=100, deadline=None)
@given(people=PEOPLE)
def test_the_order_is_total_and_every_step_of_it_has_a_reason(people: list[Waiting]):
    ranked = ranking.rank(people, NOW)
    assert sorted(one.id for one in ranked) == sorted(one.id for one in people)
    for one, following in pairwise(ranked):
        assert _comes_before(one, following)
        reasons = ranking.why(one, opening(THURSDAY_TEN), following, name_of=NAMES.__getitem__, now=NOW)
        assert reasons[-1].startswith("Asked before the next")


def test_an_order_without_urgency_is_caught_by_the_oracle(monkeypatch):
    people = [waiting(1, asked_at=NOW - timedelta(days=60)), waiting(2, urgency=Urgency.URGENT)]
    monkeypatch.setattr(ranking, "URGENCY_ORDER", tuple(Urgency)[::-1])
    assert [one.id for one in ranking.rank(people, NOW)] == [1, 2]
    assert _comes_before(people[1], people[0])
    assert deciding.rank is ranking.rank
