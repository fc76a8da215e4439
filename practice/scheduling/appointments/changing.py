"""The shape of every act that changes how an appointment stands: lock, check, alter, write down."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.scheduling.appointments.history import Act, note, snapshot, tell
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.claiming.claim import release
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.claiming.loading import load_for_change, load_several_for_change
from practice.scheduling.claiming.versions import bump
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
    require_seen(session, appointment, version)
    _change(session, [appointment], Act(verb, reason=reason), alter, actor=actor, now=now)
    return appointment


def change_several(
    session: Session,
    appointment_ids: Collection[int],
    act: Act,
    alter: Callable[[Appointment], None],
    *,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Do as :func:`change` with several appointments under one lock of all their diaries: all of them or none."""
    appointments = load_several_for_change(session, appointment_ids)
    _change(session, appointments, act, alter, actor=actor, now=now)
    return list(appointments)


def _change(
    session: Session,
    appointments: Sequence[Appointment],
    act: Act,
    alter: Callable[[Appointment], None],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    ending: set[int] = set()
    touched: set[int] = set()
    for appointment in appointments:
        before = snapshot(appointment)
        alter(appointment)
        if snapshot(appointment) == before:
            continue
        tell(appointment)
        touched |= diaries_of(appointment)
        if appointment.state in FREES_TIME and before["state"] not in FREES_TIME:
            ending.add(appointment.id)
        note(session, appointment, act, before, actor=actor, now=now)
    if ending:
        release(session, ending, diary_ids=touched)
    if len(ending) < len(appointments):
        bump(session, touched)
