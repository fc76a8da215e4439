"""Times that were freed by stopping a course: nobody else is offered them before the client knows (desk.md 2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clinic.models import StaffTask
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.local_days import ceil_minute, floor_minute
from practice.scheduling.models import Appointment, AppointmentChange
from practice.scheduling.question import Span
from practice.scheduling.telling import TELL_STOPPED, stopped_key
from practice.scheduling.wait_list.fitting import Opening

_ACT = func.substr(StaffTask.dedupe_key, len(stopped_key("")) + 1)
"""The act of which a task tells: read from its key, so that the changes are found by their index."""


def read_untold(session: Session, *, now: datetime) -> Mapping[int, Sequence[Span]]:
    """Return by therapist the times of stopped visits whose clients are still to be told; one statement."""
    rows = (
        select(Appointment.therapist_id, Appointment.starts_at, Appointment.ends_at)
        .join(AppointmentChange, AppointmentChange.appointment_id == Appointment.id)
        .join(StaffTask, AppointmentChange.act_id == _ACT)
        .where(
            StaffTask.kind == TELL_STOPPED,
            StaffTask.state == "open",
            Appointment.state == AppointmentState.CANCELLED,
            Appointment.ends_at > now,
        )
    )
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for therapist_id, starts_at, ends_at in session.execute(rows):
        found[therapist_id].append(Span(floor_minute(starts_at), ceil_minute(ends_at)))
    return found


def without_untold(openings: Iterable[Opening], untold: Mapping[int, Sequence[Span]]) -> Iterator[Opening]:
    """Yield the openings that may be offered, each with the therapists whose time may be."""
    for opening in openings:
        free = tuple(each for each in opening.therapist_ids if not _is_untold(opening.treatment, untold.get(each, ())))
        if free:
            yield opening._replace(therapist_ids=free)


def _is_untold(treatment: Span, spans: Sequence[Span]) -> bool:
    return any(span.begins < treatment.ends and treatment.begins < span.ends for span in spans)
