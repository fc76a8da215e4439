"""The caseload as a board: each open plan once, in the column that says what it needs, the most urgent first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.events import Event, record
from practice.desk.charts.panels import SPARK, Series, Sessions, Sheet, Wanted, sheet
from practice.desk.plans.saying import VERDICT_TONES, VERDICT_WORDS
from practice.safety.queries import ending_clearances
from practice.treatment_plans.board import Column, Standing, column_of, next_check, urgency
from practice.treatment_plans.cadences import list_paces
from practice.treatment_plans.caseload import CaseLine, list_caseload
from practice.treatment_plans.judging import Course, read_courses
from practice.treatment_plans.lifecycles import VersionState
from practice.treatment_plans.models import Reassessment
from practice.treatment_plans.progress import BACK, LEG, Progress, primary_of
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import checkpoints_of

CLEARANCE_ENDS_WITHIN = timedelta(days=14)
SPARK_HEIGHT = 26

COLUMN_WORDS: Mapping[Column, tuple[str, str, str]] = {
    Column.WORSENING: ("Worsening", "call today", "bad"),
    Column.WAITING: ("Waiting", "for a clearance, or on hold", "warn"),
    Column.CHECK_DUE: ("Re-assessment due", "judge before going on", "warn"),
    Column.BEHIND: ("Behind", "the rhythm of the plan", "warn"),
    Column.NEARLY_DONE: ("Nearly done", "two sessions or fewer", "ok"),
    Column.ON_COURSE: ("On course", "", "brand"),
    Column.DRAFT: ("Being written", "", ""),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One card of the board; ``spark`` is the leading pain at each visit, before treatment."""

    line: CaseLine
    standing: Standing
    verdict: str
    tone: str
    spark: Sheet | None
    spark_words: str
    cleared_until: date | None


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One column with its cards."""

    code: Column
    title: str
    note: str
    tone: str
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Board:
    """The columns that have cards, and the names of the others."""

    columns: Sequence[BoardColumn]
    empty: Sequence[str]
    today: date
    plans: int


def board(session: Session, *, therapist_id: int | None, actor: Actor, now: datetime) -> Board:
    """Return the open plans on their board and log whose charts it shows; a constant number of statements."""
    today = practice_today(session, now)
    lines = list_caseload(session, therapist_id=therapist_id)
    cases = _cases(session, lines, today, actor=actor, now=now)
    shown = sorted({line.client_uid for line in lines})
    record(session, Event("chart.read", "caseload", today.isoformat(), actor, now, {"clients": shown}))
    by_column = {column: [case for case in cases if column_of(case.standing) is column] for column in Column}
    return Board(
        [
            BoardColumn(column, *COLUMN_WORDS[column], sorted(found, key=lambda case: urgency(case.standing)))
            for column, found in by_column.items()
            if found
        ],
        [COLUMN_WORDS[column][0].lower() for column, found in by_column.items() if not found],
        today,
        len(lines),
    )


def _cases(session: Session, lines: Sequence[CaseLine], today: date, *, actor: Actor, now: datetime) -> Sequence[Case]:
    ids = [line.id for line in lines]
    courses, checks = read_courses(session, ids), _next_checks(session, ids)
    paces = {pace.plan_uid: pace.cadence for pace in list_paces(session, actor=actor, now=now)}
    ends = ending_clearances(session, {line.client_id for line in lines}, today, today + CLEARANCE_ENDS_WITHIN)
    cases = []
    for line in lines:
        progress, cadence = courses[line.id].tonight(), paces.get(line.uid)
        standing = Standing(
            state=line.state,
            sessions=line.sessions,
            delivered=line.delivered,
            last_number=line.last_number,
            check_after=checks.get(line.id),
            days_behind=0 if cadence is None else cadence.days,
            is_lapsing=cadence is not None and cadence.is_lapsing,
            verdict=None if progress is None else progress.verdict,
            next_on=None if line.next_at is None else line.next_at.date(),
        )
        cases.append(_case(line, standing, courses[line.id], progress, ends.get(line.client_id)))
    return cases


def _case(
    line: CaseLine, standing: Standing, course: Course, progress: Progress | None, cleared_until: date | None
) -> Case:
    verdict = "" if progress is None else VERDICT_WORDS[progress.verdict]
    tone = "" if progress is None else VERDICT_TONES[progress.verdict]
    drawn, words = _spark(course)
    return Case(line, standing, verdict, tone, drawn, words, cleared_until)


def _spark(course: Course) -> tuple[Sheet | None, str]:
    """Return the leading pain at each visit as a small line, and its first and latest value in words."""
    if not course.points:
        return None, ""
    code = primary_of(course.points[0])
    pains = {LEG: [point.leg for point in course.points], BACK: [point.back for point in course.points]}[code]
    values = {place: float(pain) for place, pain in enumerate(pains) if pain is not None}
    if not values:
        return None, ""
    first, latest = values[min(values)], values[max(values)]
    wanted = Wanted("", course.definitions[code], [Series("is-before", "", values)], first, SPARK_HEIGHT)
    drawn = sheet([wanted], Sessions([str(place) for place in range(len(pains))]), SPARK)
    return drawn, f"{'leg' if code == LEG else 'back'} pain {first:g} → {latest:g}"


def _next_checks(session: Session, plan_ids: Collection[int]) -> dict[int, int]:
    """Return after which session each plan in force is judged next; one statement."""
    judged = select(Reassessment.plan_id, func.max(Reassessment.after_number).label("after"))
    last = judged.where(Reassessment.plan_id.in_(plan_ids)).group_by(Reassessment.plan_id).subquery()
    wanted = (
        select(PlanVersion, func.coalesce(last.c.after, 0))
        .outerjoin(last, last.c.plan_id == PlanVersion.plan_id)
        .where(PlanVersion.plan_id.in_(plan_ids), PlanVersion.state == VersionState.ACTIVE)
    )
    found = ((row.plan_id, next_check(checkpoints_of(row), after)) for row, after in session.execute(wanted))
    return {plan_id: number for plan_id, number in found if number is not None}
