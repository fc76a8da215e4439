"""Judging courses by what was recorded at their delivered visits; for one plan or for all, as many statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.progress import Definitions, Point, Progress, early_signal, verdict_at_checkpoint
from practice.treatment_plans.version_models import PlannedSession
from practice.visits.body_map import distal_level
from practice.visits.defining import read_definitions
from practice.visits.mapping import list_entries, painted_on
from practice.visits.measuring import list_measures, numbers_by_code
from practice.visits.models import BodyMapEntry, Measure, Visit
from practice.visits.scoring import score

UNDER_WAY = (AppointmentState.IN_PROGRESS, AppointmentState.COMPLETED)
"""A checkpoint is judged during its visit: what has begun counts as delivered."""


@dataclass(frozen=True, slots=True)
class Course:
    """The delivered visits of a plan with what was measured at each, and the definitions it is judged by."""

    visit_ids: Sequence[int]
    points: Sequence[Point]
    definitions: Definitions

    def at_checkpoint(self) -> Progress | None:
        """Return the verdict with the last visit as the checkpoint, None before the first visit."""
        return verdict_at_checkpoint(self.points, self.definitions) if self.points else None

    def tonight(self) -> Progress | None:
        """Return the early signal, None before the first visit."""
        return early_signal(self.points, self.definitions) if self.points else None


@dataclass(frozen=True, slots=True)
class _Delivered:
    plan_id: int
    visit_id: int
    begun_on: date


def read_courses(session: Session, plan_ids: Collection[int]) -> Mapping[int, Course]:
    """Return the courses of plans by id; four statements.

    A visit at which the client was not treated is none of them. A plan is judged by the definitions in force on the
    day of its first visit.
    """
    delivered = _delivered(session, plan_ids)
    visit_ids = [each.visit_id for each in delivered]
    measures: dict[int, list[Measure]] = {}
    for measure in list_measures(session, visit_ids):
        measures.setdefault(measure.visit_id, []).append(measure)
    maps: dict[int, list[BodyMapEntry]] = {}
    for entry in list_entries(session, visit_ids):
        maps.setdefault(entry.visit_id, []).append(entry)
    points = {each: point_of(measures.get(each, []), maps.get(each, [])) for each in visit_ids}
    book = read_definitions(session)
    found = {}
    for plan_id in plan_ids:
        own = [each for each in delivered if each.plan_id == plan_id]
        begun_on = own[0].begun_on if own else date.max
        ids = [each.visit_id for each in own]
        found[plan_id] = Course(ids, [points[each] for each in ids], book.on(begun_on))
    return found


def read_course(session: Session, plan: TreatmentPlan) -> Course:
    """Return the course of one plan; four statements."""
    return read_courses(session, {plan.id})[plan.id]


def point_of(measures: Sequence[Measure], entries: Sequence[BodyMapEntry]) -> Point:
    """Return what was measured at a visit before treatment; what was not measured stays out."""
    numbers = numbers_by_code(measures)
    scores = {code: found.value for code, each in numbers.items() if (found := score(code, each)) is not None}
    return Point(
        leg=_whole(scores.get("NPRS_LEG")),
        back=_whole(scores.get("NPRS_BACK")),
        distal_level=distal_level(painted_on(entries)),
        abilities=numbers.get("PSFS", {}),
        disability=None if "RMDQ" not in scores else float(scores["RMDQ"]),
        change=_whole(scores.get("GROC")),
        nerves=numbers.get("NEURO", {}),
    )


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _delivered(session: Session, plan_ids: Collection[int]) -> list[_Delivered]:
    rows = (
        select(PlannedSession.plan_id, Visit.id, Appointment.local_start)
        .join(Appointment, Appointment.id == PlannedSession.appointment_id)
        .join(Visit, (Visit.appointment_id == Appointment.id) & (Visit.client_id == Appointment.client_id))
        .where(PlannedSession.plan_id.in_(plan_ids), Appointment.state.in_(UNDER_WAY), Visit.not_treated_at.is_(None))
        .order_by(Appointment.starts_at)
    )
    return [_Delivered(row.plan_id, row.id, row.local_start.date()) for row in session.execute(rows)]
