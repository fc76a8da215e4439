"""What happens on the day: confirm, arrive, start, complete, no-show; and taking back what never was."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.queries import get_settings
from practice.core.actor import Actor
from practice.core.errors import WayOut
from practice.core.local_time import spoken_day, wall_time
from practice.scheduling.appointments.cancelling import no_show_fee
from practice.scheduling.appointments.changing import change
from practice.scheduling.appointments.history import require_state, step
from practice.scheduling.errors import ReasonNeeded, TooEarly
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment

State = AppointmentState


def confirm(
    session: Session, *, appointment_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> Appointment:
    """Note that the client will come; saying it again changes nothing. Raises ``WrongState``, ``StaleVersion``."""

    def alter(appointment: Appointment) -> None:
        require_state(appointment, OPEN, "confirmed")
        appointment.confirmed_at = appointment.confirmed_at or now

    return change(session, appointment_uid, "confirm", alter, version=version, actor=actor, now=now)


def arrive(
    session: Session, *, appointment_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> Appointment:
    """Mark the client as here. Raises :class:`TooEarly` before the day, ``WrongState`` and ``StaleVersion``."""

    def alter(appointment: Appointment) -> None:
        if wall_time(now, appointment.zone).date() < appointment.local_start.date():
            raise TooEarly(
                f"This appointment is on {spoken_day(appointment.local_start)}. Move it if the client is here today.",
                ways_out=(WayOut("reschedule", "Move it to now"),),
            )
        step(appointment, State.ARRIVED, "marked as arrived")
        appointment.arrived_at = now

    return change(session, appointment_uid, "arrive", alter, version=version, actor=actor, now=now)


def complete(
    session: Session,
    *,
    appointment_uid: str,
    ended_at: datetime | None = None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """End the treatment, now unless another instant is given. Raises ``WrongState`` and ``StaleVersion``."""

    def alter(appointment: Appointment) -> None:
        step(appointment, State.COMPLETED, "completed")
        appointment.ended_at = ended_at or now

    return change(session, appointment_uid, "complete", alter, version=version, actor=actor, now=now)


def mark_no_show(
    session: Session,
    *,
    appointment_uid: str,
    charge_fee: bool,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Note that the client did not come, and whether the practice's fee is proposed; the time becomes free.

    Raises :class:`TooEarly` before the start, ``WrongState`` and ``StaleVersion``.
    """

    def alter(appointment: Appointment) -> None:
        if now < appointment.starts_at:
            raise TooEarly(
                "The appointment has not begun, so the client may still come. Cancel it if she will not.",
                ways_out=(WayOut("cancel", "Cancel it"),),
            )
        step(appointment, State.NO_SHOW, "marked as a no-show")
        policy = get_settings(session, wall_time(now, appointment.zone).date())
        appointment.fee_proposed_cents = no_show_fee(appointment.price_cents, policy) if charge_fee else None

    return change(session, appointment_uid, "no_show", alter, version=version, actor=actor, now=now)


def mark_entered_in_error(
    session: Session,
    *,
    appointment_uid: str,
    reason: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Say that this appointment never was; it stays in the history, its time becomes free.

    Raises :class:`ReasonNeeded`, ``WrongState`` and ``StaleVersion``.
    """
    if not reason:
        raise ReasonNeeded("Say why this entry is wrong.")

    def alter(appointment: Appointment) -> None:
        step(appointment, State.ENTERED_IN_ERROR, "marked as entered in error")
        appointment.sequence += 1

    return change(
        session, appointment_uid, "entered_in_error", alter, version=version, reason=reason, actor=actor, now=now
    )
