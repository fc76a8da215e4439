"""The database at the edges: one engine per process, one session per request, writes only through ``write``."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from flask import Flask, current_app, g
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import make_url
from sqlalchemy.orm import Session, sessionmaker

from practice.core.clock import Clock
from practice.core.db import Base
from practice.core.engines import engine_options, for_sessions, install_listeners, normalise_url
from practice.core.transact import BEFORE_COMMIT, BeforeCommit, transact

T = TypeVar("T")

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate(db=db, render_as_batch=True, compare_type=True)

_BESIDE_PACKAGE = Path(__file__).parents[2] / "migrations"
_INSIDE_PACKAGE = Path(__file__).parents[1] / "migrations"


def migrations_folder() -> Path:
    """Return the migrations: inside an installed package, beside it in a checkout."""
    return _INSIDE_PACKAGE if _INSIDE_PACKAGE.is_dir() else _BESIDE_PACKAGE


def init_database(app: Flask, url: str, *, clock: Clock, before_commit: BeforeCommit) -> None:
    """Bind *app* to the database at *url* and hang the audit log on its session factory."""
    normalised = normalise_url(url)
    app.config["SQLALCHEMY_DATABASE_URI"] = make_url(normalised)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(normalised)
    db.init_app(app)
    migrate.init_app(app, directory=str(migrations_folder()))
    with app.app_context():
        install_listeners(db.engine)
        app.extensions["sessions"] = sessionmaker(
            for_sessions(db.engine), expire_on_commit=False, info={BEFORE_COMMIT: before_commit}
        )
    app.extensions["clock"] = clock
    app.teardown_appcontext(_close)


def sessions() -> sessionmaker[Session]:
    """Return the factory of sessions that ``transact`` accepts."""
    factory: sessionmaker[Session] = current_app.extensions["sessions"]
    return factory


def session() -> Session:
    """Return the session of this request or command."""
    if "session" not in g:
        g.session = sessions()()
    opened: Session = g.session
    return opened


def write(work: Callable[[Session], T]) -> T:
    """Run *work* with this request's session as one transaction; reads made before it are closed first."""
    opened = session()
    opened.close()
    return transact(opened, lambda: work(opened))


def now() -> datetime:
    """Return the present instant from the injected clock; ask once per request and pass it down."""
    clock: Clock = current_app.extensions["clock"]
    return clock()


def _close(_error: BaseException | None) -> None:
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()
