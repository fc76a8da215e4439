"""A visit as clinical roles read it: everything recorded, the scores of its numbers and what its map says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.scheduling.models import Appointment
from practice.visits.activities import list_activities, words_of
from practice.visits.body_map import Branch, Painted, Prompt, branch_of, distal_level, prompts
from practice.visits.mapping import list_entries, painted_on
from practice.visits.measures import Timing
from practice.visits.measuring import list_measures, numbers_by_code
from practice.visits.models import BodyMapEntry, Measure, PreCheck, Visit, Vitals
from practice.visits.pre_check import Answers
from practice.visits.pre_checking import answers_of, find_pre_check
from practice.visits.scoring import score
from practice.visits.vital_signs import list_vitals


@dataclass(frozen=True, slots=True)
class ShownScore:
    """One score; ``prorated`` when a missing symptom was made up for."""

    code: str
    timing: Timing
    value: float
    prorated: bool


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """The answers that count, and since when."""

    at: datetime
    answers: Answers


@dataclass(frozen=True, slots=True)
class ShownActivity:
    """An activity in the client's own words."""

    uid: str
    number: int
    words: str
    is_ended: bool
    version: int


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """Everything recorded at a visit; rows that were corrected are among it, marked as not current."""

    visit: Visit
    appointment_uid: str
    pre_check: ShownAnswers | None
    vitals: list[Vitals]
    measures: list[Measure]
    scores: list[ShownScore]
    body_map: list[BodyMapEntry]
    distal_level: int | None
    branch: Branch
    prompts: list[Prompt]
    activities: list[ShownActivity]


def show_visit(session: Session, visit: Visit) -> ShownVisit:
    """Return a visit with a number of statements that does not depend on how much was recorded."""
    uid = session.execute(select(Appointment.uid).where(Appointment.id == visit.appointment_id)).scalar_one()
    measures = list(list_measures(session, {visit.id}, corrected=True))
    entries = list(list_entries(session, {visit.id}))
    painted = painted_on(entries)
    return ShownVisit(
        visit=visit,
        appointment_uid=uid,
        pre_check=_answers(session, find_pre_check(session, visit.id)),
        vitals=list(list_vitals(session, {visit.id}, corrected=True)),
        measures=measures,
        scores=scores_of(measures),
        body_map=entries,
        distal_level=distal_level(painted),
        branch=branch_of(painted),
        prompts=_prompts(painted, measures),
        activities=show_activities(session, visit.client_id),
    )


def scores_of(rows: list[Measure]) -> list[ShownScore]:
    """Return the scores that the numbers of one visit make."""
    return [
        ShownScore(code, timing, float(found.value), found.prorated)
        for timing in Timing
        for code, numbers in numbers_by_code(rows, timing).items()
        if (found := score(code, numbers)) is not None
    ]


def show_activities(session: Session, client_id: int) -> list[ShownActivity]:
    """Return a client's activities with their words; two statements."""
    rows = list_activities(session, client_id)
    words = words_of(session, rows)
    return [ShownActivity(row.uid, row.number, words[row.uid], row.retired_at is not None, row.version) for row in rows]


def _answers(session: Session, row: PreCheck | None) -> ShownAnswers | None:
    return None if row is None else ShownAnswers(row.recorded_at, answers_of(session, row))


def _prompts(painted: list[Painted], measures: list[Measure]) -> list[Prompt]:
    leg = numbers_by_code(measures).get("NPRS_LEG", {}).get("now")
    return prompts(painted, None if leg is None else int(leg))
