"""What the holder of a manage link sees: one visit as it stands now, nothing about why or how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.models import SignedLink
from practice.clinic.models import PracticeSettings, ServiceKind
from practice.clinic.queries import get_settings
from practice.core.actor import Actor, Role
from practice.core.errors import NotFound
from practice.core.local_time import to_local, wall_time
from practice.reminders.links import APPOINTMENT
from practice.safety.gate import Missing
from practice.scheduling.absences.holding import is_in_question, list_kept_times
from practice.scheduling.absences.kept_times import KeptTimes
from practice.scheduling.appointments.cancelling import CancelledBy, cancellation_fee, is_late
from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment

_CALLED_OFF = frozenset({AppointmentState.CANCELLED, AppointmentState.ENTERED_IN_ERROR})


class Standing(StrEnum):
    """What is true of the visit as far as its client can act on it."""

    COMING = "coming"
    CANCELLED = "cancelled"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that is kept for the client, as wall time with its zone."""

    uid: str
    at: datetime
    therapist_name: str


@dataclass(frozen=True, slots=True)
class ManagedVisit:
    """One visit with the rules that hold for it at this moment.

    One ``is_in_question`` was hit by an absence and not settled: calling it off is the practice's own doing.
    """

    appointment: Appointment
    settings: PracticeSettings
    standing: Standing
    fee_cents: int | None
    is_late: bool
    kept: KeptTimes | None = None
    is_in_question: bool = False

    @property
    def first_name(self) -> str:
        """Return how the client is greeted."""
        client = self.appointment.client
        return "" if client is None else client.preferred_name or client.first_name

    @property
    def local_start(self) -> datetime:
        """Return the wall time with its zone."""
        return to_local(self.appointment.starts_at, self.appointment.zone)

    @property
    def kept_until(self) -> datetime | None:
        """Return until when other times are kept, as wall time."""
        return to_local(self.kept.until, self.appointment.zone) if self.kept else None

    @property
    def choices(self) -> list[Choice]:
        """Return the times that are kept, as wall times."""
        times = self.kept.times if self.kept else ()
        return [Choice(time.uid, to_local(time.starts_at, time.zone), time.therapist_name) for time in times]

    @property
    def free_until(self) -> datetime:
        """Return until when cancelling is free, as wall time."""
        notice = timedelta(minutes=self.settings.cancel_notice_minutes)
        return to_local(self.appointment.starts_at - notice, self.appointment.zone)

    @property
    def is_by_phone(self) -> bool:
        """Return whether the therapist calls instead of the client coming."""
        return self.appointment.service.kind == ServiceKind.PHONE

    @property
    def is_tentative(self) -> bool:
        """Return whether something is still missing before the visit stands."""
        return self.appointment.state == AppointmentState.TENTATIVE

    @property
    def needs_form(self) -> bool:
        """Return whether the client can make it stand herself, by answering our questions."""
        return self.is_tentative and self.appointment.tentative_reason == Missing.FORMS


def get_visit(session: Session, *, link: SignedLink, actor: Actor, now: datetime) -> ManagedVisit:
    """Return the visit that a manage link opens; raises ``NotFound`` when it is gone or was never anybody's."""
    found = (
        select(Appointment)
        .where(Appointment.id == link.subject_id, Appointment.client_id.is_not(None))
        .options(*WITH_EVERYBODY)
        .execution_options(populate_existing=True)
    )
    appointment = session.execute(found).unique().scalar_one_or_none()
    is_of_link = actor.role is Role.LINK and link.subject_kind == APPOINTMENT
    if appointment is None or appointment.state == AppointmentState.HELD or not is_of_link:
        raise NotFound("This appointment does not exist any more. Please call us.")
    settings = get_settings(session, wall_time(now, appointment.zone).date())
    in_question = is_in_question(session, appointment.id)
    by = CancelledBy.CLINIC if in_question else CancelledBy.LINK
    return ManagedVisit(
        appointment,
        settings,
        _standing(appointment, now),
        cancellation_fee(appointment, settings, by=by, now=now),
        is_late(appointment, settings, now=now),
        list_kept_times(session, [appointment.id], now=now).get(appointment.id),
        in_question,
    )


def _standing(appointment: Appointment, now: datetime) -> Standing:
    if appointment.state in _CALLED_OFF:
        return Standing.CANCELLED
    if appointment.state in OPEN and appointment.starts_at > now:
        return Standing.COMING
    return Standing.OVER
