"""What each client was last told: written when a mail was accepted, or may have been."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from practice.reminders.facts import LastTold, Truth
from practice.reminders.models import Message, Told


def tells(truth: Truth, *, is_cancelled: bool) -> dict[str, object]:
    """Return what a mail says, as it is kept beside the message."""
    return {
        "starts_at": truth.starts_at.isoformat(),
        "zone": truth.zone,
        "location_id": truth.location_id,
        "therapist_name": truth.therapist_name,
        "is_cancelled": is_cancelled,
    }


def told_by(message: Message, *, at: datetime) -> LastTold:
    """Return what *message* told its client."""
    said: Mapping[str, object] = message.tells
    return LastTold(message.client_id, _truth(said), bool(said["is_cancelled"]), at, message.sequence)


def _truth(said: Mapping[str, object]) -> Truth:
    return Truth(
        datetime.fromisoformat(str(said["starts_at"])),
        str(said["zone"]),
        int(str(said["location_id"])),
        str(said["therapist_name"]),
    )


def to_json(told: LastTold) -> dict[str, object]:
    """Return what was told as JSON can keep it."""
    said = tells(told.truth, is_cancelled=told.is_cancelled)
    return {**said, "client_id": told.client_id, "at": told.at.isoformat(), "sequence": told.sequence}


def from_json(said: Mapping[str, object]) -> LastTold:
    """Return what :func:`to_json` kept."""
    at = datetime.fromisoformat(str(said["at"]))
    client_id, sequence = int(str(said["client_id"])), int(str(said["sequence"]))
    return LastTold(client_id, _truth(said), bool(said["is_cancelled"]), at, sequence)


def find_told(session: Session, appointment_id: int, client_id: int) -> LastTold | None:
    """Return what this client was last told of an appointment, as it is stored now."""
    told = session.get(Told, (appointment_id, client_id), populate_existing=True)
    return None if told is None else told_of(told)


def told_of(row: Told, client_id: int | None = None) -> LastTold:
    """Return a row as a value; *client_id* stands for the row's own where two records are one person."""
    truth = Truth(row.starts_at, row.zone, row.location_id, row.therapist_name)
    return LastTold(client_id or row.client_id, truth, row.is_cancelled, row.at, row.sequence, row.is_certain)


_TOLD: Table = Told.__table__  # type: ignore[assignment]  # declared classes have tables


_NAMES = [column.name for column in _TOLD.columns]
_KEY = ["appointment_id", "client_id"]


def _replacing(new: Any) -> Any:
    changed = {name: new.excluded[name] for name in _NAMES if name not in _KEY}
    return new.on_conflict_do_update(index_elements=_KEY, set_=changed)


def _upsert(insert: Any) -> Any:
    return _replacing(insert.values({name: bindparam(f"told_{name}") for name in _NAMES}))


_REMEMBER = {"postgresql": _upsert(postgresql.insert(_TOLD)), "sqlite": _upsert(sqlite.insert(_TOLD))}


def upsert_told(if_any: CTE) -> Any:
    """Return the statement (PostgreSQL) that stores :func:`told_values` if *if_any* yields a row."""
    values = [bindparam(f"told_{column.name}", type_=column.type) for column in _TOLD.columns]
    return _replacing(postgresql.insert(_TOLD).from_select(_NAMES, select(*values).select_from(if_any)))


def told_values(appointment_id: int, told: LastTold, sequence: int) -> dict[str, object]:
    """Return the row of what the client of an appointment now believes, as the statements here take it."""
    return {
        "told_appointment_id": appointment_id,
        "told_client_id": told.client_id,
        "told_starts_at": told.truth.starts_at,
        "told_zone": told.truth.zone,
        "told_location_id": told.truth.location_id,
        "told_therapist_name": told.truth.therapist_name,
        "told_is_cancelled": told.is_cancelled,
        "told_sequence": sequence,
        "told_at": told.at,
        "told_is_certain": told.is_certain,
    }


def remember(session: Session, appointment_id: int, told: LastTold, sequence: int) -> None:
    """Store what the client of an appointment now believes; one statement."""
    statement = _REMEMBER[session.get_bind().dialect.name]
    session.connection().execute(statement, told_values(appointment_id, told, sequence))
