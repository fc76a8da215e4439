"""The worker's composition root: APScheduler only ticks, all truth is in the database, so any number may run.

The one process that opens connections to the mail server.
"""

import os
import signal
import socket
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.limits import forget_old_counters
from practice.accounts.sessions import forget_old_sessions
from practice.backup.jobs import Keeper
from practice.backup.taking import Source
from practice.backup.vault import Vault
from practice.config import Settings
from practice.core.clock import Clock, system_clock
from practice.core.transact import transact
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import Dispatcher
from practice.reminders.following import follow_changes
from practice.reminders.heartbeat import HOUSEKEEPING, OFFERING, SENDING, SWEEPING, beat
from practice.reminders.offers import reachable_by_mail
from practice.reminders.writing import sender_of
from practice.safety.watching import escalate_calls
from practice.scheduling.appointments.holding import drop_expired_holds
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.gating.sweeping import Sweep
from practice.scheduling.wait_list.rounds import OfferRound
from practice.tables import METADATA
from practice.treatment_plans.early_signals import note_signals
from practice.treatment_plans.uncovered import hold_uncovered
from practice.visits.notes.unsigned import remind_unsigned
from practice.web.idempotency import forget_old_keys

DISPATCH_SECONDS = 1
FOLLOW_SECONDS = 2
OFFER_SECONDS = 5
HOUSEKEEPING_SECONDS = 60
SWEEP_SECONDS = 3600
BACKUP_SECONDS = 60
_BEATS_EVERY = 10

log = structlog.get_logger()

_SCHEDULING = {
    "timezone": "UTC",
    # A late tick still runs, once: what is due is in the database, not in the tick.
    "job_defaults": {"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
}


class Worker:
    """The jobs of one worker process over the sessions of its application."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        settings: Settings,
        *,
        rules: BookingRules,
        clock: Clock = system_clock,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._name = f"{socket.gethostname()}:{os.getpid()}"[:80]
        self._ticks = self._offers = 0
        self._makes_backups = settings.makes_backups
        self._dispatcher = Dispatcher(
            sessions,
            clock,
            Courier(mail_server_of(settings)),
            sender_of(settings),
            worker=self._name,
        )
        self._round = OfferRound(sessions, clock, rules=rules, reach=self._reach)
        self._sweep = Sweep(sessions, clock)
        self._keeper = keeper_of(sessions, settings, worker=self._name, clock=clock)

    def dispatch(self) -> None:
        """Plan what changed and send what is due, until nothing more is accepted."""
        sent = self._dispatcher.drain()
        if sent or self._ticks % _BEATS_EVERY == 0:
            self._write(lambda session: beat(session, job=SENDING, worker=self._name, done=sent, now=self._clock()))
        self._ticks += 1

    def follow(self) -> None:
        """Follow what changed beside the appointments."""
        while self._write(lambda session: follow_changes(session, worker=self._name, now=self._clock())):
            continue

    def offer(self) -> None:
        """End offers that ran out, and offer every free time that suits somebody on the wait list."""
        self._round.run()
        if self._offers % _BEATS_EVERY == 0:
            self._beat(OFFERING)
        self._offers += 1

    def keep_house(self) -> None:
        """Forget what has ended, and let plans rest whose cover has: a clearance ends with a day, not with an act."""
        now = self._clock()
        self._write(partial(escalate_calls, now=now))
        for tidy in (drop_expired_holds, hold_uncovered, forget_old_counters, forget_old_sessions, forget_old_keys):
            self._write(partial(tidy, now=now))
        self._beat(HOUSEKEEPING)

    def sweep(self) -> None:
        """Judge anew what is booked, by what each client lacks now, and how courses go; remind of unsigned notes."""
        self._sweep.run()
        self._write(partial(remind_unsigned, now=self._clock()))
        after = 0
        while after := self._write(partial(note_signals, after=after, now=self._clock())):
            continue
        self._beat(SWEEPING)

    def back_up(self) -> None:
        """Take the night's backup when it is due and nobody else does."""
        self._keeper.back_up_nightly()

    def close(self) -> None:
        """Hang up."""
        self._dispatcher.close()

    def schedule(self, scheduler: BaseScheduler) -> BaseScheduler:
        """Hang the jobs on *scheduler*; the first ticks come at once."""
        now = self._clock()
        for job, seconds in (
            (self.follow, FOLLOW_SECONDS),
            (self.offer, OFFER_SECONDS),
            (self.dispatch, DISPATCH_SECONDS),
            (self.keep_house, HOUSEKEEPING_SECONDS),
            (self.sweep, SWEEP_SECONDS),
        ):
            scheduler.add_job(job, "interval", seconds=seconds, next_run_time=now)
        if self._makes_backups:
            scheduler.add_job(self.back_up, "interval", seconds=BACKUP_SECONDS, next_run_time=now)
        scheduler.add_listener(_on_error, EVENT_JOB_ERROR)
        return scheduler

    def _beat(self, job: str) -> None:
        self._write(partial(beat, job=job, worker=self._name, done=1, now=self._clock()))

    def _reach(self, session: Session, client_ids: Collection[int]) -> set[int]:
        return reachable_by_mail(session, client_ids, now=self._clock())

    def _write(self, work: Callable[[Session], Any]) -> Any:
        with self._sessions() as session:
            return transact(session, lambda: work(session))


def keeper_of(sessions: sessionmaker[Session], settings: Settings, *, worker: str, clock: Clock) -> Keeper:
    """Return what takes backups by the settings."""
    engine: Engine = sessions.kw["bind"]
    vault = Vault(Path(settings.backup_folder or "."), settings.backup_key, settings.backups_kept)
    return Keeper(sessions, Source(engine, METADATA, settings.audit_key), vault, worker, clock)


def mail_server_of(settings: Settings) -> MailServer:
    """Return the mail server that the settings name."""
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password,
        settings.mail_domain,
    )


def run_worker(worker: Worker) -> None:
    """Run until SIGTERM or Ctrl-C, let the job under way finish, then return."""
    scheduler = worker.schedule(BlockingScheduler(**_SCHEDULING))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.shutdown())
    log.info("worker started")
    scheduler.start()
    worker.close()
    log.info("worker stopped")


def run_in_background(worker: Worker) -> Callable[[], None]:
    """Start the jobs beside a web server in one process (demo); return what stops them."""
    scheduler = worker.schedule(BackgroundScheduler(daemon=True, **_SCHEDULING))
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown()
        worker.close()

    return stop


def _on_error(event: JobExecutionEvent) -> None:
    log.error("a job failed", job=event.job_id, kind=type(event.exception).__name__, exc_info=event.exception)
