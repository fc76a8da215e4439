"""Asking a client for the form that a visit needs: noted on the visit, so that the mail about it says what is true."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.scheduling.appointments.changing import change
from practice.scheduling.appointments.history import require_state
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment

ASK_FORM = "ask_form"


def ask_form(
    session: Session, *, appointment_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> Appointment:
    """Ask for the client's form, also when one is in force; each time anew. Raises ``WrongState``, ``StaleVersion``."""

    def alter(appointment: Appointment) -> None:
        require_state(appointment, OPEN, "asked a form for")
        appointment.form_asked_at = now

    return change(session, appointment_uid, ASK_FORM, alter, version=version, actor=actor, now=now)
