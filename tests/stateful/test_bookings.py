"""Any sequence of acts leaves the diaries as a plain list of bookings says, without an overlap, with every act kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from practice.core.errors import Conflict
from practice.scheduling.appointments.booking import book_held
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.holding import HOLD, hold_time
from practice.scheduling.appointments.rescheduling import reschedule, resize
from practice.scheduling.appointments.swapping import Swapped, swap
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import HoldExpired, NothingToSwap, NothingToUndo, WrongState
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.wishes import MoveWish
from tests.factories import make_service, make_therapist
from tests.scheduling.scene import NOW, Scene, at, overlapping_pairs

EVERY_DAY = tuple((weekday, 0, 24 * 60) for weekday in range(7))
QUARTERS = st.integers(0, 15)
WHO = st.integers(0, 1)
RULES = {"rules": SCHEDULING_RULES}


@dataclass(frozen=True)
class Visit:
    """What the oracle knows of one booking; times are minutes after eight."""

    therapist: int
    client: int
    begins: int
    minutes: int = 60
    takes_time: bool = True
    acts: int = 1

    def meets(self, other: "Visit") -> bool:
        shares = self.therapist == other.therapist or self.client == other.client
        return shares and self.begins < other.begins + other.minutes and other.begins < self.begins + self.minutes


@dataclass
class Oracle:
    """A plain list of bookings and what each was before its acts."""

    visits: dict[str, Visit] = field(default_factory=dict)
    holds: dict[str, tuple[Visit, datetime]] = field(default_factory=dict)
    before: dict[str, list[tuple[Visit | None, str | None]]] = field(default_factory=dict)
    nobody: Iterator[int] = field(default_factory=lambda: count(-1, -1))
    """A hold is for nobody yet, and for somebody else than every other hold."""

    def is_free(self, wanted: Visit, now: datetime, *, without: tuple[str, ...] = ()) -> bool:
        taken = [visit for uid, visit in self.visits.items() if visit.takes_time and uid not in without]
        taken += [hold for uid, (hold, ends_at) in self.holds.items() if ends_at > now and uid not in without]
        return not any(wanted.meets(each) for each in taken)

    def become(self, uid: str, visit: Visit, *, with_uid: str | None = None) -> None:
        earlier = self.visits.get(uid)
        self.before.setdefault(uid, []).append((earlier, with_uid))
        self.visits[uid] = replace(visit, acts=(earlier.acts if earlier else 0) + 1)


def machine_on(scene: Scene) -> type[RuleBasedStateMachine]:
    class Desk(RuleBasedStateMachine):
        bookings = Bundle("bookings")
        holds = Bundle("holds")

        @initialize()
        def clear(self) -> None:
            scene.session.rollback()
            for table in (AppointmentChange, Allocation, Appointment):
                scene.session.execute(delete(table))
            scene.session.commit()
            scene.session.expunge_all()
            scene.now = NOW
            self.oracle = Oracle()

        @contextmanager
        def expecting(self, refusal: type[Exception] | None) -> Iterator[None]:
            if refusal is None:
                yield
            else:
                with pytest.raises(refusal):
                    yield

        def wish(self, therapist: int, quarter: int) -> Any:
            return scene.wish(start_of(quarter), therapist=scene.therapists[therapist].uid)

        @rule(target=bookings, therapist=WHO, client=WHO, quarter=QUARTERS)
        def book(self, therapist: int, client: int, quarter: int) -> str:
            wanted = Visit(therapist, client, quarter * 15)
            is_free = self.oracle.is_free(wanted, scene.now)
            booked = None
            with self.expecting(None if is_free else Conflict):
                booked = scene.book(start_of(quarter), client=client, therapist=scene.therapists[therapist].uid)
            if booked is None:
                return ""
            self.oracle.become(booked.uid, wanted)
            return booked.uid

        @rule(target=holds, therapist=WHO, quarter=QUARTERS)
        def hold(self, therapist: int, quarter: int) -> str:
            wanted = Visit(therapist, next(self.oracle.nobody), quarter * 15)
            held = None
            with self.expecting(None if self.oracle.is_free(wanted, scene.now) else Conflict):
                held = scene.do(hold_time, wish=self.wish(therapist, quarter), **RULES)
            if held is None:
                return ""
            self.oracle.holds[held.uid] = (wanted, scene.now + HOLD)
            return held.uid

        @rule(target=bookings, uid=consumes(holds), client=WHO)
        def book_the_hold(self, uid: str, client: int) -> str:
            if uid not in self.oracle.holds:
                return ""
            held, ends_at = self.oracle.holds[uid]
            wanted = replace(held, client=client)
            refusal = None
            if ends_at <= scene.now:
                refusal = HoldExpired
            elif not self.oracle.is_free(wanted, scene.now, without=(uid,)):
                refusal = Conflict
            with self.expecting(refusal):
                scene.do(book_held, hold_uid=uid, client_uid=scene.clients[client].uid, **RULES)
            if refusal is not None:
                return ""
            del self.oracle.holds[uid]
            self.oracle.become(uid, wanted)
            return uid

        @rule(minutes=st.sampled_from([2, 6]))
        def time_passes(self, minutes: int) -> None:
            scene.later(minutes=minutes)

        @rule(uid=bookings, therapist=WHO, quarter=QUARTERS)
        def move(self, uid: str, therapist: int, quarter: int) -> None:
            wish = MoveWish(local_start=start_of(quarter), therapist=scene.therapists[therapist].uid)
            self.change(
                uid,
                lambda visit: replace(visit, therapist=therapist, begins=quarter * 15),
                lambda: scene.do(reschedule, appointment_uid=uid, wish=wish, **RULES),
            )

        @rule(uid=bookings, minutes=st.sampled_from([30, 60, 90]))
        def extend(self, uid: str, minutes: int) -> None:
            self.change(
                uid,
                lambda visit: replace(visit, minutes=minutes),
                lambda: scene.do(resize, appointment_uid=uid, duration_minutes=minutes, **RULES),
            )

        def change(self, uid: str, alter: Callable[[Visit], Visit], act: Callable[[], object]) -> None:
            if uid not in self.oracle.visits:
                return
            visit = self.oracle.visits[uid]
            wanted = alter(visit)
            refusal: type[Exception] | None = None
            if not visit.takes_time:
                refusal = WrongState
            elif wanted != visit and not self.oracle.is_free(wanted, scene.now, without=(uid,)):
                refusal = Conflict
            with self.expecting(refusal):
                act()
            if refusal is None and wanted != visit:
                self.oracle.become(uid, wanted)

        @rule(uid=bookings)
        def call_off(self, uid: str) -> None:
            if uid not in self.oracle.visits:
                return
            visit = self.oracle.visits[uid]
            with self.expecting(None if visit.takes_time else WrongState):
                scene.do(cancel, appointment_uid=uid, reason="ill", by=CancelledBy.CLIENT)
            if visit.takes_time:
                self.oracle.become(uid, replace(visit, takes_time=False))

        @rule(uid=bookings, other=bookings)
        def swap_times(self, uid: str, other: str) -> None:
            if uid not in self.oracle.visits or other not in self.oracle.visits:
                return
            one, two = self.oracle.visits[uid], self.oracle.visits[other]
            wanted = replace(one, begins=two.begins), replace(two, begins=one.begins)
            refusal: type[Exception] | None = None
            if not (one.takes_time and two.takes_time):
                refusal = WrongState
            elif uid == other or one.begins == two.begins:
                refusal = NothingToSwap
            elif wanted[0].meets(wanted[1]) or not all(
                self.oracle.is_free(each, scene.now, without=(uid, other)) for each in wanted
            ):
                refusal = Conflict
            with self.expecting(refusal):
                scene.do(swap, appointment_uid=uid, other_uid=other, what=Swapped.TIMES, **RULES)
            if refusal is None:
                self.oracle.become(uid, wanted[0], with_uid=other)
                self.oracle.become(other, wanted[1], with_uid=uid)

        @rule(uid=bookings)
        def take_back(self, uid: str) -> None:
            if uid not in self.oracle.visits:
                return
            going = self.going_back(uid)
            refusal: type[Exception] | None = None
            if not going:
                refusal = NothingToUndo
            elif not self.fits(going):
                refusal = Conflict
            with self.expecting(refusal):
                scene.do(undo, appointment_uid=uid, **RULES)
            if refusal is None:
                for each, earlier in going.items():
                    visit = self.oracle.visits[each]
                    self.oracle.before[each].pop()
                    back = earlier or replace(visit, takes_time=False)
                    self.oracle.visits[each] = replace(back, acts=visit.acts + 1)

        def going_back(self, uid: str) -> dict[str, Visit | None]:
            """Return what the bookings of the last act were before it; nothing when it cannot be taken back."""
            if not self.oracle.before[uid]:
                return {}
            earlier, partner = self.oracle.before[uid][-1]
            if partner is None:
                return {uid: earlier}
            theirs = self.oracle.before[partner][-1:] or [(None, None)]
            if theirs[0][1] != uid or not self.is_the_same_swap(uid, partner):
                return {}
            return {uid: earlier, partner: theirs[0][0]}

        def is_the_same_swap(self, uid: str, partner: str) -> bool:
            """Return whether the last swap of both was one act: two that swapped twice may be at different ones."""
            mine, theirs = self.oracle.visits[uid], self.oracle.visits[partner]
            my_earlier, their_earlier = self.oracle.before[uid][-1][0], self.oracle.before[partner][-1][0]
            if my_earlier is None or their_earlier is None:
                return False
            return my_earlier.begins == theirs.begins and their_earlier.begins == mine.begins

        def fits(self, going: dict[str, Visit | None]) -> bool:
            back = [earlier for earlier in going.values() if earlier is not None and earlier.takes_time]
            return all(self.oracle.is_free(each, scene.now, without=tuple(going)) for each in back)

        @invariant()
        def the_diaries_say_what_the_oracle_says(self) -> None:
            scene.session.rollback()
            assert overlapping_pairs(scene.session) == 0
            rows = scene.session.execute(
                select(Appointment.uid, Allocation.diary_id, Allocation.starts_at, Allocation.ends_at)
                .join(Allocation, Allocation.appointment_id == Appointment.id)
                .where(Allocation.occupies, Appointment.state != "held")
            ).all()
            people = {each.diary_id for each in (*scene.therapists, *scene.clients)}
            found = {(uid, diary, begins, ends) for uid, diary, begins, ends in rows if diary in people}
            assert found == {entry for uid, visit in self.oracle.visits.items() for entry in entries(uid, visit)}

        @invariant()
        def every_act_is_in_the_history(self) -> None:
            counted = select(Appointment.uid, func.count(AppointmentChange.id)).join(AppointmentChange)
            kept = dict(scene.session.execute(counted.group_by(Appointment.uid)).all())
            assert kept == {uid: visit.acts for uid, visit in self.oracle.visits.items()}

    def start_of(quarter: int) -> datetime:
        return at(8) + timedelta(minutes=quarter * 15)

    def entries(uid: str, visit: Visit) -> list[tuple[str, int, datetime, datetime]]:
        if not visit.takes_time:
            return []
        begins = datetime(2026, 11, 30, 13, tzinfo=NOW.tzinfo) + timedelta(minutes=visit.begins)
        ends = begins + timedelta(minutes=visit.minutes)
        diaries = (scene.therapists[visit.therapist].diary_id, scene.clients[visit.client].diary_id)
        return [(uid, diary, begins, ends) for diary in diaries]

    return Desk


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_any_sequence_of_acts(session: Session, request: pytest.FixtureRequest) -> None:
    scene = Scene(session)
    scene.therapists = [
        make_therapist(session, location=scene.location, services=(), hours=EVERY_DAY) for _ in range(2)
    ]
    # The oracle knows people only; rooms have tests of their own.
    scene.service = make_service(session, therapists=scene.therapists, needs_room=False)
    is_full = request.config.getoption("--full")
    run_state_machine_as_test(
        machine_on(scene),
        settings=settings(
            max_examples=200 if is_full else 8,
            stateful_step_count=50 if is_full else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            # A failing sequence is short enough to read; shrinking it takes minutes.
            phases=[Phase.generate],
        ),
    )
