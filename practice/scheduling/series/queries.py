"""Reads of series; each one statement."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.series.models import Series

NEVER_WAS = (AppointmentState.HELD, AppointmentState.ENTERED_IN_ERROR)


def list_visits(session: Session, series_id: str) -> Sequence[Appointment]:
    """Return the visits of a series in the order of their starts, cancelled ones included, everybody loaded."""
    statement = (
        select(Appointment)
        .where(Appointment.series_id == series_id, Appointment.state.not_in(NEVER_WAS))
        .order_by(Appointment.starts_at, Appointment.id)
        .options(*WITH_EVERYBODY)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).all()


def find_series(session: Session, series_id: str) -> Series | None:
    """Return the rule of a series, None for visits that were only tied together."""
    return session.scalars(select(Series).where(Series.uid == series_id)).one_or_none()
