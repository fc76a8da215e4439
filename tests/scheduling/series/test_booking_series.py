"""A series is booked as one act: every visit or none, each conflict named, in few statements."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from practice.audit.models import AuditEvent
from practice.clinic.limits import OwnLimits, set_own_limits
from practice.clinic.opening import ClosureDetails, add_closure
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import ReasonNeeded
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.series.booking import book_series, preview_series
from practice.scheduling.series.errors import ImpossibleSeries, SeriesConflict, SeriesRefused
from practice.scheduling.series.models import Series
from practice.scheduling.series.planning import OtherPlace, SeriesWish
from practice.scheduling.series.rule import Instead, Recurrence, Why
from practice.scheduling.wishes import BookingDetails
from tests.factories import OWNER
from tests.scheduling.scene import TEN, Scene, overlapping_pairs, statements

WEEKLY = frozenset({0})
SEVENTH = TEN + timedelta(weeks=6)
TABLES = (Appointment, Allocation, AppointmentChange, Series, AuditEvent)


@pytest.fixture
def scene(session) -> Scene:
    return Scene(session)


def series_of(scene: Scene, count: int = 12, *, instead=None, left_out=(), local=TEN, **rule) -> SeriesWish:
    return SeriesWish(
        first=scene.wish(local),
        rule=Recurrence(**({"weekdays": WEEKLY, "count": count} | rule)),
        instead=instead or {},
        left_out=frozenset(left_out),
    )


def book(scene: Scene, wish: SeriesWish, *, client: int = 0, **over) -> list[Appointment]:
    return scene.do(book_series, wish=wish, client_uid=scene.clients[client].uid, rules=SCHEDULING_RULES, **over)


def preview(scene: Scene, wish: SeriesWish, *, client: int = 0, **over):
    return scene.do(preview_series, wish=wish, client_uid=scene.clients[client].uid, rules=SCHEDULING_RULES, **over)


def rows(scene: Scene) -> list[int]:
    scene.session.rollback()
    return [scene.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_twelve_visits_are_twelve_appointments_of_one_series(scene: Scene) -> None:
    booked = [scene.reload(each) for each in book(scene, series_of(scene))]
    assert [each.local_start for each in booked] == [TEN + timedelta(weeks=week) for week in range(12)]
    assert len({each.uid for each in booked}) == 12
    (series_id,) = {each.series_id for each in booked}
    rule = scene.session.scalars(select(Series)).one()
    assert (rule.uid, rule.weekdays, rule.count, rule.zone) == (series_id, [0], 12, "America/Toronto")
    assert all(len(scene.taken(each)) == 3 and len(scene.history(each)) == 1 for each in booked)
    assert {scene.history(each)[0].act_id for each in booked} == {series_id}
    assert {each.change_seq - each.reconciled_seq for each in booked} == {1}
    assert overlapping_pairs(scene.session) == 0


def test_the_wall_time_stands_over_the_clock_change(scene: Scene) -> None:
    booked = [scene.reload(each) for each in book(scene, series_of(scene, 20))]
    assert {each.local_start.time() for each in booked} == {TEN.time()}
    assert {each.starts_at.hour for each in booked} == {15, 14}


def test_the_seventh_visit_taken_at_the_last_moment_leaves_no_row_and_is_named(scene: Scene) -> None:
    assert preview(scene, series_of(scene)).unplaced == []
    scene.book(SEVENTH, client=1)
    before = rows(scene)
    with pytest.raises(SeriesConflict) as refused:
        book(scene, series_of(scene))
    assert rows(scene) == before
    (conflict,) = refused.value.context["conflicts"]
    assert (conflict["visit"], conflict["local_start"]) == (7, SEVENTH.isoformat(timespec="minutes"))
    assert conflict["codes"] == ["time_taken"]
    (refusal,) = refused.value.refusals
    assert refusal.sentence.startswith("Visit 7, Mon, Jan 11 10:00: ")
    assert [way.act for way in refusal.ways_out] == ["choose_time"] * 3


def test_the_nearest_times_named_can_be_booked_instead(scene: Scene) -> None:
    for week in (2, 6):
        scene.book(TEN + timedelta(weeks=week), client=1)
    seen = preview(scene, series_of(scene))
    instead = {
        visit.occurrence.number: OtherPlace(scene_time(visit.nearest[0]), visit.nearest[0].values["therapist"])
        for visit in seen.unplaced
    }
    assert sorted(instead) == [3, 7]
    booked = book(scene, series_of(scene, instead=instead))
    assert [each.local_start for each in booked][2] == instead[3].local_start
    assert abs(instead[3].local_start - (TEN + timedelta(weeks=2))) <= timedelta(minutes=60)
    assert len(booked) == 12


def scene_time(way):
    return type(TEN).fromisoformat(way.values["local_start"])


def test_visits_can_be_left_out(scene: Scene) -> None:
    scene.book(SEVENTH, client=1)
    booked = book(scene, series_of(scene, left_out={7}))
    assert len(booked) == 11
    with pytest.raises(ImpossibleSeries):
        preview(scene, series_of(scene, 2, left_out={1, 2}))


def test_two_visits_of_one_series_cannot_have_one_time(scene: Scene) -> None:
    with pytest.raises(SeriesConflict) as refused:
        book(scene, series_of(scene, 3, instead={2: OtherPlace(TEN + timedelta(minutes=30))}))
    assert [each["visit"] for each in refused.value.context["conflicts"]] == [2]


def test_every_conflict_is_named_with_its_code(scene: Scene) -> None:
    scene.book(TEN + timedelta(weeks=1), client=1)
    close(scene, TEN.date() + timedelta(weeks=2))
    seen = preview(scene, series_of(scene, 4))
    assert {visit.occurrence.number: visit.refusals[0].code for visit in seen.unplaced} == {
        2: "time_taken",
        3: "closed",
    }
    with pytest.raises(SeriesConflict):
        book(scene, series_of(scene, 4))
    with pytest.raises(SeriesRefused) as refused:
        book(scene, series_of(scene, 2, every=2))
    assert [refusal.code for refusal in refused.value.refusals] == ["closed"]


def close(scene: Scene, on) -> None:
    details = ClosureDetails(name="Inventory", first_on=on, last_on=on)
    scene.do(add_closure, details=details, actor=OWNER)


@pytest.mark.parametrize(("instead", "days"), [(Instead.SKIP, (0, 14, 21)), (Instead.SHIFT, (0, 8, 14))])
def test_closed_days_are_skipped_or_shifted_as_asked(scene: Scene, instead: Instead, days) -> None:
    close(scene, TEN.date() + timedelta(weeks=1))
    booked = book(scene, series_of(scene, 3, on_closed=instead))
    assert [(each.local_start - TEN).days for each in booked] == list(days)
    seen = preview(scene, series_of(scene, 3, on_closed=instead), client=1)
    assert {left.why for left in seen.skipped} == ({Why.CLOSED} if instead is Instead.SKIP else set())


def test_soft_rules_give_way_to_a_reason_and_hard_ones_do_not(scene: Scene) -> None:
    early = TEN.replace(hour=8)
    with pytest.raises(SeriesRefused):
        book(scene, series_of(scene, 2, local=early))
    details = BookingDetails(override_reason="She works days")
    booked = book(scene, series_of(scene, 2, local=early), details=details)
    assert [scene.history(each)[0].reason for each in booked] == ["She works days"] * 2
    with pytest.raises(SeriesConflict):
        book(scene, series_of(scene, 2, local=early), client=1, details=details)


def test_a_tentative_series_says_what_is_missing(scene: Scene) -> None:
    booked = book(scene, series_of(scene, 2), details=BookingDetails(tentative_reason="forms_needed"))
    assert {(each.state, each.tentative_reason) for each in booked} == {("tentative", "forms_needed")}
    with pytest.raises(ReasonNeeded):
        book(scene, series_of(scene, 2), client=1, details=BookingDetails(tentative_reason="nonsense"))


def test_a_time_that_the_clocks_skip_is_named(scene: Scene) -> None:
    early = TEN.replace(hour=2, minute=30)
    wish = series_of(scene, None, local=early, weekdays=frozenset({6}), until=TEN.date() + timedelta(weeks=15))
    seen = preview(scene, wish, override_reason="Night shift")
    assert [visit.refusals[0].code for visit in seen.unplaced if visit.occurrence.local_start.month == 3] == [
        "nonexistent_local_time"
    ]


def test_a_visit_is_undone_alone(scene: Scene) -> None:
    first, second, _ = book(scene, series_of(scene, 3))
    scene.do(undo, appointment_uid=second.uid, rules=SCHEDULING_RULES)
    assert scene.reload(second).state == "entered_in_error"
    assert scene.reload(first).state == "booked"


def test_statements_do_not_grow_with_the_visits(scene: Scene) -> None:
    book(scene, series_of(scene, 1), client=2)
    sent = {}
    for client, count in ((0, 3), (1, 12)):
        local = TEN.replace(hour=11 + 2 * client)
        with statements(scene.session) as sent[count]:
            book(scene, series_of(scene, count, local=local), client=client)
    assert len(sent[3]) == len(sent[12]) <= 12, "\n".join(sent[12])


def test_a_preview_writes_nothing_and_counts_the_same(scene: Scene) -> None:
    book(scene, series_of(scene, 12), client=1)
    before = rows(scene)
    sent = {}
    for count in (3, 12):
        preview(scene, series_of(scene, count))
        with statements(scene.session) as sent[count]:
            assert len(preview(scene, series_of(scene, count)).unplaced) == count
    assert rows(scene) == before
    assert len(sent[3]) == len(sent[12]) <= 6


def test_limits_of_a_day_count_the_visits_of_the_series_itself(scene: Scene) -> None:
    once = OwnLimits(visits_a_day=1)
    scene.do(set_own_limits, therapist=scene.therapists[0], details=once, version=None, actor=OWNER)
    assert preview(scene, series_of(scene, 3)).unplaced == []
    crowded = series_of(scene, 3, instead={2: OtherPlace(TEN + timedelta(hours=4))})
    seen = preview(scene, crowded).unplaced
    assert [(visit.occurrence.number, visit.refusals[0].code) for visit in seen] == [(2, "day_full")]
