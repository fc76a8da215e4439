"""The year itself: a clock that jumps to whatever comes next, people at a desk, a worker that dies now and then.

Planning, outbox, judging, dispatching and delivery are the product's own. What is replaced is the clock, and the
death of a worker: an exception that nothing catches stands for it, which ends a transaction as a power cut would.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.core import failpoints
from practice.core.clock import SettableClock
from practice.core.transact import transact
from practice.drill import trouble
from practice.drill.clinic import DESK, HOURS, add_person, open_clinic
from practice.drill.desk import Desk
from practice.drill.model import Delivery, World
from practice.drill.reading import read_mail
from practice.drill.smtp import MailServer
from practice.reminders.delivery import Courier
from practice.reminders.delivery import MailServer as Where
from practice.reminders.dispatching import Dispatcher
from practice.reminders.following import follow_changes
from practice.reminders.heartbeat import resume_sending
from practice.reminders.kinds import OPEN_STATES
from practice.reminders.models import Message
from practice.reminders.writing import Sender
from practice.scheduling.claiming.rules import BookingRules

TOGETHER = timedelta(seconds=20)
"""What falls due within so short a time leaves in one round, as it does in a worker that looks every second."""

RESTING = timedelta(seconds=60)
CRASH_LEAVES = timedelta(minutes=4)
"""For so long after a death a message may lie under the lease of the dead."""

OPENS_AT = (8, 11, 14, 19)
SENDER = Sender("appointments@example.com", "http://drill.example.com", "drill-link-key-0123456789abcdefghijkl")


class WorkerDied(BaseException):
    """The worker is gone in the middle of its work; nothing may catch it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is simulated; ``surprises`` is how often the desk changes a visit while a mail about it leaves."""

    days: int
    clients: int
    seed: int
    visits_a_year: float = 4
    surprises: float = 0.005

    @property
    def bookings_a_day(self) -> float:
        """Return how many visits are booked on a day."""
        return self.clients * self.visits_a_year / 365


class Year:
    """One clinic from its first day to the last, and everything that is known about it beside the product."""

    def __init__(
        self, sessions: sessionmaker[Session], *, rules: BookingRules, scale: Scale, begins_at: datetime
    ) -> None:
        self.world = World()
        self.clock = SettableClock(begins_at)
        self.sessions = sessions
        self._scale = scale
        self._chance = Random(scale.seed)
        self._ends_at = begins_at + timedelta(days=scale.days)
        self._agenda: list[tuple[datetime, int, str]] = []
        self._order = count()
        self._workers = count(1)
        self._server = MailServer(on_rcpt=self._surprise, on_refuse=self._refuse, on_accept=self._accept)
        self._crashes = list(trouble.crashes(self._chance, begins_at, scale.days))
        self._has_news = True
        self._desk = self._open(rules)
        self._hire()

    def run(self) -> World:
        """Live through the year, and on until nothing is due any more: everything must come to its end."""
        self._server.start()
        try:
            for at, what in self._instants():
                self.clock.now = max(self.clock.now, at)
                self._do(what)
                self._work()
        finally:
            failpoints.disarm_all()
            self._courier.hang_up()
            self._postman.close()
            self._server.stop()
        return self.world

    def _open(self, rules: BookingRules) -> Desk:
        now, scale = self.clock(), self._scale
        therapists = max(2, 2 * round(scale.bookings_a_day / len(HOURS)))
        with self.sessions() as session:
            helpers = transact(session, lambda: open_clinic(session, therapists=therapists, now=now))
            for _ in range(scale.clients):
                transact(session, lambda: add_person(session, self.world, self._chance, now=now))
                session.expunge_all()
        self._write_agenda(now)
        return Desk(self.sessions, self.clock, self.world, helpers=helpers, chance=self._chance, rules=rules)

    def _write_agenda(self, begins_at: datetime) -> None:
        for day in range(self._scale.days):
            midnight = begins_at.replace(hour=5, minute=0, second=0) + timedelta(days=day)
            for hour in OPENS_AT:
                self._note(midnight + timedelta(hours=hour, minutes=self._chance.randrange(60)), "desk")
            self._note(midnight + timedelta(seconds=1), "day")
            if day % 30 == 12:
                self._note(midnight + timedelta(hours=10), "close")
        for window in trouble.outages(self._chance, begins_at, self._scale.days):
            self.world.troubles.append(trouble.Window(window.begins_at, window.ends_at + RESTING * 2, window.what))
            self._note(window.begins_at, f"{window.what} begins")
            self._note(window.ends_at, f"{window.what} ends")

    def _note(self, at: datetime, what: str) -> None:
        heappush(self._agenda, (at, next(self._order), what))

    def _instants(self) -> Iterator[tuple[datetime, str]]:
        while True:
            due_at = self._next_due()
            planned_at = self._agenda[0][0] if self._agenda else None
            if planned_at is not None and (due_at is None or planned_at <= due_at):
                at, _, what = heappop(self._agenda)
                yield at, what
            elif due_at is None or due_at > self._ends_at + timedelta(days=30):
                return
            else:
                yield due_at, "mail"

    def _next_due(self) -> datetime | None:
        with self.sessions() as session:
            due = case((Message.lease_until > Message.due_at, Message.lease_until), else_=Message.due_at)
            first = session.scalar(select(func.min(due)).where(Message.state.in_(OPEN_STATES)))
        return None if first is None else max(first + TOGETHER, self.clock() + TOGETHER)

    def _do(self, what: str) -> None:
        self._has_news |= what != "mail"
        if what == "desk":
            self._open_desk()
        elif what == "close":
            self._desk.close_a_day()
            self._desk.ask_for_addresses()
        elif what.startswith("down"):
            self._server.is_down = what.endswith("begins")
        elif what.startswith("sign_in"):
            self._refuse_sign_in(begins=what.endswith("begins"))

    def _open_desk(self) -> None:
        bookings = self._scale.bookings_a_day / len(OPENS_AT)
        for _ in range(int(bookings) + (self._chance.random() < bookings % 1)):
            self._desk.book_somebody()
            self.clock.advance(timedelta(seconds=1))
        for _ in range(int(bookings * 0.6) + (self._chance.random() < bookings * 0.6 % 1)):
            self._desk.do_something()
            self.clock.advance(timedelta(seconds=1))

    def _refuse_sign_in(self, *, begins: bool) -> None:
        self._server.refuses_sign_in = begins
        if not begins:
            with self.sessions() as session:
                transact(session, lambda: resume_sending(session, actor=DESK, now=self.clock()))

    def _hire(self) -> None:
        self._courier = Courier(Where("127.0.0.1", self._server.port))
        name = f"drill-{next(self._workers)}"
        self._postman = Dispatcher(self.sessions, self.clock, self._courier, SENDER, worker=name)

    def _work(self) -> None:
        if (broken := trouble.next_break(self._chance)) is not None and not self._server.breaks:
            self._server.breaks.append(broken)
        crash, known = self._next_crash(), len(self.world.deliveries)
        try:
            self._follow()
            self._postman.drain()
            self._server.require_sound()
        except WorkerDied:
            self._bury(crash or "")
            if crash in trouble.ACKNOWLEDGEMENT and len(self.world.deliveries) > known:
                self.world.doubt(self.world.deliveries[-1].mail.message_id)
        finally:
            failpoints.disarm_all()

    def _follow(self) -> None:
        if not self._has_news:
            return
        with self.sessions() as session:
            while transact(session, lambda: follow_changes(session, worker="drill", now=self.clock())):
                continue
        self._has_news = False

    def _next_crash(self) -> str | None:
        if not self._crashes or self._crashes[0][0] > self.clock():
            return None
        step = self._crashes[0][1]
        if step == trouble.ON_CONNECTING:
            self._courier.hang_up()

        def die() -> None:
            self._crashes.pop(0)
            raise WorkerDied

        failpoints.arm(step, die)
        return step

    def _bury(self, step: str) -> None:
        failpoints.disarm_all()
        now = self.clock()
        self._courier.hang_up()
        self._postman.close()
        self._server.settle()
        self.world.troubles.append(trouble.Window(now, now + CRASH_LEAVES, f"crash at {step}"))
        self._hire()
        self._note(now + timedelta(seconds=5), "restart")

    def _surprise(self, recipient: str) -> None:
        if self._chance.random() < self._scale.surprises:
            self._has_news = True
            self._desk.surprise(recipient)

    def _refuse(self, recipient: str) -> None:
        self._has_news = True
        for person in self.world.people:
            if person.address == recipient:
                person.is_refused = True
                person.changes.append(self.clock())

    def _accept(self, recipient: str, content: bytes, is_doubtful: bool) -> None:
        mail = read_mail(content)
        if is_doubtful:
            self.world.doubt(mail.message_id)
        self.world.deliveries.append(Delivery(self.clock(), recipient, mail, self.world.lies_in(recipient, mail)))
