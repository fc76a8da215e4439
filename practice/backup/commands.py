"""``practice backup`` and ``practice restore``: what a person does when the machine is gone, or might be."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from practice.accounts.commands import CONSOLE
from practice.audit.verification import verify_chain
from practice.backup.archive import Contents
from practice.backup.errors import BackupRefused, DamagedArchive
from practice.backup.jobs import Keeper
from practice.backup.restoring import Archive, load, require_empty
from practice.config import Settings
from practice.core.events import Event, record
from practice.web.database import db, now, session, write
from practice.web.schema_state import is_known, stored_revision

AfterRestore = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back."""

    contents: Contents
    events: int


def back_up(keeper: Keeper, target: Path | None) -> None:
    """Take a backup and say what it holds."""
    path = keeper.vault.path_at(keeper.clock()) if target is None else target
    if path.is_dir():
        path /= keeper.vault.path_at(keeper.clock()).name
    backup = keeper.back_up_now(path=None if target is None else path, actor=CONSOLE)
    click.echo(f"{backup.path}: {_words(backup.contents)}, {backup.bytes:,} bytes, read back and compared.")
    _warn_of_log(backup.contents)


def verify(settings: Settings, path: Path) -> None:
    """Read an archive to its last byte and say what it holds."""
    contents = archive_of(settings, path).check()
    for name, total in sorted(contents.tables.items()):
        click.echo(f"{name:<28} {total.rows:>10,}  {total.digest[:16]}")
    click.echo(f"Whole: {_words(contents)}, taken {contents.opening.taken_at:%Y-%m-%d %H:%M} UTC.")
    _warn_of_log(contents)


def restore(app: Flask, path: Path, *, accepts_broken_log: bool, after: AfterRestore) -> Restored:
    """Bring an archive back into an empty database and prove that all of it is there.

    The archive is read to its last byte before the first change. An older one is brought to this release's tables
    afterwards. Raises :class:`BackupRefused`; what was there before is then untouched.
    """
    archive = archive_of(app.extensions["settings"], path)
    contents = archive.check()
    if contents.log_fault and not accepts_broken_log:
        raise BackupRefused(
            f"The log of events in the archive is not whole: {contents.log_fault} PRACTICE_AUDIT_KEY may be another "
            "one than when it was written. --accept-broken-log restores it as it is."
        )
    _prepare_tables(contents.opening.revision)
    _load(archive, contents)
    upgrade()
    events = _verify_log(app, contents)
    write(lambda opened: _note(opened, contents, after))
    return Restored(contents, events)


def say_restored(restored: Restored) -> None:
    """Tell what is there again, and what to do next."""
    contents = restored.contents
    click.echo(f"Restored and compared: {_words(contents)}, as of {contents.opening.taken_at:%Y-%m-%d %H:%M} UTC.")
    click.echo(
        "Everybody must sign in again and scripts need new tokens, for those that were ended since had come back."
    )
    click.echo("Links in mails and addresses of calendars have ended likewise; the next mails carry new links.")
    click.echo("Mail is paused: look at what waits, then let it go out on the mail page.")


def archive_of(settings: Settings, path: Path) -> Archive:
    """Return the archive at *path* with the keys of this installation."""
    require_key(settings)
    return Archive(path, settings.backup_key, settings.audit_key)


def require_key(settings: Settings) -> None:
    """Raise :class:`BackupRefused` when this installation has no key for backups."""
    if not settings.backup_key:
        raise BackupRefused("PRACTICE_BACKUP_KEY is not set; without it no backup can be read or written.")


def telling(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let *command* end with the sentence of a backup that was refused."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except BackupRefused as refused:
            raise click.ClickException(str(refused)) from refused

    return run


def _prepare_tables(revision: str) -> None:
    if not is_known(revision):
        raise BackupRefused(f"The archive stands at {revision}, which this release does not know. Use a newer release.")
    with db.engine.connect() as connection:
        require_empty(connection)
        stored = stored_revision(connection)
    if stored not in {None, revision}:
        downgrade(revision="base")
    upgrade(revision=revision)


def _load(archive: Archive, contents: Contents) -> None:
    try:
        write(lambda opened: load(opened, archive, contents))
    except IntegrityError as broken:
        raise DamagedArchive("Rows in the archive do not fit together. Nothing was kept of it.") from broken


def _verify_log(app: Flask, contents: Contents) -> int:
    opened = session()
    opened.close()
    verdict = verify_chain(opened, key=app.extensions["settings"].audit_key)
    if verdict.fault is not None and contents.log_fault is None:
        raise DamagedArchive(f"After restoring, the log of events is not whole: {verdict.fault.sentence}")
    return verdict.events


def _note(opened: Session, contents: Contents, after: AfterRestore) -> None:
    after(opened)
    data = {"rows": contents.rows, "taken_at": contents.opening.taken_at.isoformat()}
    record(opened, Event("backup.restore", "backup", "restore", CONSOLE, now(), data))


def _words(contents: Contents) -> str:
    return f"{contents.rows:,} rows in {len(contents.tables)} tables"


def _warn_of_log(contents: Contents) -> None:
    if contents.log_fault:
        click.echo(f"The log of events in it is not whole: {contents.log_fault}", err=True)
