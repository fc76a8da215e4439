"""Calling an appointment off: a coded reason, by whom, late or not, and the fee that is proposed for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

from practice.clinic.models import PracticeSettings
from practice.clinic.queries import get_settings
from practice.core.actor import Actor
from practice.core.local_time import wall_time
from practice.scheduling.appointments.changing import change
from practice.scheduling.appointments.history import step
from practice.scheduling.errors import ReasonNeeded, WrongState
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment

State = AppointmentState


class CancelledBy(StrEnum):
    """Who called it off."""

    CLIENT = "client"
    CLINIC = "clinic"
    LINK = "link"


CANCEL_REASONS = {
    "ill": "Ill",
    "work": "Work",
    "travel": "Travel",
    "family": "Family",
    "cost": "Cost",
    "better_time": "Found another time",
    "therapist_ill": "Therapist ill",
    "therapist_away": "Therapist away",
    "clinic_closed": "Clinic closed",
    "booked_by_mistake": "Booked by mistake",
    "therapist_asked": "The therapist asked for it",
    "not_said": "Not said",
    "other": "Other",
}
"""Codes and their words at the desk."""

CLINICS_OWN = frozenset({"therapist_ill", "therapist_away", "clinic_closed", "booked_by_mistake", "therapist_asked"})
"""Reasons that lie with the practice: no fee, whatever the notice."""


@dataclass(frozen=True, slots=True)
class CallingOff:
    """Why and by whom something is called off, and whether the client is told.

    A reason that lies with the practice makes it the practice's own act, whoever is named.
    """

    reason: str
    by: CancelledBy
    comment: str = ""
    tell_client: bool = True

    @property
    def caller(self) -> CancelledBy:
        """Return with whom the calling off lies."""
        return CancelledBy.CLINIC if self.reason in CLINICS_OWN else self.by


def cancel(
    session: Session,
    *,
    appointment_uid: str,
    reason: str,
    by: CancelledBy,
    comment: str = "",
    tell_client: bool = True,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Call an appointment off and give its time back.

    It is late when less than the practice's notice is left; then the practice's fee is *proposed* to the desk,
    unless the clinic itself called off. Raises :class:`ReasonNeeded`, ``WrongState`` and ``StaleVersion``.
    """
    alter = called_off(session, CallingOff(reason, by, comment, tell_client), now=now)
    return change(session, appointment_uid, "cancel", alter, version=version, reason=comment, actor=actor, now=now)


def called_off(session: Session, why: CallingOff, *, now: datetime) -> Callable[[Appointment], None]:
    """Return what cancelling alters about an appointment; raises :class:`ReasonNeeded` for an unknown reason."""
    if why.reason not in CANCEL_REASONS:
        raise ReasonNeeded("Choose why the appointment is cancelled.")
    policies: dict[date, PracticeSettings] = {}

    def alter(appointment: Appointment) -> None:
        step(appointment, State.CANCELLED, "cancelled")
        today = wall_time(now, appointment.zone).date()
        policy = policies.get(today) or policies.setdefault(today, get_settings(session, today))
        appointment.cancelled_at, appointment.cancelled_by, appointment.cancel_reason = now, why.caller, why.reason
        appointment.cancelled_late = is_late(appointment, policy, now=now)
        appointment.fee_proposed_cents = cancellation_fee(appointment, policy, by=why.caller, now=now)
        appointment.tell_client = why.tell_client
        appointment.sequence += 1

    return alter


def is_late(appointment: Appointment, policy: PracticeSettings, *, now: datetime) -> bool:
    """Return whether less than the practice's notice is left before the start."""
    return appointment.starts_at - now < timedelta(minutes=policy.cancel_notice_minutes)


def cancellation_fee(
    appointment: Appointment, policy: PracticeSettings, *, by: CancelledBy, now: datetime
) -> int | None:
    """Return the fee in cents that cancelling now would propose, None for none; asked before the button, too."""
    if by is CancelledBy.CLINIC or not is_late(appointment, policy, now=now):
        return None
    return percent_of(appointment.price_cents, policy.late_cancel_fee_percent) or None


def no_show_fee(price_cents: int, policy: PracticeSettings) -> int | None:
    """Return the fee in cents that a no-show proposes, None for none; asked before the button, too."""
    return percent_of(price_cents, policy.no_show_fee_percent) or None


def percent_of(cents: int, percent: int) -> int:
    """Return a share of an amount in cents, half a cent rounded up."""
    return int((Decimal(cents) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def waive_fee(
    session: Session,
    *,
    appointment_uid: str,
    reason: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Let the proposed fee go, with a reason of at most 120 characters.

    Raises :class:`ReasonNeeded`, ``WrongState`` when no fee is proposed, and ``StaleVersion``.
    """
    if not reason:
        raise ReasonNeeded("Say why the fee is waived.")

    def alter(appointment: Appointment) -> None:
        if appointment.fee_proposed_cents is None:
            raise WrongState("No fee is proposed for this appointment.", state=str(appointment.state))
        appointment.fee_waived_reason = reason[:120]

    return change(session, appointment_uid, "waive_fee", alter, version=version, reason=reason, actor=actor, now=now)
