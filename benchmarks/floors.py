"""The floors: bare selects with the driver, and a bare Flask endpoint that carries the same session select as ours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import Engine, create_engine, select

from benchmarks import practice_50
from practice.accounts.models import ApiToken, User
from practice.accounts.secrets import fingerprint
from practice.clinic.models import Service, Therapist
from practice.core.engines import engine_options, install_listeners, normalise_url

LONGEST = timedelta(hours=12)
WINDOW = (
    datetime(2027, 1, 4, 5, tzinfo=UTC),
    datetime(2027, 2, 1, 5, tzinfo=UTC),
)


def bare_rows(engine: Engine, diaries: Sequence[int], begins: datetime, ends: datetime) -> int:
    """Select the time taken on some diaries with the driver alone; return how many rows came."""
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        if engine.dialect.name == "postgresql":
            condition, values = "= ANY(%s)", [list(diaries), begins - LONGEST, ends]
            mark = "%s"
        else:
            condition, mark = f"IN ({', '.join('?' for _ in diaries)})", "?"
            values = [*diaries, _text(begins - LONGEST), _text(ends)]
        cursor.execute(
            "SELECT diary_id, starts_at, ends_at FROM allocation "
            f"WHERE diary_id {condition} AND starts_at > {mark} AND starts_at < {mark}",
            values,
        )
        return len(cursor.fetchall())


def bare_events(engine: Engine, therapists: Sequence[int], begins: datetime, ends: datetime) -> int:
    """Select the appointments of some therapists with the driver alone; return how many rows came."""
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        if engine.dialect.name == "postgresql":
            condition, values = "= ANY(%s)", [list(therapists), begins - LONGEST, ends]
            mark = "%s"
        else:
            condition, mark = f"IN ({', '.join('?' for _ in therapists)})", "?"
            values = [*therapists, _text(begins - LONGEST), _text(ends)]
        cursor.execute(
            "SELECT uid, therapist_id, room_id, client_id, state, starts_at, ends_at FROM appointment "
            f"WHERE therapist_id {condition} AND starts_at > {mark} AND starts_at < {mark}",
            values,
        )
        return len(cursor.fetchall())


_WHO = (
    "SELECT t.id, t.last_used_at, u.id, u.uid, u.email, u.name, u.role FROM api_token t"
    " JOIN user_account u ON u.id = t.user_id WHERE t.token_hash = {} AND u.is_active"
)
_WHOSE_DIARY = "SELECT id FROM therapist WHERE user_id = {}"


def bare_session(engine: Engine, token: str) -> None:
    """Select who is asking with the driver alone, in a short transaction of its own as every signed-in route does."""
    mark = "%s" if engine.dialect.name == "postgresql" else "?"
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.execute(_WHO.format(mark), [fingerprint(token)])
        user_id = cursor.fetchone()[2]
        cursor.execute(_WHOSE_DIARY.format(mark), [user_id])
        cursor.fetchone()


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S.%f}"


def one_query_app(url: str) -> Flask:
    """Return bare Flask with SQLAlchemy Core: who is asking, one select by an index, a small JSON answer."""
    app = Flask("floor")
    normalised = normalise_url(url)
    engine = create_engine(normalised, **engine_options(normalised))
    install_listeners(engine)

    @app.get("/one")
    def one() -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        with engine.connect() as connection:
            connection.execute(
                select(ApiToken.id, ApiToken.last_used_at, User.id, User.uid, User.email, User.name, User.role)
                .join(User, User.id == ApiToken.user_id)
                .where(ApiToken.token_hash == fingerprint(token), User.is_active)
            ).one()
            connection.execute(select(Therapist.id).where(Therapist.user_id == 1)).one_or_none()
        with engine.connect() as connection:
            row = connection.execute(
                select(Service.uid, Service.name, Service.duration_minutes).where(
                    Service.uid == practice_50.uid_of("service", 1)
                )
            ).one()
        return jsonify(uid=row.uid, name=row.name, minutes=row.duration_minutes)

    return app
