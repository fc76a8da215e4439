"""The postman: claims what is due, sends it outside any transaction, closes each message with its result."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.models import PracticeSettings
from practice.core.clock import Clock
from practice.core.failpoints import failpoint
from practice.core.transact import transact, transact_statement
from practice.reminders.delivery import TOTAL_SECONDS, Courier
from practice.reminders.judging import Mail, judge, settle
from practice.reminders.mail_format import Envelope
from practice.reminders.offers import judge_offers, reconcile_offers, settle_offers
from practice.reminders.outbox import (
    Lease,
    NotTogether,
    claim_due,
    look_for_work,
    mark_data_together,
    marking_data,
    release,
)
from practice.reminders.outcomes import Reply, Verdict, is_servers_trouble
from practice.reminders.reconciling import reconcile
from practice.reminders.results import closing_accepted, finish, finish_unrendered
from practice.reminders.texts.queries import texts_in_force
from practice.reminders.writing import Office, Sender, write

T = TypeVar("T")

BATCH = 100
"""Few enough to be sent within a lease; each visit is asked for again when its mail leaves."""

_MOST_ROUNDS = 200

_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 60))

log = structlog.get_logger()


class Dispatcher:
    """One worker's hands: a connection to the mail server and the transactions around each message."""

    def __init__(
        self, sessions: sessionmaker[Session], clock: Clock, courier: Courier, sender: Sender, *, worker: str
    ) -> None:
        self._sessions = sessions
        # One for all transactions: two for each mail are many enough to notice its making.
        self._session = sessions()
        self._clock = clock
        self._courier = courier
        self._sender = sender
        self._worker = worker
        self._troubles = 0
        self._rests_until: datetime | None = None

    def run(self, *, limit: int = BATCH) -> int:
        """Reconcile, claim and send at most *limit* messages; return how many the server accepted."""
        return self._round(limit)[0]

    def drain(self) -> int:
        """Send until nothing is due any more; return how many were accepted."""
        total = 0
        for _ in range(_MOST_ROUNDS):
            accepted, handled = self._round(BATCH)
            total += accepted
            if not handled:
                break
        return total

    def _round(self, limit: int) -> tuple[int, int]:
        """Return how many mails were accepted and how many messages were claimed."""
        if self._rests_until is not None and self._clock() < self._rests_until:
            return 0, 0
        with self._sessions() as session:
            waiting = look_for_work(session, self._clock())
        if waiting.is_changed:
            self.reconcile()
        elif not waiting.is_due:
            return 0, 0
        leases = self._transact(lambda session: claim_due(session, worker=self._worker, limit=limit, now=self._clock()))
        if not leases:
            return 0, 0
        failpoint("mail.F2")
        handled = [self._handle_offers(leases), self._handle_visits(leases)]
        return sum(handled), len(leases)

    def _handle_visits(self, leases: Sequence[Lease]) -> int:
        own = [lease for lease in leases if not lease.is_offer]
        if not own:
            return 0
        with self._sessions() as session:
            batch = judge(session, own, now=self._clock())
        if batch.odd:
            self._transact(lambda session: settle(session, leases=batch.odd, now=self._clock()))
        self._give_back(batch.spared)
        return self._send_all(batch.mails, batch.outlook.settings)

    def _handle_offers(self, leases: Sequence[Lease]) -> int:
        own = [lease for lease in leases if lease.is_offer]
        if not own:
            return 0
        with self._sessions() as session:
            mails = judge_offers(session, own, now=self._clock())
        if mails.odd:
            self._transact(lambda session: settle_offers(session, leases=mails.odd, now=self._clock()))
        return self._send_all(mails.mails, mails.settings)

    def reconcile(self) -> int:
        """Plan the messages of appointments that changed; return how many those were."""
        domain = self._sender.address.rpartition("@")[2]
        offers = self._transact(lambda session: reconcile_offers(session, domain=domain, now=self._clock()))
        return offers + self._transact(lambda session: reconcile(session, domain=domain, now=self._clock()))

    def close(self) -> None:
        """Hang up."""
        self._courier.close()
        self._session.close()

    def _send_all(self, batch: Sequence[Mail], settings: PracticeSettings) -> int:
        accepted = 0
        office = self._office(settings)
        # All are written before the first leaves: that is faster than between one conversation and the next.
        letters = [(mail, self._written(mail, office)) for mail in batch]
        for position, (mail, envelope) in enumerate(letters):
            if envelope is None:
                continue
            if self._clock() > mail.lead.lease.until - timedelta(seconds=TOTAL_SECONDS):
                self._give_back(_unsent(letters[position:]))
                break
            verdict, is_troubled = self._send(mail, envelope)
            accepted += verdict is Verdict.SENT
            if verdict is Verdict.PAUSE or is_troubled:
                self._give_back(_unsent(letters[position + 1 :]))
                self._rest()
                break
            self._troubles, self._rests_until = 0, None
        return accepted

    def _send(self, mail: Mail, envelope: Envelope) -> tuple[Verdict | None, bool]:
        """Return what became of one mail, and whether the next one would meet the same trouble."""
        reply = self._courier.send(envelope, before_data=lambda: self._begin(mail))
        if reply is None:
            self._give_back(mail.leases)
            return None, False
        verdict = self._finish(mail, reply)
        failpoint("mail.F9")
        self._log(mail, reply, verdict)
        return verdict, verdict is not Verdict.SENT and is_servers_trouble(reply.stage, reply.code)

    def _office(self, settings: PracticeSettings) -> Office:
        with self._sessions() as session:
            return Office(self._sender, settings, texts_in_force(session))

    def _written(self, mail: Mail, office: Office) -> Envelope | None:
        try:
            return write(mail, office, self._clock())
        except Exception as error:  # whatever is wrong with one message must not stop the others
            fault = f"{type(error).__name__}: {error}"
            log.exception("a message cannot be written", message=mail.lead.lease.id)
            self._transact(lambda session: finish_unrendered(session, mail=mail, fault=fault, now=self._clock()))
            return None

    def _begin(self, mail: Mail) -> bool:
        instant = self._clock()
        markings = [
            marking_data(lease=part.lease, change_seq=part.facts.change_seq, now=instant) for part in mail.parts
        ]
        if not mail.is_of_act:
            return transact_statement(self._session, markings[0]) == 1
        try:
            self._transact(lambda session: mark_data_together(session, markings, message_id=mail.message_id))
        except NotTogether:
            return False
        return True

    def _finish(self, mail: Mail, reply: Reply) -> Verdict | None:
        instant = self._clock()
        closing = closing_accepted(self._session, mail=mail, reply=reply, now=instant)
        if closing is not None:
            return Verdict.SENT if transact_statement(self._session, closing) == 1 else None
        return self._transact(lambda session: finish(session, mail=mail, reply=reply, now=instant))

    def _give_back(self, leases: Sequence[Lease]) -> None:
        if leases:
            self._transact(lambda session: release(session, leases=leases))

    def _rest(self) -> None:
        self._rests_until = self._clock() + _PAUSES[min(self._troubles, len(_PAUSES) - 1)]
        self._troubles += 1

    def _log(self, mail: Mail, reply: Reply, verdict: Verdict | None) -> None:
        if verdict is not Verdict.SENT:
            log.warning(
                "mail not accepted",
                message=mail.lead.lease.id,
                stage=str(reply.stage),
                code=reply.code,
                verdict=None if verdict is None else str(verdict),
            )

    def _transact(self, work: Callable[[Session], T]) -> T:
        session = self._session
        try:
            return transact(session, lambda: work(session))
        finally:
            session.expunge_all()


def _unsent(letters: Sequence[tuple[Mail, Envelope | None]]) -> list[Lease]:
    """Return the leases of what was written and not sent; what could not be written has lost its lease."""
    return [lease for mail, envelope in letters if envelope is not None for lease in mail.leases]
