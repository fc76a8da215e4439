"""What each client was last told: written when a mail was accepted, or may have been."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam
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
    truth = Truth(
        datetime.fromisoformat(str(said["starts_at"])),
        str(said["zone"]),
        int(str(said["location_id"])),
        str(said["therapist_name"]),
    )
    return LastTold(message.client_id, truth, bool(said["is_cancelled"]), at)


_TOLD: Table = Told.__table__  # type: ignore[assignment]  # declared classes have tables


def _upsert(insert: Any) -> Any:
    names = [column.name for column in _TOLD.columns]
    new = insert.values({name: bindparam(name) for name in names})
    changed = {name: new.excluded[name] for name in names if name != "appointment_id"}
    return new.on_conflict_do_update(index_elements=["appointment_id"], set_=changed)


_REMEMBER = {"postgresql": _upsert(postgresql.insert(_TOLD)), "sqlite": _upsert(sqlite.insert(_TOLD))}


def remember(session: Session, appointment_id: int, told: LastTold, sequence: int) -> None:
    """Store what the client of an appointment now believes; one statement."""
    values = {
        "appointment_id": appointment_id,
        "client_id": told.client_id,
        "starts_at": told.truth.starts_at,
        "zone": told.truth.zone,
        "location_id": told.truth.location_id,
        "therapist_name": told.truth.therapist_name,
        "is_cancelled": told.is_cancelled,
        "sequence": sequence,
        "at": told.at,
    }
    session.connection().execute(_REMEMBER[session.get_bind().dialect.name], values)
