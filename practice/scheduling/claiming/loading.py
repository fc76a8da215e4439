"""Appointments loaded to be changed, with everybody on whose diaries they lie."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
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


def load_several_for_change(session: Session, ids: Collection[int]) -> Sequence[Appointment]:
    """Return several appointments to be changed, as :func:`load_for_change` does one; raises ``StaleVersion``."""
    named = Appointment.id.in_(ids)
    seen = {diary_id for each in load_all(session, named) for diary_id in diaries_of(each)}
    lock_diaries(session, seen)
    appointments = load_all(session, named, is_locked=True)
    if any(not diaries_of(each) <= seen for each in appointments):
        raise changed_meanwhile()
    return appointments


def reread(session: Session, appointment: Appointment) -> None:
    """Lock the row and raise ``StaleVersion`` if it changed since it was loaded; its diaries are locked already."""
    version = session.scalar(select(Appointment.version).where(Appointment.id == appointment.id).with_for_update())
    if version != appointment.version:
        raise changed_meanwhile()


def load_all(session: Session, *conditions: ColumnElement[bool], is_locked: bool = False) -> Sequence[Appointment]:
    """Return the appointments that fulfil *conditions* as they are now, by id, their rows locked if asked."""
    statement = (
        select(Appointment)
        .where(*conditions)
        .order_by(Appointment.id)
        .options(*WITH_EVERYBODY)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement.with_for_update(of=Appointment) if is_locked else statement).all()


def reread_all(session: Session, appointments: Sequence[Appointment]) -> None:
    """Lock the rows and raise ``StaleVersion`` if any changed since it was loaded; one statement."""
    if not appointments:
        return
    rows = select(Appointment.id, Appointment.version).where(Appointment.id.in_([each.id for each in appointments]))
    found = {row.id: row.version for row in session.execute(rows.order_by(Appointment.id).with_for_update())}
    if found != {each.id: each.version for each in appointments}:
        raise changed_meanwhile()


def forget_everybody(session: Session, appointment: Appointment) -> None:
    """Forget whose names were loaded with an appointment, because it may be with others now; reading them raises."""
    session.expire(appointment, ["client", "therapist", "room", "location"])


def changed_meanwhile() -> StaleVersion:
    """Return the refusal of an act whose appointment somebody changed at the same moment."""
    return StaleVersion(
        "This was changed by somebody else at the same moment. Look at what is true now.", ways_out=(RELOAD,)
    )
