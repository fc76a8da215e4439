"""Appointments loaded to be changed, with everybody on whose diaries they lie."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.core.errors import RELOAD, NotFound, StaleVersion
from practice.scheduling.claiming.claim import lock_diaries
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.models import Appointment

WITH_EVERYBODY = (
    joinedload(Appointment.client),
    joinedload(Appointment.service),
    joinedload(Appointment.therapist),
    joinedload(Appointment.room),
    joinedload(Appointment.location),
)


def load(session: Session, uid: str, *, is_locked: bool = False) -> Appointment:
    """Return one appointment as it is now, its row locked if asked; raises ``NotFound``."""
    statement = (
        select(Appointment)
        .where(Appointment.uid == uid)
        .options(*WITH_EVERYBODY)
        .execution_options(populate_existing=True)
    )
    if is_locked:
        statement = statement.with_for_update(of=Appointment)
    appointment = session.scalars(statement).one_or_none()
    if appointment is None:
        raise NotFound("There is no such appointment.")
    return appointment


def load_for_change(session: Session, uid: str) -> Appointment:
    """Return one appointment to be changed: its diaries are locked first, then its row.

    Always in this order, so that no two acts can wait for each other. Raises ``NotFound``, and ``StaleVersion``
    when it moved to other diaries at the same moment.
    """
    seen = diaries_of(load(session, uid))
    lock_diaries(session, seen)
    appointment = load(session, uid, is_locked=True)
    if not diaries_of(appointment) <= seen:
        raise changed_meanwhile()
    return appointment


def reread(session: Session, appointment: Appointment) -> None:
    """Lock the row and raise ``StaleVersion`` if it changed since it was loaded; its diaries are locked already."""
    version = session.scalar(select(Appointment.version).where(Appointment.id == appointment.id).with_for_update())
    if version != appointment.version:
        raise changed_meanwhile()


def forget_everybody(session: Session, appointment: Appointment) -> None:
    """Forget whose names were loaded with an appointment, because it may be with others now; reading them raises."""
    session.expire(appointment, ["client", "therapist", "room", "location"])


def changed_meanwhile() -> StaleVersion:
    """Return the refusal of an act whose appointment somebody changed at the same moment."""
    return StaleVersion(
        "This was changed by somebody else at the same moment. Look at what is true now.", ways_out=(RELOAD,)
    )
