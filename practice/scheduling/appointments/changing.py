"""The shape of every act that changes how an appointment stands: lock, check, alter, write down."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import require_version
from practice.scheduling.appointments.history import note, snapshot, tell
from practice.scheduling.claiming.claim import bump, release
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.claiming.loading import load_for_change
from practice.scheduling.lifecycle import FREES_TIME
from practice.scheduling.models import Appointment


def change(
    session: Session,
    appointment_uid: str,
    verb: str,
    alter: Callable[[Appointment], None],
    *,
    version: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Let *alter* change how one appointment stands, give its time back when it ends there, and write it down.

    Raises ``NotFound``, ``StaleVersion`` and what *alter* raises. An *alter* that changes nothing leaves no trace.
    """
    appointment = load_for_change(session, appointment_uid)
    require_version(appointment.version, version)
    before = snapshot(appointment)
    alter(appointment)
    if snapshot(appointment) == before:
        return appointment
    tell(appointment)
    if appointment.state in FREES_TIME and before["state"] not in FREES_TIME:
        release(session, [appointment.id], diary_ids=diaries_of(appointment))
    else:
        bump(session, diaries_of(appointment))
    note(session, appointment, verb, before, actor=actor, now=now, reason=reason)
    return appointment
