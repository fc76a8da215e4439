"""The desk of the drill: books, moves, cancels, edits, closes through the product's verbs, and notes what is true."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.consents import Purpose
from practice.clients.queries import get_record
from practice.clients.service import edit_client, withdraw_consent
from practice.clients.shown import details_of_client
from practice.clinic.opening import ClosureDetails, add_closure
from practice.core.clock import Clock
from practice.core.errors import PracticeError
from practice.core.local_time import exists, to_utc, wall_time
from practice.core.transact import transact
from practice.drill.clinic import DESK, HOURS, OWNER, Helper, give_consent
from practice.drill.model import Booked, Person, World
from practice.reminders.sending_again import open_address
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm
from practice.scheduling.appointments.attending import confirm
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import MoveWish, TimeWish
from practice.treatment_plans.taking_forms import take_form

HORIZON_DAYS = 24


class Desk:
    """Everything that people do in the clinic; what is refused changes nothing and is no fault."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        clock: Clock,
        world: World,
        *,
        helpers: Sequence[Helper],
        chance: Random,
        rules: BookingRules,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._world = world
        self._helpers = helpers
        self._chance = chance
        self._rules = rules
        self._taken: set[tuple[int, datetime]] = set()
        self._open: list[Booked] = []

    def book_somebody(self) -> None:
        """Book a visit for anybody, at a free hour of the coming weeks."""
        person = self._chance.choice(self._world.people)
        number, local = self._free_hour()
        helper = self._helpers[number]
        wish = TimeWish(
            local_start=local, service=helper.service_uid, therapist=helper.uid, location=helper.location_uid
        )
        made = self._do(book_time, wish=wish, client_uid=person.uid, rules=self._rules)
        if isinstance(made, Appointment):
            booked = Booked(made.uid, person, local, helper.zone, to_utc(local, helper.zone), number, self._clock())
            booked.is_tentative = made.state == AppointmentState.TENTATIVE
            person.visits.append(booked)
            self._world.visits[booked.uid] = booked
            self._open.append(booked)
            self._taken.add((number, local))

    def do_something(self) -> None:
        """Do one of the other things that happen at a desk, as often as they do."""
        acts: list[tuple[Callable[[], None], int]] = [
            (self._move_somebody, 30),
            (self._cancel_somebody, 25),
            (self._confirm_somebody, 25),
            (self._edit_address, 8),
            (self._change_consent, 8),
            (self._take_form, 4),
        ]
        self._chance.choices([act for act, _ in acts], [weight for _, weight in acts])[0]()

    def surprise(self, address: str) -> None:
        """Move or cancel a visit of whoever is just being written to: the mail must not leave as it is."""
        coming = [visit for visit in self._coming() if visit.person.address == address]
        if coming:
            visit = self._chance.choice(coming)
            (self._cancel if self._chance.random() < 0.5 else self._move)(visit)

    def close_a_day(self) -> None:
        """Close everything on a day two weeks ahead and tell everybody that day is off."""
        on = wall_time(self._clock(), self._helpers[0].zone).date() + timedelta(days=14)
        details = ClosureDetails(first_on=on, last_on=on, name="Closed")
        self._do(add_closure, details=details, actor=OWNER)
        self._taken |= {(number, datetime.combine(on, datetime.min.time())) for number in range(len(self._helpers))}
        for visit in list(self._coming()):
            if visit.local_start.date() == on:
                self._cancel(visit)

    def ask_for_addresses(self) -> None:
        """Ask everybody whose address was refused for it again: it was right."""
        for person in self._world.people:
            if person.is_refused:
                self._do(open_address, address=person.address)
                person.is_refused = False
                person.changes.append(self._clock())

    def _move_somebody(self) -> None:
        if coming := self._coming():
            self._move(self._chance.choice(coming))

    def _cancel_somebody(self) -> None:
        if coming := self._coming():
            self._cancel(self._chance.choice(coming))

    def _confirm_somebody(self) -> None:
        if not (coming := self._coming()):
            return
        visit = self._chance.choice(coming)
        if isinstance(self._do(confirm, appointment_uid=visit.uid), Appointment):
            visit.is_confirmed, visit.changed_at = True, self._clock()

    def _move(self, visit: Booked) -> None:
        number, local = self._free_hour()
        helper = self._helpers[number]
        wish = MoveWish(local_start=local, therapist=helper.uid, location=helper.location_uid, any_room=True)
        made = self._do(reschedule, appointment_uid=visit.uid, wish=wish, rules=self._rules)
        if isinstance(made, Appointment):
            self._taken.discard((visit.therapist, visit.local_start))
            self._taken.add((number, local))
            visit.therapist, visit.local_start, visit.zone = number, local, helper.zone
            visit.starts_at = to_utc(local, helper.zone)
            visit.changed_at, visit.has_moved = self._clock(), True
            visit.is_confirmed = made.confirmed_at is not None
            visit.is_tentative = made.state == AppointmentState.TENTATIVE

    def _cancel(self, visit: Booked) -> None:
        by = {"reason": "other", "by": CancelledBy.CLIENT}
        if isinstance(self._do(cancel, appointment_uid=visit.uid, **by), Appointment):
            visit.is_on, visit.changed_at = False, self._clock()
            self._taken.discard((visit.therapist, visit.local_start))

    def _edit_address(self) -> None:
        person = self._chance.choice(self._world.people)
        number = len(self._world.deliveries)
        address = "" if self._chance.random() < 0.15 else f"n{number}-{self._chance.randrange(10**9)}@example.com"

        def edit(session: Session, **by: Any) -> object:
            record = get_record(session, person.uid)
            details = replace(details_of_client(record), email=address)
            return edit_client(session, client=record, details=details, version=None, **by)

        if self._do(edit) is not None:
            person.address, person.is_refused = address, False
            person.changes.append(self._clock())

    def _change_consent(self) -> None:
        person = self._chance.choice(self._world.people)

        def change(session: Session, *, now: datetime, **_: Any) -> object:
            record = get_record(session, person.uid)
            if not person.agrees:
                give_consent(session, record, now=now)
            else:
                withdraw_consent(
                    session, client=record, purpose=Purpose.REMINDER_EMAIL, channel="desk", actor=DESK, now=now
                )
            return record

        if self._do(change) is not None:
            person.agrees = not person.agrees
            person.changes.append(self._clock())

    def _take_form(self) -> None:
        waiting = [visit.person for visit in self._coming() if visit.is_tentative]
        person = self._chance.choice(waiting or self._world.people)
        answers = {key: question.values[0] for key, question in FORM.questions.items()}

        def take(session: Session, **by: Any) -> object:
            record = get_record(session, person.uid)
            take_form(session, client_id=record.id, form=FilledForm(answers=answers, source="link"), **by)
            return record

        if self._do(take) is not None:
            self._look_again(person)

    def _look_again(self, person: Person) -> None:
        rows = select(Appointment.uid, Appointment.state).where(
            Appointment.uid.in_([visit.uid for visit in person.visits])
        )
        with self._sessions() as session:
            states = session.execute(rows).all()
        for uid, state in states:
            visit, is_tentative = self._world.visits[uid], state == AppointmentState.TENTATIVE
            if visit.is_tentative != is_tentative:
                visit.is_tentative, visit.changed_at = is_tentative, self._clock()

    def _coming(self) -> list[Booked]:
        now = self._clock()
        self._open = [visit for visit in self._open if visit.is_on and visit.starts_at > now]
        return self._open

    def _free_hour(self) -> tuple[int, datetime]:
        """Return a therapist and an hour that nobody has yet; one that the clocks skip is none."""
        while True:
            number = self._chance.randrange(len(self._helpers))
            today = wall_time(self._clock(), self._helpers[number].zone).replace(hour=0, minute=0, second=0)
            day = (today + timedelta(days=self._chance.randrange(1, HORIZON_DAYS))).replace(microsecond=0)
            local = day.replace(hour=self._chance.choice(HOURS))
            is_free = (number, local) not in self._taken and (number, day) not in self._taken
            if is_free and exists(local, self._helpers[number].zone):
                return number, local

    def _do(self, verb: Callable[..., object], **named: Any) -> object:
        by: dict[str, Any] = {"actor": DESK, "now": self._clock()} | named
        with self._sessions() as session:
            try:
                return transact(session, lambda: verb(session, **by))
            except PracticeError:
                return None
