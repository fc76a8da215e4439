"""The whole practice in one process: pages, worker and a local mailbox, over a database that is built when needed."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.models import User
from practice.app import create_app
from practice.config import Settings
from practice.core.clock import Clock
from practice.core.local_time import wall_time
from practice.demo.building import build
from practice.demo.mailbox import Mailbox, MailboxServer
from practice.demo.noting import SIGNING_PIN, give_signing_pins
from practice.demo.postman import Postman
from practice.demo.premises import PASSWORD, STAFF, ZONE
from practice.demo.storage import Storage
from practice.web.database import db
from practice.web.request_log import configure_logging
from practice.web.schema_state import newest_revision, stored_revision
from practice.web.server import Server
from practice.worker import Worker, run_in_background

THREADS = 8
NEXT_PORTS = 20

Say = Callable[[str], None]


class NotOurDatabase(RuntimeError):
    """The database that was given holds something else; the message says what to do."""


@contextmanager
def running_demo(
    storage: Storage, *, port: int, fresh: bool, clock: Clock, say: Say
) -> Iterator[tuple[Server, Settings]]:
    """Yield a server that is ready to run and its settings, with worker and mailbox beside it, and end both afterwards.

    Raises :class:`NotOurDatabase` for a given database that holds no demo, ``OSError`` when no port is free.
    """
    storage.prepare()
    with storage.log.open("a") as log, _mailbox(storage) as mail_port:
        configure_logging(log)
        # The address is part of every mail, so the port is found before anything is built.
        settings = storage.settings(port=free_port(port), smtp_port=mail_port)
        app = create_app(settings, clock=clock)
        with app.app_context():
            _bring_up(app, storage, fresh=fresh, clock=clock, say=say)
        server = Server(app, host="127.0.0.1", port=int(settings.base_url.rpartition(":")[2]), threads=THREADS)
        rules = app.extensions["booking_rules"]
        stop_worker = run_in_background(Worker(app.extensions["sessions"], settings, rules=rules, clock=clock))
        try:
            yield server, settings
        finally:
            stop_worker()
            with app.app_context():
                db.engine.dispose()


@contextmanager
def _mailbox(storage: Storage) -> Iterator[int]:
    server = MailboxServer(Mailbox(storage.mail))
    try:
        yield server.start()
    finally:
        server.stop()


def free_port(wanted: int) -> int:
    """Return *wanted* or one of the ports after it, whichever is free first; 0 leaves the choice to the system."""
    for port in range(wanted, wanted + NEXT_PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"none of the ports {wanted} to {wanted + NEXT_PORTS - 1} is free")


def _bring_up(app: Flask, storage: Storage, *, fresh: bool, clock: Clock, say: Say) -> None:
    now = clock()
    today = wall_time(now, ZONE).date()
    if not fresh and storage.is_built(today, newest_revision()):
        return
    say("Building the practice: its people, three weeks of diary and the mail. This takes a moment.")
    _clear(app.extensions["sessions"], storage)
    with _without_waiting_for_the_disk():
        upgrade()
        settings: Settings = app.extensions["settings"]
        with closing(Postman(app.extensions["sessions"], settings)) as postman:
            build(app.extensions["sessions"], rules=app.extensions["booking_rules"], now=now, postman=postman)
        give_signing_pins(app.extensions["sessions"], settings.secret_key, now=now)
    storage.note_built(today, newest_revision())


def _clear(sessions: sessionmaker[Session], storage: Storage) -> None:
    if storage.given_url is not None:
        _require_ours(sessions)
        downgrade(revision="base")
    db.engine.dispose()
    storage.forget()
    storage.mail.mkdir()


def _require_ours(sessions: sessionmaker[Session]) -> None:
    """Refuse to empty a database in which somebody works."""
    with db.engine.connect() as connection:
        if stored_revision(connection) is None:
            return
    with sessions() as session:
        emails = set(session.execute(select(User.email)).scalars())
    if emails - {each.email for each in STAFF}:
        raise NotOurDatabase("This database holds a practice that is not the demo. Give the address of an empty one.")


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    # A demo that is interrupted while it is built is built again, so nothing is lost by not waiting.
    if db.engine.dialect.name != "sqlite":
        yield
        return
    event.listen(db.engine, "connect", _stop_waiting)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", _stop_waiting)
        db.engine.dispose()


def _stop_waiting(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def introduce(settings: Settings, say: Say) -> None:
    """Say where the demo is and who may sign in."""
    say(f"\n  Harbourline Massage Therapy   {settings.base_url}")
    say(f"  The clients' mail             {settings.base_url}/demo/mail")
    say(f"  The API                       {settings.base_url}/api/v1/docs\n")
    for each in STAFF:
        say(f"  {each.role:<13} {each.email:<18} {PASSWORD}")
    say(f"\n  Therapists sign with {SIGNING_PIN}.")
    say("  Ctrl-C ends it.")
