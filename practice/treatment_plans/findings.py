"""What was found at the delivered visits of one plan, as it was recorded: for its page, its letters and its charts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.treatment_plans.judging import UNDER_WAY, Course, point_of
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.progress import Definitions, Point
from practice.treatment_plans.version_models import LostBooking, PlannedSession
from practice.visits.activities import list_activities, words_of
from practice.visits.body_map import Painted
from practice.visits.defining import read_definitions
from practice.visits.mapping import list_entries, painted_on
from practice.visits.measures import Timing
from practice.visits.measuring import list_measures, numbers_by_code
from practice.visits.models import BodyMapEntry, Measure, Visit, Vitals
from practice.visits.scoring import score
from practice.visits.vital_signs import list_vitals, reading_of
from practice.visits.vitals import Reading

Scores = Mapping[str, float]
T = TypeVar("T", Measure, BodyMapEntry, Vitals)
MISSED = (AppointmentState.NO_SHOW, AppointmentState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One delivered visit by the number of its session; scores by code, abilities by the part that names them."""

    visit_id: int
    number: int
    version_id: int
    on: date
    before: Scores
    after: Scores
    abilities: Mapping[str, float]
    painted: Sequence[Painted]
    vitals_before: Reading | None
    vitals_after: Reading | None
    point: Point


@dataclass(frozen=True, slots=True)
class Findings:
    """The delivered visits of a plan in order, by what they are judged, and how the client calls her activities."""

    visits: Sequence[Found]
    definitions: Definitions
    activities: Mapping[str, str]

    @property
    def course(self) -> Course:
        """Return the same visits as they are judged."""
        return Course([each.visit_id for each in self.visits], [each.point for each in self.visits], self.definitions)


@dataclass(frozen=True, slots=True)
class Missed:
    """An earlier appointment of a session that did not take place."""

    number: int
    local_start: datetime
    is_no_show: bool


@dataclass(frozen=True, slots=True)
class _Read:
    measures: Mapping[int, Sequence[Measure]]
    maps: Mapping[int, Sequence[BodyMapEntry]]
    vitals: Mapping[int, Sequence[Vitals]]


def read_findings(session: Session, plan: TreatmentPlan) -> Findings:
    """Return what was found, with seven statements however many visits there were.

    A visit under way counts, one without treatment does not. Charts and verdicts use the definitions in force on the
    day of the first visit (clinical.md 3).
    """
    rows = session.execute(_visits_of(plan.id)).all()
    ids = [row.id for row in rows]
    read = _Read(
        _by_visit(list_measures(session, ids)),
        _by_visit(list_entries(session, ids)),
        _by_visit(list_vitals(session, ids)),
    )
    visits = [_found(row, read) for row in rows]
    begun_on = visits[0].on if visits else date.max
    return Findings(visits, read_definitions(session).on(begun_on), _activities(session, plan.client_id))


def list_missed(session: Session, plan_id: int) -> Sequence[Missed]:
    """Return the earlier appointments of a plan's sessions that did not take place, in order; one statement."""
    wanted = (
        select(PlannedSession.number, Appointment.local_start, Appointment.state)
        .join(LostBooking, LostBooking.planned_session_id == PlannedSession.id)
        .join(Appointment, Appointment.id == LostBooking.appointment_id)
        .where(PlannedSession.plan_id == plan_id, Appointment.state.in_(MISSED))
        .order_by(Appointment.starts_at)
    )
    return [
        Missed(row.number, row.local_start, row.state == AppointmentState.NO_SHOW) for row in session.execute(wanted)
    ]


def _visits_of(plan_id: int) -> Any:
    return (
        select(Visit.id, PlannedSession.number, PlannedSession.version_id, Appointment.local_start)
        .join(Appointment, Appointment.id == Visit.appointment_id)
        .join(PlannedSession, PlannedSession.appointment_id == Appointment.id)
        .where(
            PlannedSession.plan_id == plan_id,
            Visit.client_id == Appointment.client_id,
            Appointment.state.in_(UNDER_WAY),
            Visit.not_treated_at.is_(None),
        )
        .order_by(Appointment.starts_at)
    )


def _by_visit(rows: Collection[T]) -> Mapping[int, Sequence[T]]:
    found: dict[int, list[T]] = {}
    for row in rows:
        found.setdefault(row.visit_id, []).append(row)
    return found


def _found(row: Any, read: _Read) -> Found:
    measures, entries = read.measures.get(row.id, ()), read.maps.get(row.id, ())
    vitals = read.vitals.get(row.id, ())
    return Found(
        visit_id=row.id,
        number=row.number,
        version_id=row.version_id,
        on=row.local_start.date(),
        before=_scores(measures, Timing.PRE),
        after=_scores(measures, Timing.POST),
        abilities=numbers_by_code(measures).get("PSFS", {}),
        painted=painted_on(entries),
        vitals_before=_reading(vitals, Timing.PRE),
        vitals_after=_reading(vitals, Timing.POST),
        point=point_of(measures, entries),
    )


def _scores(rows: Sequence[Measure], timing: Timing) -> Scores:
    numbers = numbers_by_code(rows, timing)
    return {code: float(found.value) for code, each in numbers.items() if (found := score(code, each)) is not None}


def _reading(rows: Sequence[Vitals], timing: Timing) -> Reading | None:
    """Return the last reading of a time: measured again, the first one was not believed."""
    return next((reading_of(row) for row in reversed(rows) if row.timing == timing), None)


def _activities(session: Session, client_id: int) -> Mapping[str, str]:
    rows = list_activities(session, client_id)
    words = words_of(session, rows)
    return {f"activity_{row.number}": words[row.uid] for row in rows}
