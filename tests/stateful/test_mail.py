"""A desk that books, moves, cancels and edits while mails go out: whatever arrives is true at that moment."""

from dataclasses import replace
from datetime import datetime, timedelta

import icalendar
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.app import create_app
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.queries import find_consent, get_record
from practice.clients.recipients import message_recipient
from practice.clients.service import edit_client, set_consent, withdraw_consent
from practice.clients.shown import details_of_client
from practice.core.actor import Actor
from practice.core.clock import SettableClock
from practice.core.errors import PracticeError
from practice.core.transact import transact
from practice.reminders.dispatching import Dispatcher
from practice.reminders.following import follow_changes
from practice.reminders.models import Told
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import change_client, reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import BookingDetails, MoveWish
from practice.web.database import db
from tests.conftest import NOW, make_settings
from tests.databases import TestDatabases
from tests.factories import RECEPTIONIST
from tests.reminders.conftest import make_dispatcher
from tests.scheduling.scene import Scene, at
from tests.smtp_server import DROP, Delivered, ScriptedServer, serving

DAYS = [25, 26, 27, 30]
HOURS = [9, 10, 11, 13, 14, 15]
slots = st.tuples(st.sampled_from(DAYS), st.sampled_from(HOURS))


class Mail(RuleBasedStateMachine):
    """One clinic, three clients, one postman; the databases come from the test that runs the machine."""

    databases: TestDatabases

    @initialize()
    def open_clinic(self) -> None:
        self.url = self.databases.copy()
        self.clock = SettableClock(NOW)
        self.app = create_app(make_settings(self.url), clock=self.clock)
        self.sessions = self.app.extensions["sessions"]
        self.session = self.sessions()
        self.scene = Scene(self.session)
        self.booked: list[Appointment] = []
        self.lies: list[str] = []
        self.serving = serving(ScriptedServer(on_accept=self.check))
        self.server = self.serving.__enter__()
        self.postman: Dispatcher = make_dispatcher(self.sessions, self.clock, self.server.port)

    def check(self, delivered: Delivered) -> None:
        """Compare an accepted mail with what the database says at that moment."""
        (part,) = (each for each in delivered.mail.walk() if each.get_content_type() == "text/calendar")
        calendar = icalendar.Calendar.from_ical(part.get_content())
        (event,) = calendar.walk("VEVENT")
        uid = str(event["UID"]).partition("@")[0]
        with self.sessions() as session:
            visit = session.execute(select(Appointment).where(Appointment.uid == uid)).scalar_one()
            person = message_recipient(session, [visit.client_id], on=self.clock().date())[visit.client_id]
            is_farewell = str(delivered.mail["Subject"]).startswith("No longer")
            if delivered.recipient != person.address and not is_farewell:
                self.lies.append(f"{uid} to {delivered.recipient} instead of {person.address}")
            if calendar["METHOD"] == "CANCEL":
                if is_farewell:
                    self.lies += self.false_farewell(session, visit, delivered)
                elif visit.state != AppointmentState.CANCELLED:
                    self.lies.append(f"{uid} said to be cancelled, is {visit.state}")
            elif visit.state not in OPEN or visit.starts_at != event.DTSTART:
                self.lies.append(f"{uid} said to be at {event.DTSTART}, is {visit.state} at {visit.starts_at}")
            consent = find_consent(session, visit.client_id, Purpose.REMINDER_EMAIL)
            if str(delivered.mail["Subject"]).startswith("Reminder") and consent is None:
                self.lies.append(f"{uid} reminded without consent")

    def false_farewell(self, session: Session, visit: Appointment, delivered: Delivered) -> list[str]:
        """Return a lie unless whoever reads this had been promised the visit, which is somebody else's now."""
        promised = select(Told.client_id).where(Told.appointment_id == visit.id, Told.is_cancelled.is_(False))
        others = session.scalars(promised.where(Told.client_id != visit.client_id)).all()
        people = message_recipient(session, others, on=self.clock().date())
        is_true = any(person.address == delivered.recipient for person in people.values())
        return [] if is_true else [f"{visit.uid} said to be no longer theirs to {delivered.recipient}"]

    def act(self, verb, **named) -> object:
        """Run a verb as the desk; a refusal is an answer, not a fault."""
        self.session.rollback()
        try:
            return transact(self.session, lambda: verb(self.session, actor=RECEPTIONIST, now=self.clock(), **named))
        except PracticeError:
            return None

    @rule(client=st.integers(0, 2), slot=slots)
    def book(self, client: int, slot: tuple[int, int]) -> None:
        wish = self.scene.wish(self.local(slot))
        made = self.act(
            book_time,
            wish=wish,
            client_uid=self.scene.clients[client].uid,
            details=BookingDetails(),
            rules=SCHEDULING_RULES,
        )
        if isinstance(made, Appointment):
            self.booked.append(made)

    @precondition(lambda self: self.booked)
    @rule(data=st.data(), slot=slots)
    def move(self, data: st.DataObject, slot: tuple[int, int]) -> None:
        uid = data.draw(st.sampled_from(self.booked)).uid
        self.act(reschedule, appointment_uid=uid, wish=MoveWish(local_start=self.local(slot)), rules=SCHEDULING_RULES)

    @precondition(lambda self: self.booked)
    @rule(data=st.data())
    def call_off(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(self.booked)).uid
        self.act(cancel, appointment_uid=uid, reason="other", by=CancelledBy.CLIENT)

    @precondition(lambda self: self.booked)
    @rule(data=st.data(), client=st.integers(0, 2))
    def give_away(self, data: st.DataObject, client: int) -> None:
        uid = data.draw(st.sampled_from(self.booked)).uid
        client_uid = self.scene.clients[client].uid
        self.act(change_client, appointment_uid=uid, client_uid=client_uid, rules=SCHEDULING_RULES)

    @rule(client=st.integers(0, 2), address=st.sampled_from(["", "one@example.com", "two@example.com"]))
    def edit_address(self, client: int, address: str) -> None:
        uid = self.scene.clients[client].uid

        def edit(session: Session, *, actor: Actor, now: datetime) -> None:
            record = get_record(session, uid)
            details = replace(details_of_client(record), email=address)
            edit_client(session, client=record, details=details, version=None, actor=actor, now=now)

        self.act(edit)

    @rule(client=st.integers(0, 2), agrees=st.booleans())
    def agree(self, client: int, agrees: bool) -> None:
        record = self.scene.clients[client]
        if agrees:
            version = CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version
            self.act(set_consent, client=record, purpose=Purpose.REMINDER_EMAIL, text_version=version, channel="desk")
        else:
            self.act(withdraw_consent, client=record, purpose=Purpose.REMINDER_EMAIL, channel="desk")

    @rule(stage=st.sampled_from(["mail", "rcpt", "dot"]), reply=st.sampled_from([451, DROP]))
    def trouble(self, stage: str, reply: int | str) -> None:
        self.server.will(stage, reply)

    @rule(minutes=st.sampled_from([1, 3, 10, 60, 300, 700]))
    def tick(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self.session.rollback()
        while transact(self.session, lambda: follow_changes(self.session, worker="m", now=self.clock())):
            continue
        self.postman.drain()
        assert not self.lies, self.lies

    def local(self, slot: tuple[int, int]) -> datetime:
        return at(slot[1], day=slot[0])

    def teardown(self) -> None:
        if not hasattr(self, "postman"):
            return
        try:
            self.server.script.clear()
            for _ in range(8):
                self.tick(10)
            self.everybody_knows_the_truth()
        finally:
            self.postman.close()
            self.serving.__exit__(None, None, None)
            self.session.close()
            with self.app.app_context():
                db.engine.dispose()
            self.databases.drop(self.url)

    def everybody_knows_the_truth(self) -> None:
        """By day and without trouble, whoever has an address has heard of every visit to come."""
        local_hour = self.clock().hour - 5
        if not 8 <= local_hour < 19:
            return
        for made in self.booked:
            visit = self.scene.reload(made)
            person = message_recipient(self.session, [visit.client_id], on=self.clock().date())[visit.client_id]
            if visit.state in OPEN and visit.starts_at > self.clock() + timedelta(hours=2) and person.address:
                told = self.session.get(Told, (visit.id, visit.client_id))
                assert told is not None
                assert (told.starts_at, told.is_cancelled) == (visit.starts_at, False)


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_mail_is_true_when_it_arrives(databases: TestDatabases, request: pytest.FixtureRequest) -> None:
    full = request.config.getoption("--full")

    class OnThisDatabase(Mail):
        """The machine on one engine."""

    OnThisDatabase.databases = databases
    amount = settings(
        max_examples=100 if full else 12,
        stateful_step_count=30 if full else 20,
        deadline=None,
        # A failing life is printed as it was lived; making it shorter would take minutes of mail.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnThisDatabase, settings=amount)
