"""Every step of an appointment's life that may be taken, and every one that may not, through the verbs themselves."""

from collections.abc import Callable
from functools import partial

import pytest

from practice.core.errors import Conflict
from practice.scheduling.appointments import attending, booking, cancelling, starting
from practice.scheduling.appointments.cancelling import CancelledBy
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import ReasonNeeded, TooEarly, WrongState
from practice.scheduling.lifecycle import FREES_TIME, TRANSITIONS, State
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import BookingDetails
from tests.scheduling.scene import Scene, at, overlapping_pairs

VERBS: dict[State, Callable[..., Appointment]] = {
    State.TENTATIVE: partial(booking.make_tentative, reason="forms_needed"),
    State.BOOKED: partial(booking.settle, rules=SCHEDULING_RULES),
    State.ARRIVED: attending.arrive,
    State.IN_PROGRESS: partial(starting.start, rules=SCHEDULING_RULES),
    State.COMPLETED: attending.complete,
    State.CANCELLED: partial(cancelling.cancel, reason="ill", by=CancelledBy.CLIENT),
    State.NO_SHOW: partial(attending.mark_no_show, charge_fee=True),
    State.ENTERED_IN_ERROR: partial(attending.mark_entered_in_error, reason="wrong day"),
}
PATHS = {
    State.TENTATIVE: [State.TENTATIVE],
    State.BOOKED: [],
    State.ARRIVED: [State.ARRIVED],
    State.IN_PROGRESS: [State.ARRIVED, State.IN_PROGRESS],
    State.COMPLETED: [State.ARRIVED, State.IN_PROGRESS, State.COMPLETED],
    State.CANCELLED: [State.CANCELLED],
    State.NO_SHOW: [State.NO_SHOW],
    State.ENTERED_IN_ERROR: [State.ENTERED_IN_ERROR],
}
PAIRS = [(before, after) for before in PATHS for after in VERBS]


def test_the_table_is_the_one_that_was_agreed() -> None:
    assert {
        "held": {"tentative", "booked"},
        "tentative": {"booked", "arrived", "no_show", "cancelled", "entered_in_error"},
        "booked": {"tentative", "arrived", "no_show", "cancelled", "entered_in_error"},
        "arrived": {"in_progress", "cancelled", "entered_in_error"},
        "in_progress": {"completed", "entered_in_error"},
        "completed": {"entered_in_error"},
        "cancelled": {"entered_in_error"},
        "no_show": {"entered_in_error"},
        "entered_in_error": set(),
    } == TRANSITIONS


def test_every_step_of_the_table_can_be_taken_and_no_other(scene: Scene) -> None:
    """One clinic for all 64 pairs: each appointment is booked on a time of its own."""
    for number, (before, after) in enumerate(PAIRS):
        scene.now = _now_of(scene)
        appointment = _brought_to(scene, before, number)
        taken = scene.taken(appointment)
        if after in TRANSITIONS[before]:
            _check_step(scene, appointment, before, after)
        else:
            with pytest.raises(WrongState) as refused:
                scene.do(VERBS[after], appointment_uid=appointment.uid)
            assert refused.value.context["state"] == before
            assert refused.value.ways_out
            assert scene.taken(appointment) == taken
    assert overlapping_pairs(scene.session) == 0


def _now_of(scene: Scene):
    return scene.now.replace(day=30, month=11, hour=14, minute=0)


def _brought_to(scene: Scene, state: State, number: int) -> Appointment:
    slots = [at(9), at(10), at(11), at(13), at(14), at(15)]
    therapist = scene.therapists[number % 2]
    client = scene.clients[number % 2]
    start = slots[(number // 2) % len(slots)]
    for earlier in scene.session.query(Appointment).filter_by(local_start=start, therapist_id=therapist.id):
        if earlier.state not in FREES_TIME:
            scene.do(VERBS[State.ENTERED_IN_ERROR], appointment_uid=earlier.uid)
    appointment = scene.book(start, client=number % 2, therapist=therapist.uid)
    assert client.id == appointment.client_id
    # After its start, so that no-show is no question of time.
    scene.now = scene.now.replace(hour=22)
    for step in PATHS[state]:
        scene.do(VERBS[step], appointment_uid=appointment.uid)
    return scene.reload(appointment)


def _check_step(scene: Scene, appointment: Appointment, before: State, after: State) -> None:
    seen = (appointment.version, appointment.change_seq)
    lines = len(scene.history(appointment))
    scene.do(VERBS[after], appointment_uid=appointment.uid)
    now = scene.reload(appointment)
    assert (now.state, now.previous_state) == (after, before)
    assert (now.version, now.change_seq) > seen
    assert bool(scene.taken(now)) == (after not in FREES_TIME)
    (*_, line) = scene.history(now)
    assert (line.state_before, line.state_after, len(scene.history(now))) == (before, after, lines + 1)


def test_arriving_is_for_the_day_itself(scene: Scene) -> None:
    booked = scene.book()
    with pytest.raises(TooEarly) as refused:
        scene.do(attending.arrive, appointment_uid=booked.uid)
    assert [way.act for way in refused.value.ways_out] == ["reschedule"]


def test_nobody_is_a_no_show_before_the_start(scene: Scene) -> None:
    booked = scene.book()
    with pytest.raises(TooEarly):
        scene.do(attending.mark_no_show, appointment_uid=booked.uid, charge_fee=False)


def test_confirming_twice_changes_nothing_more(scene: Scene) -> None:
    booked = scene.book()
    confirmed = scene.do(attending.confirm, appointment_uid=booked.uid)
    scene.later(minutes=5)
    again = scene.reload(scene.do(attending.confirm, appointment_uid=booked.uid))
    assert (again.confirmed_at, again.version) == (confirmed.confirmed_at, confirmed.version)
    assert [line.verb for line in scene.history(booked)] == ["book", "confirm"]


def test_actual_times_are_their_own(scene: Scene) -> None:
    booked = scene.book()
    scene.now = scene.now.replace(day=30, hour=15, minute=12)
    scene.do(attending.arrive, appointment_uid=booked.uid)
    scene.do(starting.start, appointment_uid=booked.uid, rules=SCHEDULING_RULES)
    scene.later(minutes=90)
    done = scene.reload(scene.do(attending.complete, appointment_uid=booked.uid))
    assert (done.ends_at - done.starts_at).seconds == 3600
    assert (done.ended_at - done.started_at).seconds == 5400


def test_start_may_change_the_therapist_whatever_his_diary_says(scene: Scene) -> None:
    scene.now = scene.now.replace(day=30, hour=14)
    first, second = scene.book(), scene.book(client=1, therapist=scene.therapists[1].uid)
    scene.do(attending.arrive, appointment_uid=first.uid)
    other = scene.therapists[1]
    scene.do(starting.start, appointment_uid=first.uid, therapist_uid=other.uid, rules=SCHEDULING_RULES)
    started = scene.reload(first)
    assert started.therapist_id == other.id
    assert other.diary_id in scene.taken(second)
    assert other.diary_id not in scene.taken(started)
    assert scene.therapists[0].diary_id not in scene.taken(started)


class TestCancelling:
    def cancel(self, scene: Scene, booked: Appointment, **over) -> Appointment:
        values = {"reason": "ill", "by": CancelledBy.CLIENT} | over
        return scene.reload(scene.do(cancelling.cancel, appointment_uid=booked.uid, **values))

    def test_in_time_it_costs_nothing(self, scene: Scene) -> None:
        cancelled = self.cancel(scene, scene.book())
        assert (cancelled.cancelled_late, cancelled.fee_proposed_cents) == (False, None)
        assert (cancelled.cancel_reason, cancelled.cancelled_by, cancelled.sequence) == ("ill", "client", 1)

    @pytest.mark.parametrize("by", [CancelledBy.CLIENT, CancelledBy.LINK])
    def test_inside_the_notice_a_fee_is_proposed_and_can_be_waived(self, scene: Scene, by) -> None:
        booked = scene.book()
        scene.now = scene.now.replace(day=29, hour=20)
        cancelled = self.cancel(scene, booked, by=by)
        assert (cancelled.cancelled_late, cancelled.fee_proposed_cents) == (True, 5500)
        scene.do(cancelling.waive_fee, appointment_uid=booked.uid, reason="first time")
        assert scene.reload(booked).fee_waived_reason == "first time"

    def test_the_clinics_own_cancellation_costs_nothing(self, scene: Scene) -> None:
        booked = scene.book()
        scene.now = scene.now.replace(day=30, hour=14)
        cancelled = self.cancel(scene, booked, by=CancelledBy.CLINIC, reason="therapist_ill")
        assert (cancelled.cancelled_late, cancelled.fee_proposed_cents) == (True, None)

    @pytest.mark.parametrize("by", CancelledBy)
    def test_a_reason_of_the_clinics_own_costs_nothing_whoever_is_named(self, scene: Scene, by) -> None:
        booked = scene.book()
        scene.now = scene.now.replace(day=30, hour=14)
        cancelled = self.cancel(scene, booked, by=by, reason="clinic_closed")
        assert (cancelled.cancelled_by, cancelled.fee_proposed_cents) == (CancelledBy.CLINIC, None)

    def test_the_reason_comes_from_the_list(self, scene: Scene) -> None:
        with pytest.raises(ReasonNeeded):
            self.cancel(scene, scene.book(), reason="whatever")

    def test_a_fee_that_is_not_there_cannot_be_waived(self, scene: Scene) -> None:
        with pytest.raises(Conflict):
            scene.do(cancelling.waive_fee, appointment_uid=scene.book().uid, reason="kindness")

    def test_the_time_is_free_again(self, scene: Scene) -> None:
        self.cancel(scene, scene.book())
        scene.book(client=1)

    def test_a_no_show_proposes_the_fee_that_was_chosen(self, scene: Scene) -> None:
        booked, other = scene.book(), scene.book(at(11), client=1)
        scene.now = scene.now.replace(day=30, hour=20)
        scene.do(attending.mark_no_show, appointment_uid=booked.uid, charge_fee=True)
        scene.do(attending.mark_no_show, appointment_uid=other.uid, charge_fee=False)
        assert scene.reload(booked).fee_proposed_cents == 11000
        assert scene.reload(other).fee_proposed_cents is None


def test_a_tentative_client_may_arrive(scene: Scene) -> None:
    scene.now = scene.now.replace(day=30, hour=14)
    tentative = scene.book(details=BookingDetails(tentative_reason="forms_needed"))
    assert scene.do(attending.arrive, appointment_uid=tentative.uid).state == "arrived"
