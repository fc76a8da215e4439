"""The last act of one member of staff on appointments, whole: what Ctrl-Z is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.scheduling.appointments.undoing import NOT_UNDONE
from practice.scheduling.models import Appointment, AppointmentChange

LOOKS_BACK = 2000
"""How many of the newest changes are looked through: days of a busy practice, and no more rows in its tenth year."""


@dataclass(frozen=True, slots=True)
class LastAct:
    """One act with every change that it made; the changes share their verb, their moment and their ``act_id``."""

    changes: Sequence[AppointmentChange]
    appointment_uid: str

    @property
    def verb(self) -> str:
        """Return what was done."""
        return self.changes[0].verb

    @property
    def at(self) -> datetime:
        """Return when it was done."""
        return self.changes[0].at

    @property
    def act_id(self) -> str | None:
        """Return what its changes share, None for an act on one appointment alone."""
        return self.changes[0].act_id

    @property
    def appointment_ids(self) -> set[int]:
        """Return the appointments that it changed."""
        return {change.appointment_id for change in self.changes}


def find_last_act(session: Session, *, actor: Actor) -> LastAct | None:
    """Return the latest act of *actor* that still stands, None when there was none lately; at most three statements."""
    newest = _standing(actor).where(AppointmentChange.id > _recent()).order_by(AppointmentChange.id.desc()).limit(1)
    change = session.scalars(newest).one_or_none()
    if change is None:
        return None
    changes = [change]
    if change.act_id is not None:
        same = _standing(actor).where(AppointmentChange.act_id == change.act_id, AppointmentChange.at == change.at)
        changes = list(session.scalars(same.order_by(AppointmentChange.id)))
    uid = session.execute(select(Appointment.uid).where(Appointment.id == changes[0].appointment_id)).scalar_one()
    return LastAct(changes, uid)


def _standing(actor: Actor) -> Select[AppointmentChange]:
    return select(AppointmentChange).where(
        AppointmentChange.actor_user_id == actor.user_id,
        AppointmentChange.undone_at.is_(None),
        AppointmentChange.verb.not_in(NOT_UNDONE),
    )


def _recent() -> ScalarSelect[int]:
    return select(func.coalesce(func.max(AppointmentChange.id), 0) - LOOKS_BACK).scalar_subquery()
