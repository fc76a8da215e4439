"""Booking: what it writes, what it refuses, and how little it asks of the database."""

from dataclasses import replace
from datetime import datetime

import pytest

from practice.clients.models import Client
from practice.core.actor import Actor, Role
from practice.core.errors import Conflict, NotFound, Refusal, RuleViolation
from practice.core.local_time import NonexistentLocalTime
from practice.scheduling.appointments.booking import book_held, make_tentative, settle, walk_in
from practice.scheduling.appointments.holding import drop_expired_holds, hold_time, release_hold, renew_hold
from practice.scheduling.appointments.recording import PastVisit, record_past
from practice.scheduling.claiming.rules import SCHEDULING_RULES, Notice
from practice.scheduling.errors import BookingConflict, BookingRefused, HoldExpired, ReasonNeeded, WrongState
from practice.scheduling.wishes import BookingDetails, PlaceWish
from tests.scheduling.scene import RITA, Scene, at, overlapping_pairs, statements

MOST_STATEMENTS = 10


def codes(error) -> list[str]:
    return [refusal.code for refusal in error.value.refusals]


def test_a_booking_takes_the_time_of_therapist_room_and_client(scene: Scene) -> None:
    booked = scene.reload(scene.book())
    therapist, room, client = scene.therapists[0], scene.rooms[0], scene.clients[0]
    assert booked.state == "booked"
    assert scene.taken(booked) == {therapist.diary_id, room.diary_id, client.diary_id}
    assert (booked.local_start, booked.zone) == (at(10), "America/Toronto")
    assert (booked.duration_minutes, booked.price_cents) == (60, 11000)
    assert (booked.change_seq, booked.reconciled_seq, booked.sequence) == (1, 0, 0)


def test_a_booking_leaves_a_line_of_history(scene: Scene) -> None:
    (line,) = scene.history(scene.book())
    assert (line.verb, line.state_before, line.state_after, line.actor_role) == ("book", None, "booked", "receptionist")


def test_a_taken_time_is_a_conflict_that_leads_to_other_times(scene: Scene) -> None:
    scene.book()
    with pytest.raises(BookingConflict) as refused:
        scene.book(at(10, 30), client=1)
    assert codes(refused) == ["time_taken"]
    acts = {way.act for way in refused.value.refusals[0].ways_out}
    assert {"choose_time", "choose_therapist", "next_times"} <= acts


def test_every_way_out_of_a_taken_time_can_be_booked(scene: Scene) -> None:
    scene.book()
    with pytest.raises(BookingConflict) as refused:
        scene.book(client=1)
    offered = [way.values for way in refused.value.refusals[0].ways_out if "local_start" in way.values]
    assert offered
    for values in offered:
        wish = scene.wish(
            datetime.fromisoformat(values["local_start"]), therapist=values["therapist"], room=values.get("room")
        )
        hold = scene.do(hold_time, wish=wish, rules=SCHEDULING_RULES)
        scene.do(release_hold, hold_uid=hold.uid)


def test_appointments_may_touch(scene: Scene) -> None:
    scene.book(at(10))
    scene.book(at(11), client=1)
    assert overlapping_pairs(scene.session) == 0


def test_all_refusals_are_listed_and_a_taken_time_makes_it_a_conflict(scene: Scene) -> None:
    scene.book(at(16))
    with pytest.raises(Conflict) as refused:
        scene.book(at(16, 20), client=1)
    assert codes(refused)[0] == "time_taken"
    assert {"off_grid", "outside_hours"} <= set(codes(refused))


def test_without_a_taken_time_it_is_a_rule(scene: Scene) -> None:
    with pytest.raises(RuleViolation) as refused:
        scene.book(at(18))
    assert codes(refused) == ["outside_hours"]


def test_staff_override_soft_rules_with_a_reason(scene: Scene) -> None:
    booked = scene.book(at(18), details=BookingDetails(override_reason="Tara agreed to stay"))
    (line,) = scene.history(booked)
    assert line.reason == "Tara agreed to stay"
    assert overlapping_pairs(scene.session) == 0


def test_a_link_overrides_nothing(scene: Scene) -> None:
    with pytest.raises(BookingRefused):
        scene.book(at(18), details=BookingDetails(override_reason="please"), actor=Actor(Role.LINK, link_id=1))


def test_nobody_overrides_an_overlap(scene: Scene) -> None:
    scene.book()
    with pytest.raises(BookingConflict):
        scene.book(client=1, details=BookingDetails(override_reason="the owner says so"))


def test_a_client_cannot_be_in_two_places(scene: Scene) -> None:
    scene.book()
    with pytest.raises(BookingConflict) as refused:
        scene.book(at(10, 30), therapist=scene.therapists[1].uid)
    assert "client" in refused.value.refusals[0].sentence


def test_any_therapist_takes_who_is_free(scene: Scene) -> None:
    first, second = scene.book(therapist=None), scene.book(therapist=None, client=1)
    assert {first.therapist_id, second.therapist_id} == {therapist.id for therapist in scene.therapists}
    with pytest.raises(BookingConflict):
        scene.book(therapist=None, client=2)


def test_the_therapists_usual_room_is_preferred_and_another_serves(scene: Scene) -> None:
    assert scene.book().room_id == scene.rooms[0].id
    assert scene.book(therapist=scene.therapists[1].uid, room=scene.rooms[1].uid, client=1).room_id == scene.rooms[1].id


def test_a_room_that_is_taken_is_no_place(scene: Scene) -> None:
    scene.book()
    with pytest.raises(BookingConflict):
        scene.book(therapist=scene.therapists[1].uid, room=scene.rooms[0].uid, client=1)


def test_a_time_that_does_not_exist_names_the_next_valid_ones(scene: Scene) -> None:
    with pytest.raises(NonexistentLocalTime) as refused:
        scene.book(datetime(2027, 3, 14, 2, 30))
    assert refused.value.context["next_valid"] == ["2027-03-14T03:00", "2027-03-14T03:15", "2027-03-14T03:30"]


def test_what_does_not_exist_is_not_found(scene: Scene) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for over in ({"service": nobody}, {"therapist": nobody}, {"room": nobody}, {"location": nobody}):
        with pytest.raises(NotFound):
            scene.book(**over)


def test_a_refused_booking_leaves_nothing(scene: Scene) -> None:
    scene.book()
    before = scene.session.query(Client).count(), len(_rows(scene))
    with pytest.raises(BookingConflict):
        scene.book(client=1)
    assert (scene.session.query(Client).count(), len(_rows(scene))) == before


def _rows(scene: Scene) -> list[object]:
    from practice.scheduling.models import Appointment, AppointmentChange

    scene.session.rollback()
    return [*scene.session.query(Appointment), *scene.session.query(AppointmentChange)]


@pytest.mark.parametrize("therapist", ["one", "any"])
def test_booking_takes_few_statements(scene: Scene, therapist: str) -> None:
    scene.book(at(9))
    over = {} if therapist == "one" else {"therapist": None}
    with statements(scene.session) as sent:
        scene.book(at(11), client=1, **over)
    assert len(sent) <= MOST_STATEMENTS, sent


def test_booking_from_a_hold_takes_few_statements(scene: Scene) -> None:
    hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
    with statements(scene.session) as sent:
        scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)
    assert len(sent) <= MOST_STATEMENTS, sent


def test_rules_from_above_refuse_and_warn(scene: Scene) -> None:
    def gate(request, facts):
        yield Notice("gap_long", "The last visit was long ago.")
        if request.client_id == scene.clients[1].id:
            yield Refusal("screening_needed", "A form is missing.", overridable=False)

    rules = (*SCHEDULING_RULES, gate)
    scene.book(rules=rules)
    with pytest.raises(BookingRefused) as refused:
        scene.book(at(11), client=1, rules=rules)
    assert codes(refused) == ["screening_needed"]


def test_a_tentative_booking_occupies_time_and_becomes_firm(scene: Scene) -> None:
    tentative = scene.book(details=BookingDetails(tentative_reason="forms_needed"))
    assert tentative.state == "tentative"
    with pytest.raises(BookingConflict):
        scene.book(client=1)
    firm = scene.do(settle, appointment_uid=tentative.uid, rules=SCHEDULING_RULES)
    assert (firm.state, firm.tentative_reason) == ("booked", None)
    again = scene.do(make_tentative, appointment_uid=tentative.uid, reason="client_to_confirm")
    assert again.state == "tentative"
    assert [line.verb for line in scene.history(tentative)] == ["book", "settle", "make_tentative"]


def test_an_unknown_tentative_reason_is_asked_for(scene: Scene) -> None:
    with pytest.raises(ReasonNeeded):
        scene.book(details=BookingDetails(tentative_reason="because"))


def test_a_firm_booking_cannot_be_made_firm(scene: Scene) -> None:
    with pytest.raises(WrongState):
        scene.do(settle, appointment_uid=scene.book().uid, rules=SCHEDULING_RULES)


class TestHolds:
    def test_a_hold_keeps_the_time_from_others(self, scene: Scene) -> None:
        scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        with pytest.raises(BookingConflict):
            scene.book()

    def test_a_hold_becomes_a_booking_with_the_clients_time(self, scene: Scene) -> None:
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        booked = scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)
        booked = scene.reload(booked)
        assert (booked.id, booked.state, booked.hold_ends_at) == (hold.id, "booked", None)
        assert scene.clients[0].diary_id in scene.taken(booked)
        assert booked.change_seq > booked.reconciled_seq

    def test_a_hold_that_ran_out_is_dropped_by_the_next_who_wants_the_time(self, scene: Scene) -> None:
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        scene.later(minutes=5)
        scene.book()
        with pytest.raises(HoldExpired):
            scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[1].uid, rules=SCHEDULING_RULES)

    def test_a_hold_is_renewed_to_fifteen_minutes_at_most(self, scene: Scene) -> None:
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        for _ in range(3):
            scene.later(minutes=4)
            hold = scene.do(renew_hold, hold_uid=hold.uid)
        assert (hold.hold_ends_at - hold.created_at).total_seconds() == 15 * 60
        scene.later(minutes=3)
        with pytest.raises(HoldExpired):
            scene.do(renew_hold, hold_uid=hold.uid)

    def test_a_released_hold_frees_its_time_and_releasing_twice_is_no_error(self, scene: Scene) -> None:
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        scene.do(release_hold, hold_uid=hold.uid)
        scene.do(release_hold, hold_uid=hold.uid)
        scene.book()

    def test_releasing_what_was_booked_meanwhile_leaves_the_booking(self, scene: Scene) -> None:
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)
        scene.do(release_hold, hold_uid=hold.uid)
        assert len(scene.taken(hold)) == 3

    def test_somebody_elses_hold_is_none(self, scene: Scene) -> None:
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        with pytest.raises(HoldExpired):
            scene.do(renew_hold, hold_uid=hold.uid, actor=replace(RITA, user_id=77))

    def test_holds_that_ran_out_are_swept(self, scene: Scene) -> None:
        scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        scene.do(hold_time, wish=scene.wish(at(13)), rules=SCHEDULING_RULES)
        scene.later(minutes=6)
        from practice.core.transact import transact

        scene.session.rollback()
        swept = transact(scene.session, lambda: drop_expired_holds(scene.session, now=scene.now))
        assert swept == 2

    def test_the_client_must_be_free_when_the_hold_is_booked(self, scene: Scene) -> None:
        scene.book(therapist=scene.therapists[1].uid)
        hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
        with pytest.raises(Conflict):
            scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)


class TestWalkIn:
    def test_somebody_at_the_door_is_booked_and_has_arrived(self, scene: Scene) -> None:
        scene.now = scene.now.replace(minute=7, second=31)
        wish = PlaceWish(service=scene.service.uid)
        visit = scene.do(walk_in, wish=wish, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)
        assert (visit.state, visit.previous_state) == ("arrived", "booked")
        assert visit.local_start == at(9, 7, day=24)
        assert [line.verb for line in scene.history(visit)] == ["walk_in"]


class TestRecordingThePast:
    VISIT = PastVisit(outcome="completed", reason="The network was down")

    def record(self, scene: Scene, local, **over):
        values = {"wish": scene.wish(local), "client_uid": scene.clients[0].uid, "visit": self.VISIT} | over
        return scene.do(record_past, rules=SCHEDULING_RULES, **values)

    def test_a_visit_of_this_week_steps_through_to_its_end_and_nobody_is_told(self, scene: Scene) -> None:
        visit = scene.reload(self.record(scene, at(10, day=20)))
        assert (visit.state, visit.started_at, visit.ended_at) == ("completed", visit.starts_at, visit.ends_at)
        assert (visit.tell_client, visit.change_seq) == (False, visit.reconciled_seq)

    def test_a_no_show_of_this_week_takes_no_time(self, scene: Scene) -> None:
        visit = self.record(scene, at(10, day=20), visit=PastVisit(outcome="no_show", reason="forgotten"))
        assert (visit.state, scene.taken(visit)) == ("no_show", set())

    def test_it_lies_beside_what_the_diary_says(self, scene: Scene) -> None:
        scene.book(at(10, day=24), client=1)
        scene.later(hours=3)
        visit = self.record(scene, at(10, 20, day=24))
        assert scene.therapists[0].diary_id not in scene.taken(visit)
        assert overlapping_pairs(scene.session) == 0

    def test_eight_days_ago_and_tomorrow_are_refused(self, scene: Scene) -> None:
        for local in (at(10, day=16), at(10, day=25)):
            with pytest.raises(RuleViolation) as refused:
                self.record(scene, local)
            assert refused.value.code == "outside_recording_window"
            assert refused.value.ways_out

    def test_it_needs_a_reason(self, scene: Scene) -> None:
        with pytest.raises(ReasonNeeded):
            self.record(scene, at(10, day=20), visit=PastVisit(outcome="completed", reason=""))
