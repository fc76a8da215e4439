"""A desk that books, moves, reassigns, cancels and edits while mails go out and workers die: whatever arrives is true.

Every mail is compared with the database at the instant in which the server accepts it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import icalendar
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.models import Client
from practice.clients.queries import find_consent, get_record
from practice.clients.recipients import message_recipient
from practice.clients.service import edit_client, set_consent, withdraw_consent
from practice.clients.shown import details_of_client
from practice.clinic.details import PolicyDetails, details_of
from practice.clinic.models import Therapist
from practice.clinic.policies import set_policies
from practice.clinic.queries import get_settings, practice_today
from practice.clinic.quiet_hours import QuietHours
from practice.core import failpoints
from practice.core.actor import Actor
from practice.core.clock import SettableClock
from practice.core.errors import PracticeError
from practice.core.transact import transact
from practice.reminders.context import look
from practice.reminders.dispatching import Dispatcher
from practice.reminders.following import follow_changes
from practice.reminders.kinds import OPEN_STATES, Channel, MessageKind, MessageState
from practice.reminders.models import Message, Told
from practice.scheduling.appointments.asking import ask_form
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import change_client, reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import BookingDetails, MoveWish
from tests.conftest import NOW, sessions_on
from tests.databases import TestDatabases
from tests.engines import dispose, lend_engine
from tests.factories import OWNER, RECEPTIONIST, make_location, make_room, make_therapist
from tests.reminders.conftest import make_dispatcher
from tests.scheduling.scene import Scene, at
from tests.smtp_server import DROP, Delivered, ScriptedServer, serving

DAYS = [25, 26, 27, 30]
HOURS = [9, 10, 11, 13, 14, 15]
LOST_END = "drop_after_accept"
STEPS = [f"mail.F{number}" for number in range(1, 10)]
UNSURE_STEPS = frozenset({"mail.F7", "mail.F8"})
OFF = frozenset({MessageKind.CANCELLED, MessageKind.PASSED_ON})

slots = st.tuples(st.sampled_from(DAYS), st.sampled_from(HOURS))
who = st.integers(0, 2)
RULES = {"rules": SCHEDULING_RULES}


class WorkerDied(BaseException):
    """The worker is gone in the middle of its work; nothing may catch it."""


class Mail(RuleBasedStateMachine):
    """One practice in two zones, three clients, one postman; the databases come from the test that runs the machine."""

    databases: TestDatabases

    @initialize()
    def open_clinic(self) -> None:
        self.url = self.databases.copy()
        self.clock = SettableClock(NOW)
        self.engine = lend_engine(self.url)
        self.sessions = sessions_on(self.engine, self.url)
        self.session = self.sessions()
        self.scene = Scene(self.session)
        abroad = make_location(self.session, zone="Europe/Berlin", address="1 Hafen, Hamburg")
        room = make_room(self.session, abroad)
        services = [self.scene.service]
        far = make_therapist(self.session, location=abroad, services=services, usual_room_id=room.id)
        self.therapists: list[Therapist] = [*self.scene.therapists, far]
        self.booked: list[Appointment] = []
        self.lies: list[str] = []
        self.doubts = 0
        self.at_rcpt: list[Callable[[], object]] = []
        self.dies_at: str | None = None
        self.serving = serving(ScriptedServer(on_accept=self.check))
        self.server = self.serving.__enter__()
        answer = self.server.next_act
        self.server.next_act = lambda stage: self.interrupt(stage) or answer(stage)  # type: ignore[method-assign]
        self.hire()

    def hire(self) -> None:
        self.postman: Dispatcher = make_dispatcher(self.sessions, self.clock, self.server.port)

    # What is true at the instant in which the server accepts a mail.

    def check(self, delivered: Delivered) -> None:
        """Compare an accepted mail with what the database says at that moment."""
        with self.sessions() as session:
            rows = session.scalars(select(Message).where(Message.message_id == delivered.message_id)).all()
            if not rows:
                self.lies.append(f"{delivered.mail['Subject']} was never planned")
            for message in rows:
                visit = session.get_one(Appointment, message.subject_id)
                self.lies += [f"{message.kind} {lie}" for lie in self.lies_in(session, delivered, message, visit)]

    def lies_in(self, session: Session, delivered: Delivered, message: Message, visit: Appointment) -> list[str]:
        lies = self.wrong_reader(session, delivered, message, visit)
        for part in delivered.mail.walk():
            if part.get_content_type() == "text/calendar":
                lies += self.wrong_event(icalendar.Calendar.from_ical(part.get_content()), visit)
        if message.kind in OFF:
            is_theirs = visit.client_id == message.client_id and visit.state in OPEN
            return [*lies, "says that it is off"] if is_theirs else lies
        if visit.state not in OPEN:
            lies.append(f"although it is {visit.state}")
        words = delivered.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        therapist = session.get_one(Therapist, visit.therapist_id)
        if therapist.name not in words:
            lies.append(f"does not name {therapist.name}")
        return lies + (self.wrong_reminder(session, message, visit) if message.kind == MessageKind.REMINDER else [])

    def wrong_reader(self, session: Session, delivered: Delivered, message: Message, visit: Appointment) -> list[str]:
        person = message_recipient(session, [message.client_id], on=self.clock().date())[message.client_id]
        lies = [] if delivered.recipient == person.address else [f"to {delivered.recipient}, not {person.address}"]
        if message.kind != MessageKind.PASSED_ON and message.client_id != visit.client_id:
            lies.append("to somebody whose visit it is not")
        return lies

    def wrong_event(self, calendar: icalendar.Calendar, visit: Appointment) -> list[str]:
        (event,) = calendar.walk("VEVENT")
        if calendar["METHOD"] == "CANCEL":
            return []
        said = (event.DTSTART, event["DTSTART"].params["TZID"], event.DTSTART.replace(tzinfo=None))
        true = (visit.starts_at, visit.zone, visit.local_start)
        return [] if said == true else [f"says {said} instead of {true}"]

    def wrong_reminder(self, session: Session, message: Message, visit: Appointment) -> list[str]:
        now, policies = self.clock(), get_settings(session, practice_today(session, self.clock()))
        lies = []
        if find_consent(session, visit.client_id, Purpose.REMINDER_EMAIL) is None:
            lies.append("without consent")
        if QuietHours(policies.quiet_from_minute, policies.quiet_until_minute).contains(now, visit.zone):
            lies.append("at night")
        if int(message.dedupe_key.rpartition(":")[2]) not in {hours * 60 for hours in policies.reminder_hours}:
            lies.append("at a time that the practice no longer reminds")
        return lies

    # What people do.

    def act(self, verb: Callable[..., object], **named: Any) -> object:
        """Run a verb as the desk; a refusal is an answer, not a fault."""
        by: dict[str, Any] = {"actor": RECEPTIONIST, "now": self.clock()} | named
        with self.sessions() as session:
            try:
                return transact(session, lambda: verb(session, **by))
            except PracticeError:
                return None

    @rule(client=who, slot=slots, with_whom=who)
    def book(self, client: int, slot: tuple[int, int], with_whom: int = 0) -> None:
        wish = self.scene.wish(at(slot[1], day=slot[0]), therapist=self.therapists[with_whom].uid)
        uid = self.scene.clients[client].uid
        made = self.act(book_time, wish=wish, client_uid=uid, details=BookingDetails(), **RULES)
        if isinstance(made, Appointment):
            self.booked.append(made)

    @precondition(lambda self: self.booked)
    @rule(data=st.data(), slot=slots, with_whom=st.none() | who)
    def move(self, data: st.DataObject, slot: tuple[int, int], with_whom: int | None) -> None:
        self.move_one(data.draw(st.sampled_from(self.booked)), slot, with_whom)

    def move_one(self, visit: Appointment, slot: tuple[int, int], with_whom: int | None = None) -> None:
        to = {} if with_whom is None else {"therapist": self.therapists[with_whom].uid, "any_room": True}
        wish = MoveWish(local_start=at(slot[1], day=slot[0]), **to)
        self.act(reschedule, appointment_uid=visit.uid, wish=wish, **RULES)

    @precondition(lambda self: self.booked)
    @rule(data=st.data(), to=who)
    def reassign(self, data: st.DataObject, to: int) -> None:
        uid = data.draw(st.sampled_from(self.booked)).uid
        wish = MoveWish(therapist=self.therapists[to].uid, any_room=True)
        self.act(reschedule, appointment_uid=uid, wish=wish, **RULES)

    @precondition(lambda self: self.booked)
    @rule(data=st.data())
    def call_off(self, data: st.DataObject) -> None:
        self.call_off_one(data.draw(st.sampled_from(self.booked)))

    def call_off_one(self, visit: Appointment) -> None:
        self.act(cancel, appointment_uid=visit.uid, reason="other", by=CancelledBy.CLIENT)

    @precondition(lambda self: self.booked)
    @rule(data=st.data(), client=who)
    def give_away(self, data: st.DataObject, client: int) -> None:
        uid = data.draw(st.sampled_from(self.booked)).uid
        self.act(change_client, appointment_uid=uid, client_uid=self.scene.clients[client].uid, **RULES)

    @precondition(lambda self: self.booked)
    @rule(data=st.data())
    def want_form(self, data: st.DataObject) -> None:
        self.act(ask_form, appointment_uid=data.draw(st.sampled_from(self.booked)).uid)

    @precondition(lambda self: self.booked)
    @rule(data=st.data(), slot=st.none() | slots)
    def change_at_the_last_moment(self, data: st.DataObject, slot: tuple[int, int] | None) -> None:
        """Move or cancel while the server already answers to the recipient of the next mail."""
        visit = data.draw(st.sampled_from(self.booked))
        self.at_rcpt.append(lambda: self.call_off_one(visit) if slot is None else self.move_one(visit, slot))

    @rule(client=who, address=st.sampled_from(["", "one@example.com", "two@example.com"]))
    def edit_address(self, client: int, address: str) -> None:
        uid = self.scene.clients[client].uid

        def edit(session: Session, *, actor: Actor, now: datetime) -> None:
            record = get_record(session, uid)
            details = replace(details_of_client(record), email=address)
            edit_client(session, client=record, details=details, version=None, actor=actor, now=now)

        self.act(edit)

    @rule(client=who, agrees=st.booleans())
    def agree(self, client: int, agrees: bool) -> None:
        number = self.scene.clients[client].id
        version = CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version
        verb, more = (set_consent, {"text_version": version}) if agrees else (withdraw_consent, {})

        def change(session: Session, **by: Any) -> None:
            record = session.get_one(Client, number)
            verb(session, client=record, purpose=Purpose.REMINDER_EMAIL, channel="desk", **by, **more)

        self.act(change)

    @rule(hours=st.sampled_from([[48, 3], [72, 24, 2], [24], []]), quiet=st.sampled_from([(1200, 480), (1080, 600)]))
    def change_policies(self, hours: list[int], quiet: tuple[int, int]) -> None:
        def change(session: Session, *, now: datetime, actor: Actor) -> None:
            today = practice_today(session, now)
            kept = details_of(PolicyDetails, get_settings(session, today))
            details = replace(kept, reminder_hours=hours, quiet_from_minute=quiet[0], quiet_until_minute=quiet[1])
            set_policies(session, details=details, effective_on=today, version=None, actor=actor, now=now)

        self.act(change, actor=OWNER)

    # What happens to mail.

    @rule(stage=st.sampled_from(["mail", "rcpt", "dot"]), reply=st.sampled_from([451, DROP, LOST_END, 554]))
    def trouble(self, stage: str, reply: int | str) -> None:
        if reply == LOST_END and stage != "dot":
            return
        self.doubts += reply == LOST_END
        self.server.will(stage, reply)

    @rule(step=st.sampled_from(STEPS))
    def crash(self, step: str) -> None:
        """Let the worker die the next time it comes to a step."""
        self.dies_at = step
        self.tick(1)

    @rule(minutes=st.sampled_from([1, 3, 10, 60, 300, 700]))
    def tick(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self.session.rollback()
        while self.act_on(lambda session: follow_changes(session, worker="m", now=self.clock())):
            continue
        try:
            self.send_round()
        finally:
            self.at_rcpt.clear()
        assert not self.lies, self.lies
        copies = len(self.server.delivered) - len(set(self.server.message_ids))
        assert copies <= self.doubts, "a mail came twice without a doubt"
        self.nothing_wanted_is_missing()

    def send_round(self) -> None:
        if self.dies_at is None:
            self.postman.drain()
            return
        step, self.dies_at = self.dies_at, None
        failpoints.arm(step, _die)
        try:
            self.postman.drain()
        except WorkerDied:
            self.doubts += step in UNSURE_STEPS
            self.bury()
        finally:
            failpoints.disarm_all()

    def bury(self) -> None:
        failpoints.disarm_all()
        self.postman._courier.hang_up()
        self.postman.close()
        self.server.settle()
        self.hire()

    def interrupt(self, stage: str) -> None:
        if stage == "rcpt" and self.at_rcpt:
            self.at_rcpt.pop(0)()

    def act_on(self, work: Callable[[Session], Any]) -> Any:
        with self.sessions() as session:
            return transact(session, lambda: work(session))

    def teardown(self) -> None:
        if not hasattr(self, "postman"):
            return
        try:
            self.server.script.clear()
            for _ in range(8):
                self.tick(10)
            self.everybody_knows_the_truth()
        finally:
            self.shut()

    def shut(self) -> None:
        self.postman.close()
        self.serving.__exit__(None, None, None)
        self.session.close()
        dispose(self.engine)
        self.databases.drop(self.url)

    # What must be so after every step.

    def nothing_wanted_is_missing(self) -> None:
        """Whatever a visit wants lies in the outbox, or was given up and the desk knows."""
        with self.sessions() as session:
            waiting = select(Appointment.id).where(Appointment.change_seq > Appointment.reconciled_seq)
            numbers = {visit.id for visit in self.booked} - set(session.scalars(waiting))
            outlook, alive = look(session, numbers, now=self.clock()), {*OPEN_STATES, MessageState.FAILED}
            rows = session.scalars(select(Message).where(Message.subject_id.in_(numbers))).all()
            kept = {message.dedupe_key for message in rows if message.state in alive}
            for number in numbers:
                for wanted in outlook.plan(number, self.clock()).wanted:
                    is_there = wanted.channel is not Channel.EMAIL or wanted.dedupe_key in kept
                    assert is_there, f"{wanted} is wanted and nobody will send it"

    def everybody_knows_the_truth(self) -> None:
        """By day and without trouble, whoever has an address has heard of every visit to come, or the desk knows."""
        local_hour = self.clock().hour - 5
        if not 10 <= local_hour < 18:
            return
        given_up = select(Message.subject_id).where(Message.state == MessageState.FAILED)
        told_by_phone = set(self.session.scalars(given_up))
        for made in self.booked:
            visit = self.scene.reload(made)
            person = message_recipient(self.session, [visit.client_id], on=self.clock().date())[visit.client_id]
            is_coming = visit.state in OPEN and visit.starts_at > self.clock() + timedelta(hours=2)
            if is_coming and person.address and visit.id not in told_by_phone:
                told = self.session.get(Told, (visit.id, visit.client_id), populate_existing=True)
                assert told is not None
                assert (told.starts_at, told.is_cancelled) == (visit.starts_at, False)


def _die() -> None:
    failpoints.disarm_all()
    raise WorkerDied
