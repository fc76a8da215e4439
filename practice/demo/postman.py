"""Sends the demo's mail while its past is played: each mail at the instant at which it was due."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.config import Settings
from practice.core.clock import SettableClock
from practice.reminders.delivery import Courier
from practice.reminders.dispatching import Dispatcher
from practice.reminders.kinds import OPEN_STATES
from practice.reminders.models import Message
from practice.reminders.writing import Sender
from practice.worker import mail_server_of

STEP = timedelta(minutes=5)
"""What falls due within a few minutes leaves in one round."""


class Postman:
    """The worker of the past, on a clock that jumps from one due mail to the next."""

    def __init__(self, sessions: sessionmaker[Session], settings: Settings) -> None:
        self._sessions = sessions
        self._clock = SettableClock(datetime(2000, 1, 1, tzinfo=UTC))
        sender = Sender(settings.mail_from, settings.base_url, settings.link_key)
        self._dispatcher = Dispatcher(sessions, self._clock, Courier(mail_server_of(settings)), sender, worker="demo")

    def __call__(self, until: datetime) -> None:
        """Send everything that was due by *until*."""
        while (due_at := self._next_due()) is not None and due_at <= until:
            self._go_round(min(max(due_at, self._clock.now) + STEP, until))
        self._go_round(until)

    def close(self) -> None:
        """Hang up."""
        self._dispatcher.close()

    def _go_round(self, at: datetime) -> None:
        self._clock.now = at
        self._dispatcher.drain()

    def _next_due(self) -> datetime | None:
        with self._sessions() as session:
            waiting = Message.state.in_(OPEN_STATES) & (Message.due_at > self._clock.now)
            return session.execute(select(func.min(Message.due_at)).where(waiting)).scalar_one()
