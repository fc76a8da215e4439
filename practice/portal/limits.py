"""What a client may do behind a link and the desk need not mind: inside the notice, only within the visit's day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from practice.clinic.queries import get_settings
from practice.core.errors import Refusal, WayOut
from practice.core.local_time import to_local, wall_time
from practice.scheduling.appointments.cancelling import is_late
from practice.scheduling.claiming.informing import InformedRule
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, Verb
from practice.scheduling.models import Appointment
from practice.scheduling.question import Question


@dataclass(frozen=True, slots=True)
class LateMove:
    """A client moves a visit inside its notice: the day on which it lies, and the notice in hours."""

    on: date
    notice_hours: int


def late_move(session: Session, question: Question) -> LateMove | None:
    """Return what a client's move is bound to; None for the desk, and while there is time."""
    if not question.by_link or question.moving_id is None:
        return None
    appointment = session.get_one(Appointment, question.moving_id)
    settings = get_settings(session, wall_time(question.asked_at, appointment.zone).date())
    if not is_late(appointment, settings, now=question.asked_at):
        return None
    notice = timedelta(minutes=settings.cancel_notice_minutes)
    return LateMove(to_local(appointment.starts_at, appointment.zone).date(), notice // timedelta(hours=1))


def only_within_its_day(request: BookingRequest, _facts: BookingFacts, late: LateMove | None) -> Iterable[Refusal]:
    """Refuse another day to a client who moves a visit inside its notice (desk.md 7)."""
    if late is None or request.verb is not Verb.RESCHEDULE or request.local_start.date() == late.on:
        return
    yield Refusal(
        "move_only_same_day",
        f"Less than {late.notice_hours} hours before it, the appointment can only move within its day.",
        ways_out=(WayOut("choose_time", "Times on the same day"), WayOut("call_us", "Call us")),
    )


PORTAL_RULE: InformedRule[LateMove | None] = InformedRule(late_move, only_within_its_day)
