"""The command line's composition root: ``practice serve``, ``practice db`` and what the features add."""

import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.orm import Session

from practice.accounts.commands import (
    CONSOLE,
    Email,
    Name,
    adopt,
    audit_commands,
    password_option,
    read_password,
    user_commands,
)
from practice.accounts.links import end_every_link
from practice.accounts.models import User
from practice.accounts.passwords import hash_new_password
from practice.accounts.sessions import end_every_session
from practice.accounts.tokens import end_every_token
from practice.accounts.users import STAFF_ROLES, UserDetails, add_user
from practice.app import create_app
from practice.backup.commands import back_up, require_key, restore, say_restored, telling, verify
from practice.clients.commands import key_commands
from practice.clients.sealing import require_keys
from practice.clinic.details import TherapistDetails, details_of
from practice.clinic.queries import get_therapist
from practice.clinic.service import change_therapist
from practice.config import InvalidSetting, Settings, from_environment
from practice.core.actor import Role
from practice.core.clock import system_clock
from practice.core.errors import PracticeError, Unavailable
from practice.core.failpoints import arm_from_environment
from practice.core.sealed_text import WrongKey
from practice.demo.running import NotOurDatabase, introduce, running_demo
from practice.demo.storage import Storage
from practice.drill.commands import default_processes, say, timed
from practice.drill.commands import drill as live_years
from practice.reminders.commands import mail_commands
from practice.reminders.heartbeat import pause_after_restore
from practice.reminders.returning import put_away, reports_in, take_bounce
from practice.scheduling.rezoning.commands import recompute
from practice.visits.notes.commands import note_commands
from practice.web.database import db as database
from practice.web.database import now, write
from practice.web.database import session as database_session
from practice.web.request_log import configure_logging
from practice.web.schema_state import SchemaMismatch, newest_revision, require_current, stored_revision
from practice.web.server import Server
from practice.worker import Worker, keeper_of, run_worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="practice")
def main() -> None:
    """Run and look after a practice. Settings come from PRACTICE_* environment variables; the README lists them."""


def read_settings() -> Settings:
    """Return this process's settings, or end it with the sentence that names the bad one."""
    try:
        settings = from_environment()
    except InvalidSetting as invalid:
        raise click.ClickException(str(invalid)) from invalid
    if settings.mode == "test":
        arm_from_environment()
    return settings


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the application of this process's settings, inside its context."""

    @wraps(command)
    def run(**options: Any) -> Any:
        app = create_app(read_settings())
        with app.app_context():
            try:
                return command(app, **options)
            except PracticeError as refused:
                raise click.ClickException(refused.sentence) from refused
            except Unavailable as busy:
                raise click.ClickException("The database is busy or out of reach. Nothing was changed.") from busy

    return run


@main.group("db")
def database_commands() -> None:
    """Bring the database's tables to what this release needs, or look where they stand."""


@database_commands.command("upgrade")
@with_app
def upgrade_database(_app: Flask) -> None:
    """Bring the tables to what this release needs.

    Safe to repeat and to interrupt: a migration that fails or is killed leaves everything as it was, and of two
    upgrades at once the second waits and finds nothing to do.
    """
    upgrade()
    click.echo(f"The database is at {newest_revision()}.")


@database_commands.command("check")
@with_app
def check_database(_app: Flask) -> None:
    """Say where the tables stand; exit code 1 unless this release can run on them."""
    _require_current_schema()
    click.echo(f"The database is at {newest_revision()}, as this release needs it.")


@database_commands.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="This drops tables and what is in them. Is there a verified backup?")
@with_app
def downgrade_database(_app: Flask, *, revision: str) -> None:
    """Take the tables back to REVISION (or ``base``); asks first, --yes answers."""
    downgrade(revision=revision)
    with database.engine.connect() as connection:
        click.echo(f"The database is at {stored_revision(connection) or 'base'}.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 lets the system choose."
)
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Requests served at once.")
@with_app
def serve(app: Flask, *, host: str, port: int, threads: int) -> None:
    """Serve the pages and the API.

    SIGTERM and Ctrl-C let the requests under way finish. Mail is sent by ``practice worker``, which runs beside it.
    """
    _require_ready()
    configure_logging()
    settings: Settings = app.extensions["settings"]
    try:
        server = Server(app, host=host, port=port, threads=threads, trusts_proxy=settings.proxy_hops > 0)
    except OSError as taken:
        raise click.ClickException(f"Cannot listen on {host}:{port}: {taken.strerror}.") from taken
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    click.echo(f"Serving on http://{host}:{server.port}", file=sys.stderr)
    server.run()


@main.command("worker")
@with_app
def work(app: Flask) -> None:
    """Send confirmations and reminders, plan calls and keep house; any number may run beside each other.

    SIGTERM and Ctrl-C let the mail under way finish.
    """
    _require_ready()
    configure_logging()
    known = app.extensions
    run_worker(Worker(known["sessions"], known["settings"], rules=known["booking_rules"]))


@user_commands.command("add")
@click.argument("email", type=Email())
@click.option("--name", required=True, type=Name(), help="As colleagues know the person.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in STAFF_ROLES]))
@click.option("--therapist", metavar="UID", help="The therapist whose diary is this person's own.")
@password_option
def add_staff(_app: Flask, *, email: str, name: str, role: str, therapist: str | None, password_stdin: bool) -> None:
    """Let EMAIL sign in; asks for the password."""
    stored = hash_new_password(read_password(from_stdin=password_stdin), email=email, name=name)

    def work(session: Session) -> User:
        details = UserDetails(email, name, Role(role))
        user = add_user(session, details=details, password_hash=stored, actor=CONSOLE, now=now())
        if therapist:
            _give_diary(session, therapist, user)
        return user

    write(work)
    click.echo(f"{email} can sign in as {role}.")


def _give_diary(session: Session, therapist_uid: str, user: User) -> None:
    row = get_therapist(session, therapist_uid)
    details = replace(details_of(TherapistDetails, row), user_id=user.id)
    change_therapist(session, therapist=row, details=details, version=None, actor=CONSOLE, now=now())


@main.command("tz-recompute")
@click.option("--apply", "is_applied", is_flag=True, help="Move them; without it they are only listed.")
@with_app
def recompute_zones(_app: Flask, *, is_applied: bool) -> None:
    """Bring coming visits to their promised wall time after a country changed its clocks (a newer tzdata).

    All of a location or none of it; exit code 1 when something is in the way.
    """
    if recompute(is_applied=is_applied):
        sys.exit(1)


@main.command("bounces")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_app
def take_bounces(_app: Flask, *, folder: Path) -> None:
    """Read the reports about mails that came back from FOLDER, a Maildir or a folder of mails.

    A mail that did not arrive becomes a task, an address that does not exist is written to no more. What was read
    goes to FOLDER/cur; what is no report stays where it is. Safe to repeat.
    """
    counts: dict[str, int] = {}
    for path, bounces in reports_in(folder):
        if bounces is None:
            counts["no report"] = counts.get("no report", 0) + 1
            continue
        for bounce in bounces:
            outcome = write(partial(take_bounce, bounce=bounce, now=now()))
            counts[outcome] = counts.get(outcome, 0) + 1
        put_away(folder, path)
    click.echo(", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "Nothing came back.")


@main.group("backup", invoke_without_command=True)
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="A file or folder; default PRACTICE_BACKUP_FOLDER."
)
@click.pass_context
def backup_commands(context: click.Context, *, target: Path | None) -> None:
    """Write everything that is committed now into an encrypted archive and prove it; work goes on meanwhile."""
    if context.invoked_subcommand is None:
        _take_backup(target=target)


@with_app
@telling
def _take_backup(app: Flask, *, target: Path | None) -> None:
    settings: Settings = app.extensions["settings"]
    if target is None and not settings.makes_backups:
        raise click.ClickException("PRACTICE_BACKUP_FOLDER is not set. Set it, or say where with --to.")
    require_key(settings)
    back_up(keeper_of(app.extensions["sessions"], settings, worker="console", clock=system_clock), target)


@backup_commands.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@with_app
@telling
def verify_backup(app: Flask, *, file: Path) -> None:
    """Read FILE to its last byte: sealed under our key, whole, each table as it was digested, the log unbroken."""
    verify(app.extensions["settings"], file)


@main.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--accept-broken-log", is_flag=True, help="Restore even if the log of events in it was tampered with.")
@with_app
@telling
def restore_backup(app: Flask, *, file: Path, accept_broken_log: bool) -> None:
    """Bring FILE back into an empty database; anything but an empty one is refused.

    Everybody must sign in again afterwards, scripts need new tokens, links in mails sent before have ended, and mail
    is paused until somebody has looked at what waits.
    """
    say_restored(restore(app, file, accepts_broken_log=accept_broken_log, after=_calm_down))


def _calm_down(session: Session) -> None:
    end_every_session(session, actor=CONSOLE, now=now())
    end_every_token(session, actor=CONSOLE, now=now())
    end_every_link(session, actor=CONSOLE, now=now())
    pause_after_restore(session, worker="restore", now=now())


adopt(main, user_commands, with_app)
adopt(main, audit_commands, with_app)
adopt(main, key_commands, with_app)
adopt(main, note_commands, with_app)
adopt(main, mail_commands, with_app)


@main.command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The next free one if taken."
)
@click.option("--data", default=".demo", show_default=True, type=click.Path(path_type=Path), help="Where it is kept.")
@click.option("--fresh", is_flag=True, help="Build it anew even if it was built today.")
@click.option("--database-url", help="A PostgreSQL database to use instead of a SQLite file; empty, or a demo's.")
def demo(*, port: int, data: Path, fresh: bool, database_url: str | None) -> None:
    """Open a fictional practice in one process: pages, worker and a mailbox to read.

    It is dated around today and built anew on another day. Nobody in it is real and no mail leaves this machine.
    """
    try:
        with running_demo(Storage(data, database_url), port=port, fresh=fresh, clock=system_clock, say=click.echo) as (
            server,
            settings,
        ):
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: server.stop())
            introduce(settings, click.echo)
            server.run()
    except (NotOurDatabase, OSError) as impossible:
        raise click.ClickException(str(impossible)) from impossible


@main.command()
@click.option("--years", default=1.0, show_default=True, type=click.FloatRange(0.02, 50), help="How long.")
@click.option("--clients", default=2000, show_default=True, type=click.IntRange(10, 100_000), help="How many people.")
@click.option("--seed", default=1, show_default=True, help="Another seed is another year; the same one the same.")
@click.option(
    "--processes", default=default_processes(), show_default=True, type=click.IntRange(1, 64), help="Clinics at once."
)
def drill(*, years: float, clients: int, seed: int, processes: int) -> None:
    """Simulate years of mail and count every promise about it that broke; exit code 1 if one did.

    A made-up clinic in two time zones books, moves, cancels, closes and edits on a virtual clock, over both changes of
    daylight saving, while mail servers fail and workers die. It uses temporary databases and the real outbox, worker
    and SMTP conversation with a server on this machine; no mail leaves it and no practice is touched.
    """
    days = max(7, round(years * 365))
    report, seconds = timed(lambda: live_years(days=days, clients=clients, seed=seed, processes=processes))
    say(report, seconds=seconds, tell=click.echo)
    if not report.is_kept:
        sys.exit(1)


def _require_current_schema() -> None:
    try:
        with database.engine.connect() as connection:
            require_current(connection)
    except SchemaMismatch as mismatch:
        raise click.ClickException(str(mismatch)) from mismatch


def _require_ready() -> None:
    _require_current_schema()
    try:
        require_keys(database_session())
    except WrongKey as wrong:
        raise click.ClickException(str(wrong)) from wrong
    database_session().close()
