"""Reads of series; each one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

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


class SeriesVisit(NamedTuple):
    """One visit in the list of its series, numbered from 1 in the order of the starts."""

    number: int
    uid: str
    local_start: datetime
    state: AppointmentState


def places_in_series(session: Session, series_ids: Collection[str]) -> dict[str, list[SeriesVisit]]:
    """Return the visits of several series as lists of a few words, by series; one statement."""
    found: dict[str, list[SeriesVisit]] = {}
    if not series_ids:
        return found
    rows = (
        select(Appointment.series_id, Appointment.uid, Appointment.local_start, Appointment.state)
        .where(Appointment.series_id.in_(series_ids), Appointment.state.not_in(NEVER_WAS))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    for series_id, uid, local_start, state in session.execute(rows):
        visits = found.setdefault(str(series_id), [])
        visits.append(SeriesVisit(len(visits) + 1, uid, local_start, AppointmentState(state)))
    return found


def find_series(session: Session, series_id: str) -> Series | None:
    """Return the rule of a series, None for visits that were only tied together."""
    return session.scalars(select(Series).where(Series.uid == series_id)).one_or_none()
