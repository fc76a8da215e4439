"""Reads of linked visits; each one statement."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from practice.scheduling.claiming.loading import load_all
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.linking.errors import NotLinked
from practice.scheduling.models import Appointment

NEVER_WAS = (AppointmentState.HELD, AppointmentState.ENTERED_IN_ERROR)


def list_linked(session: Session, link_id: str | None) -> Sequence[Appointment]:
    """Return the visits that share a link in the order of their starts, cancelled ones included, everybody loaded.

    Raises :class:`NotLinked` for no link.
    """
    if link_id is None:
        raise NotLinked
    found = load_all(session, Appointment.link_id == link_id, Appointment.state.not_in(NEVER_WAS))
    return sorted(found, key=lambda each: (each.starts_at, each.id))
