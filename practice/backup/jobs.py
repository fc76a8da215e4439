"""The attempt noted, made outside any transaction, and its outcome noted: by the worker each night, or by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session, sessionmaker

from practice.backup.errors import BackupRefused
from practice.backup.service import Outcome, claim_nightly_run, finish_run, start_run, watch_age
from practice.backup.taking import Backup, Source, take_backup
from practice.backup.vault import Vault
from practice.core.actor import SYSTEM, Actor
from practice.core.clock import Clock
from practice.core.transact import transact

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Keeper:
    """Takes backups of one database into one vault, in the name of one process."""

    sessions: sessionmaker[Session]
    source: Source
    vault: Vault
    worker: str
    clock: Clock

    def back_up_nightly(self) -> None:
        """Take the night's backup when it is due, drop the oldest, and see to it that a missing one is noticed."""
        run_id = self._write(lambda session: claim_nightly_run(session, worker=self.worker, now=self.clock()))
        if run_id is None:
            self._write(lambda session: watch_age(session, now=self.clock()))
            return
        try:
            self._attempt(run_id, None, SYSTEM)
        except BackupRefused as refused:
            log.warning("the backup failed", sentence=str(refused))

    def back_up_now(self, *, path: Path | None, actor: Actor) -> Backup:
        """Take a backup at once; raises :class:`BackupRefused`, which is noted too."""
        run_id = self._write(lambda session: start_run(session, worker=self.worker, now=self.clock()))
        return self._attempt(run_id, path, actor)

    def _attempt(self, run_id: int, path: Path | None, actor: Actor) -> Backup:
        try:
            backup = take_backup(self.source, self.vault, path=path, now=self.clock())
        except BackupRefused as refused:
            self._finish(run_id, Outcome(succeeded=False, sentence=str(refused)), actor)
            raise
        self._finish(run_id, _outcome_of(backup), actor)
        if path is None:
            self.vault.drop_oldest()
        return backup

    def _finish(self, run_id: int, outcome: Outcome, actor: Actor) -> None:
        self._write(lambda session: finish_run(session, run_id=run_id, outcome=outcome, actor=actor, now=self.clock()))

    def _write(self, work: Callable[[Session], T]) -> T:
        with self.sessions() as session:
            return transact(session, lambda: work(session))


def _outcome_of(backup: Backup) -> Outcome:
    fault = backup.contents.log_fault
    sentence = f"The log of events is not whole: {fault}" if fault else ""
    return Outcome(
        succeeded=True, sentence=sentence, archive=backup.path.name, bytes=backup.bytes, rows=backup.contents.rows
    )
