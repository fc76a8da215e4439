"""The mail worker: claiming a hundred, and sending them, against the same commits around rendered messages."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks import practice_50
from benchmarks.ratios import Row, interleave, peak_mib, row
from benchmarks.stage import Stage, statements_of
from practice.core.clock import SettableClock
from practice.core.transact import transact
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import BATCH, Dispatcher
from practice.reminders.judging import judge
from practice.reminders.mail_format import Envelope
from practice.reminders.outbox import claim_due
from practice.reminders.reconciling import reconcile_appointments
from practice.reminders.texts.names import STANDARD
from practice.reminders.writing import Office, Sender, write

AMOUNT = 100
NOW = practice_50.NOW + timedelta(hours=1)
SENDER = Sender("appointments@example.com", "http://localhost", "benchmark-link-key-0123456789abcdefgh")
ROOT = Path(__file__).parents[1]

_OPEN = "state IN ('queued', 'sending', 'retry', 'unknown')"
_LOCK = f"SELECT id FROM message WHERE {_OPEN} AND due_at <= :now AND lease_until IS NULL ORDER BY due_at, id LIMIT :n"
_CLAIM_ALL = "UPDATE message SET state = 'sending', attempt = attempt + 1, lease_until = :until WHERE id IN ({ids})"
_MARK = "UPDATE message SET data_at = :now, copies = copies + 1 WHERE id = :id AND attempt = 1"
_CLOSE = "UPDATE message SET state = 'sent', sent_at = :now WHERE id = :id AND attempt = 1"


def rows(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure everything that is published about the worker."""
    queue_mails(stage)
    reset = lambda: reset_mails(stage.engine)  # noqa: E731  # named works
    outcome = interleave(
        {"bare": lambda: bare_claim(stage.engine), "ours": lambda: claim(stage)},
        before={"bare": reset, "ours": reset},
        rounds=rounds,
    )
    reset_mails(stage.engine)
    statements = statements_of(stage.engine, lambda: claim(stage))
    reset_mails(stage.engine)
    yield row(
        outcome,
        "claim of 100 due mails, appointments read again / bare claim",
        ours="ours",
        floor="bare",
        promise=2,
        statements=statements,
    )
    with sink() as port:
        letters = _letters(stage)
        reset()
        worker = _dispatcher(stage, port)
        sending = interleave(
            {"bare": lambda: bare_sending(stage.engine, port, letters), "ours": lambda: send(worker)},
            before={"bare": reset, "ours": reset},
            rounds=rounds,
        )
        reset()
        peak = peak_mib(lambda: send(worker))
        worker.close()
    rates = [theirs / mine for mine, theirs in zip(sending.times["ours"], sending.times["bare"], strict=True)]
    yield Row(
        "mails a second, rendered and judged / smtplib loop with rendered ones, same commits",
        sending.median("bare"),
        sending.median("ours"),
        rates,
        promise=0.8 if stage.is_postgresql else None,
        at_least=True,
        peak_mib=peak,
        note=f"{AMOUNT * 1000 / sending.median('ours'):.0f} mails a second",
    )


def queue_mails(stage: Stage) -> None:
    """Give the first hundred visits a confirmation that is due, and everybody an address."""
    with stage.engine.begin() as connection:
        connection.execute(text("UPDATE appointment SET reconciled_seq = change_seq"))
        connection.execute(
            text(
                "INSERT INTO client_contact (uid, client_id, kind, value, normalised, is_primary) "
                "SELECT 'c' || id, id, 'email', 'c' || id || '@example.com', 'c' || id || '@example.com', true "
                "FROM client"
            )
        )
        found = connection.execute(
            text("SELECT id, change_seq FROM appointment ORDER BY starts_at DESC LIMIT :n"), {"n": AMOUNT}
        )
        seqs = dict(found.tuples().all())
        connection.execute(text("UPDATE practice_settings SET reminder_hours = '[]', sender_alias = 'Harbour'"))
    with stage.sessions() as session:
        transact(session, lambda: reconcile_appointments(session, seqs, domain="example.com", now=NOW))


def reset_mails(engine: Engine) -> None:
    """Let every mail wait again, due for five minutes."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE message SET state = 'queued', attempt = 0, copies = 0, lease_until = NULL, data_at = NULL, "
                "sent_at = NULL, due_at = :due"
            ),
            {"due": _stored(engine, NOW - timedelta(minutes=5))},
        )
        connection.execute(text("DELETE FROM told"))
    practice_50.settle(engine)


def _stored(engine: Engine, instant: object) -> object:
    """Return an instant as the column holds it."""
    return f"{instant:%Y-%m-%d %H:%M:%S.%f}" if engine.dialect.name == "sqlite" else instant


def bare_claim(engine: Engine, amount: int = AMOUNT) -> list[int]:
    """Claim in two statements, knowing nothing of visits."""
    is_postgresql = engine.dialect.name == "postgresql"
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        lock = _LOCK + (" FOR UPDATE SKIP LOCKED" if is_postgresql else "")
        ids = list(connection.execute(text(lock), {"now": _stored(engine, NOW), "n": amount}).scalars())
        if ids:
            claim_all = _CLAIM_ALL.format(ids=",".join(map(str, ids)))
            connection.execute(text(claim_all), {"until": _stored(engine, NOW + timedelta(minutes=2))})
    return ids


def claim(stage: Stage) -> None:
    """Claim as the worker does."""
    with stage.sessions() as session:
        leases = transact(session, lambda: claim_due(session, worker="bench", limit=AMOUNT, now=NOW))
    if len(leases) != AMOUNT:
        raise SystemExit("the claim did not take a hundred messages")


def bare_sending(engine: Engine, port: int, letters: list[Envelope]) -> None:
    """Send rendered mails on one connection: a claim for each batch, two commits for each mail."""
    waiting = iter(letters)
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        while ids := bare_claim(engine, BATCH):
            for number in ids:
                letter = next(waiting)
                _commit(engine, _MARK, number)
                smtp.sendmail(letter.sender, [letter.recipient], letter.content)
                _commit(engine, _CLOSE, number)


def _commit(engine: Engine, statement: str, number: int) -> None:
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        connection.execute(text(statement), {"id": number, "now": _stored(engine, NOW)})


def send(worker: Dispatcher) -> None:
    """Send as the worker does."""
    if worker.drain() != AMOUNT:
        raise SystemExit("the worker did not send a hundred messages")


def _letters(stage: Stage) -> list[Envelope]:
    with stage.sessions() as session:
        leases = transact(session, lambda: claim_due(session, worker="bench", limit=AMOUNT, now=NOW))
        batch = judge(session, leases, now=NOW)
    if len(batch.mails) != AMOUNT:
        raise SystemExit("there are not a hundred mails to render")
    office = Office(SENDER, batch.outlook.settings, STANDARD)
    return [write(each, office, NOW) for each in batch.mails]


def _dispatcher(stage: Stage, port: int) -> Dispatcher:
    courier = Courier(MailServer("127.0.0.1", port))
    return Dispatcher(stage.sessions, SettableClock(NOW), courier, SENDER, worker="bench")


@contextmanager
def sink() -> Iterator[int]:
    """Run the mail server in a process of its own; the value is its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise SystemExit("the sink has no output")
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
