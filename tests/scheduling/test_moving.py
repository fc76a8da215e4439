"""Moving, lengthening, swapping and taking back: the same row, all or nothing."""

import pytest

from practice.accounts.links import make_link
from practice.core.errors import Conflict, StaleVersion
from practice.scheduling.appointments import attending, cancelling, recording
from practice.scheduling.appointments.booking import settle
from practice.scheduling.appointments.cancelling import CancelledBy
from practice.scheduling.appointments.recording import PastVisit
from practice.scheduling.appointments.rescheduling import change_client, change_room, reschedule, resize
from practice.scheduling.appointments.swapping import Swapped, swap
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingConflict, NothingToSwap, NothingToUndo, TimeTaken, WrongState
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import BookingDetails, MoveWish
from tests.factories import act
from tests.scheduling.scene import Scene, at, overlapping_pairs


def move(scene: Scene, appointment: Appointment, *, over=None, **wish) -> Appointment:
    values = {"appointment_uid": appointment.uid, "wish": MoveWish(**wish), "rules": SCHEDULING_RULES} | (over or {})
    return scene.reload(scene.do(reschedule, **values))


def take_back(scene: Scene, appointment: Appointment) -> Appointment:
    return scene.reload(scene.do(undo, appointment_uid=appointment.uid, rules=SCHEDULING_RULES))


class TestReschedule:
    def test_it_is_the_same_row_at_another_time(self, scene: Scene) -> None:
        booked = scene.book()
        moved = move(scene, booked, local_start=at(14))
        assert (moved.id, moved.uid, moved.local_start) == (booked.id, booked.uid, at(14))
        assert (moved.sequence, moved.change_seq, moved.state) == (1, 2, "booked")
        scene.book(client=1)

    def test_the_history_says_what_it_was_before(self, scene: Scene) -> None:
        booked = scene.book()
        move(scene, booked, local_start=at(14), therapist=scene.therapists[1].uid)
        (_, line) = scene.history(booked)
        assert line.verb == "reschedule"
        assert (line.before["local_start"], line.after["local_start"]) == ("2026-11-30T10:00:00", "2026-11-30T14:00:00")
        assert line.before["therapist_id"] == scene.therapists[0].id

    def test_a_failed_move_leaves_everything_as_it_was(self, scene: Scene) -> None:
        booked, _ = scene.book(), scene.book(at(14), client=1)
        before = scene.taken(booked)
        with pytest.raises(BookingConflict):
            move(scene, booked, local_start=at(14))
        left = scene.reload(booked)
        assert (left.local_start, left.version, left.sequence, scene.taken(left)) == (at(10), 1, 0, before)
        assert len(scene.history(booked)) == 1

    def test_it_may_overlap_its_own_old_time(self, scene: Scene) -> None:
        assert move(scene, scene.book(), local_start=at(10, 30)).local_start == at(10, 30)

    def test_it_keeps_its_length_when_the_service_changes(self, scene: Scene) -> None:
        booked = scene.book()
        scene.session.execute(scene.service.__table__.update().values(duration_minutes=30))
        scene.session.commit()
        assert move(scene, booked, local_start=at(14)).duration_minutes == 60

    def test_another_therapist_or_whoever_is_free(self, scene: Scene) -> None:
        booked = scene.book()
        assert move(scene, booked, therapist=scene.therapists[1].uid).therapist_id == scene.therapists[1].id
        scene.book(at(14), client=1)
        moved = move(scene, booked, local_start=at(14), any_therapist=True)
        assert moved.therapist_id == scene.therapists[1].id

    def test_a_new_time_forgets_the_confirmation(self, scene: Scene) -> None:
        booked = scene.book()
        scene.do(attending.confirm, appointment_uid=booked.uid)
        assert move(scene, booked, therapist=scene.therapists[1].uid).confirmed_at is not None
        assert move(scene, booked, local_start=at(15)).confirmed_at is None

    def test_to_where_it_is_changes_nothing(self, scene: Scene) -> None:
        booked = scene.book()
        assert move(scene, booked, local_start=at(10)).version == 1

    def test_a_stale_version_is_refused(self, scene: Scene) -> None:
        booked = scene.book()
        move(scene, booked, local_start=at(14))
        with pytest.raises(StaleVersion):
            move(scene, booked, local_start=at(15), over={"version": 1})

    def test_what_is_cancelled_cannot_move(self, scene: Scene) -> None:
        booked = scene.book()
        scene.do(cancelling.cancel, appointment_uid=booked.uid, reason="ill", by=CancelledBy.CLIENT)
        with pytest.raises(WrongState):
            move(scene, booked, local_start=at(14))


class TestLength:
    def resize(self, scene: Scene, appointment: Appointment, minutes: int) -> Appointment:
        done = scene.do(resize, appointment_uid=appointment.uid, duration_minutes=minutes, rules=SCHEDULING_RULES)
        return scene.reload(done)

    def test_longer_and_shorter(self, scene: Scene) -> None:
        booked = scene.book()
        longer = self.resize(scene, booked, 90)
        assert (longer.ends_at - longer.starts_at).seconds == 90 * 60
        shorter = self.resize(scene, booked, 30)
        assert (shorter.ends_at - shorter.starts_at).seconds == 30 * 60
        scene.book(at(10, 30), client=1)

    def test_not_into_the_next_appointment(self, scene: Scene) -> None:
        booked, _ = scene.book(), scene.book(at(11), client=1)
        with pytest.raises(BookingConflict):
            self.resize(scene, booked, 75)

    def test_an_odd_start_is_no_obstacle_to_another_length(self, scene: Scene) -> None:
        booked = scene.book(at(10, 7), details=BookingDetails(override_reason="walks slowly"))
        assert self.resize(scene, booked, 45).duration_minutes == 45


class TestRoomAndClient:
    def test_another_room_is_no_news(self, scene: Scene) -> None:
        booked = scene.book()
        scene.do(change_room, appointment_uid=booked.uid, room_uid=scene.rooms[1].uid, rules=SCHEDULING_RULES)
        changed = scene.reload(booked)
        assert (changed.room_id, changed.sequence, changed.change_seq) == (scene.rooms[1].id, 0, 1)
        assert scene.rooms[0].diary_id not in scene.taken(changed)

    def test_a_room_in_use_is_refused(self, scene: Scene) -> None:
        booked, _ = scene.book(), scene.book(client=1, therapist=scene.therapists[1].uid)
        with pytest.raises(BookingConflict):
            scene.do(change_room, appointment_uid=booked.uid, room_uid=scene.rooms[1].uid, rules=SCHEDULING_RULES)

    def test_another_client_keeps_the_slot(self, scene: Scene) -> None:
        booked = scene.book()
        scene.do(attending.confirm, appointment_uid=booked.uid)
        scene.do(change_client, appointment_uid=booked.uid, client_uid=scene.clients[1].uid, rules=SCHEDULING_RULES)
        changed = scene.reload(booked)
        assert (changed.client_id, changed.confirmed_at, changed.state) == (scene.clients[1].id, None, "booked")
        assert scene.clients[0].diary_id not in scene.taken(changed)
        assert scene.clients[1].diary_id in scene.taken(changed)

    def test_the_links_of_whose_it_was_end_and_a_sequence_is_left_for_the_cancellation(self, scene: Scene) -> None:
        booked = scene.book()
        more = {"purpose": "manage", "subject_kind": "appointment", "subject_id": booked.id, "expires_at": None}
        given = {"appointment_uid": booked.uid, "client_uid": scene.clients[1].uid, "rules": SCHEDULING_RULES}
        for verb, named, sequence in (
            (change_client, given, 2),
            (undo, {"appointment_uid": booked.uid, "rules": SCHEDULING_RULES}, 4),
        ):
            link = act(scene.session, lambda: make_link(scene.session, now=scene.now, **more))
            scene.do(verb, **named)
            scene.session.refresh(link)
            assert link.revoked_at == scene.now
            assert scene.reload(booked).sequence == sequence

    def test_not_to_a_client_who_is_elsewhere_then(self, scene: Scene) -> None:
        booked = scene.book()
        scene.book(client=1, therapist=scene.therapists[1].uid)
        with pytest.raises(Conflict):
            scene.do(change_client, appointment_uid=booked.uid, client_uid=scene.clients[1].uid, rules=SCHEDULING_RULES)


class TestSwap:
    def swap(self, scene: Scene, one: Appointment, two: Appointment, what: Swapped) -> list[Appointment]:
        scene.do(swap, appointment_uid=one.uid, other_uid=two.uid, what=what, rules=SCHEDULING_RULES)
        return [scene.reload(one), scene.reload(two)]

    def test_rooms(self, scene: Scene) -> None:
        one, two = scene.book(), scene.book(client=1, therapist=scene.therapists[1].uid)
        one, two = self.swap(scene, one, two, Swapped.ROOMS)
        assert (one.room_id, two.room_id) == (scene.rooms[1].id, scene.rooms[0].id)
        assert (one.change_seq, two.change_seq, one.sequence) == (1, 1, 0)

    def test_therapists(self, scene: Scene) -> None:
        one, two = scene.book(), scene.book(client=1, therapist=scene.therapists[1].uid)
        one, two = self.swap(scene, one, two, Swapped.THERAPISTS)
        assert (one.therapist_id, two.therapist_id) == (scene.therapists[1].id, scene.therapists[0].id)
        assert (one.sequence, two.sequence) == (1, 1)

    def test_times_of_one_therapist(self, scene: Scene) -> None:
        one, two = scene.book(), scene.book(at(14), client=1)
        one, two = self.swap(scene, one, two, Swapped.TIMES)
        assert (one.local_start, two.local_start) == (at(14), at(10))
        assert overlapping_pairs(scene.session) == 0

    def test_both_or_neither(self, scene: Scene) -> None:
        one = scene.book()
        two = scene.book(at(14), client=1, therapist=scene.therapists[1].uid)
        blocker = scene.book(at(14), client=2)
        with pytest.raises(BookingConflict):
            self.swap(scene, one, two, Swapped.TIMES)
        assert [scene.reload(each).version for each in (one, two, blocker)] == [1, 1, 1]

    def test_two_that_would_overlap_each_other(self, scene: Scene) -> None:
        one, two = scene.book(at(10)), scene.book(at(11), client=1)
        scene.do(resize, appointment_uid=one.uid, duration_minutes=30, rules=SCHEDULING_RULES)
        scene.do(resize, appointment_uid=two.uid, duration_minutes=90, rules=SCHEDULING_RULES)
        with pytest.raises(Conflict):
            self.swap(scene, one, two, Swapped.TIMES)

    def test_the_same_is_nothing_to_swap(self, scene: Scene) -> None:
        one, two = scene.book(), scene.book(at(14), client=1)
        with pytest.raises(NothingToSwap):
            self.swap(scene, one, two, Swapped.THERAPISTS)

    def test_one_undo_takes_both_back(self, scene: Scene) -> None:
        one, two = scene.book(), scene.book(at(14), client=1)
        self.swap(scene, one, two, Swapped.TIMES)
        take_back(scene, two)
        assert (scene.reload(one).local_start, scene.reload(two).local_start) == (at(10), at(14))

    def test_half_a_swap_is_not_taken_back(self, scene: Scene) -> None:
        one, two = scene.book(), scene.book(at(14), client=1)
        self.swap(scene, one, two, Swapped.TIMES)
        scene.do(attending.confirm, appointment_uid=two.uid)
        with pytest.raises(NothingToUndo):
            take_back(scene, one)


class TestUndo:
    def test_a_move_goes_back_while_the_time_is_free(self, scene: Scene) -> None:
        booked = scene.book()
        move(scene, booked, local_start=at(14), therapist=scene.therapists[1].uid)
        back = take_back(scene, booked)
        assert (back.local_start, back.therapist_id, back.sequence) == (at(10), scene.therapists[0].id, 2)
        assert scene.taken(back) == {
            scene.therapists[0].diary_id,
            scene.rooms[0].diary_id,
            scene.clients[0].diary_id,
        }

    def test_a_move_stays_when_the_time_is_gone(self, scene: Scene) -> None:
        booked = scene.book()
        move(scene, booked, local_start=at(14))
        scene.book(client=1)
        with pytest.raises(TimeTaken):
            take_back(scene, booked)
        assert scene.reload(booked).local_start == at(14)

    def test_a_cancellation_is_taken_back_with_all_it_said(self, scene: Scene) -> None:
        booked = scene.book()
        scene.do(cancelling.cancel, appointment_uid=booked.uid, reason="ill", by=CancelledBy.CLIENT)
        back = take_back(scene, booked)
        assert (back.state, back.cancelled_at, back.cancel_reason) == ("booked", None, None)
        assert len(scene.taken(back)) == 3

    def test_act_by_act_to_the_beginning_and_no_further(self, scene: Scene) -> None:
        booked = scene.book()
        scene.now = scene.now.replace(day=30, hour=15)
        scene.do(attending.confirm, appointment_uid=booked.uid)
        scene.do(attending.arrive, appointment_uid=booked.uid)
        assert take_back(scene, booked).state == "booked"
        assert take_back(scene, booked).confirmed_at is None
        assert take_back(scene, booked).state == "entered_in_error"
        assert scene.taken(booked) == set()
        with pytest.raises(NothingToUndo):
            take_back(scene, booked)
        undone = [line.verb for line in scene.history(booked) if line.undone_at is not None]
        assert undone == ["book", "confirm", "arrive"]

    def test_settling_is_taken_back(self, scene: Scene) -> None:
        tentative = scene.book(details=BookingDetails(tentative_reason="forms_needed"))
        scene.do(settle, appointment_uid=tentative.uid, rules=SCHEDULING_RULES)
        back = take_back(scene, tentative)
        assert (back.state, back.tentative_reason) == ("tentative", "forms_needed")

    def test_what_happened_comes_back_beside_what_is_there_now(self, scene: Scene) -> None:
        visit = scene.do(
            recording.record_past,
            wish=scene.wish(at(10, day=20)),
            client_uid=scene.clients[0].uid,
            visit=PastVisit(outcome="completed", reason="late"),
            rules=SCHEDULING_RULES,
        )
        scene.do(attending.mark_entered_in_error, appointment_uid=visit.uid, reason="wrong client")
        scene.do(
            recording.record_past,
            wish=scene.wish(at(10, day=20)),
            client_uid=scene.clients[1].uid,
            visit=PastVisit(outcome="completed", reason="late"),
            rules=SCHEDULING_RULES,
        )
        back = take_back(scene, visit)
        assert (back.state, scene.therapists[0].diary_id in scene.taken(back)) == ("completed", False)
        assert overlapping_pairs(scene.session) == 0

    def test_another_length_room_and_client_are_taken_back(self, scene: Scene) -> None:
        booked = scene.book()
        scene.do(resize, appointment_uid=booked.uid, duration_minutes=90, rules=SCHEDULING_RULES)
        scene.do(change_room, appointment_uid=booked.uid, room_uid=scene.rooms[1].uid, rules=SCHEDULING_RULES)
        scene.do(change_client, appointment_uid=booked.uid, client_uid=scene.clients[1].uid, rules=SCHEDULING_RULES)
        for _ in range(3):
            take_back(scene, booked)
        back = scene.reload(booked)
        assert (back.duration_minutes, back.room_id, back.client_id) == (60, scene.rooms[0].id, scene.clients[0].id)
