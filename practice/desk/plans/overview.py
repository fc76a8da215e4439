"""The therapist's overview of a plan: how it goes, where it hurts, what the numbers say and what comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from practice.clients.record_page import age_on
from practice.core.local_time import to_local
from practice.desk.charts.levels import Drawn, HeatMap, direction_words, first_and_last, shows_saddle
from practice.desk.charts.panels import Sessions, Sheet
from practice.desk.plans.drawings import (
    FunctionRow,
    Table,
    Vitals,
    function_rows,
    function_table,
    heat,
    maps_of,
    pain_drawing,
    pain_table,
    vitals,
)
from practice.desk.plans.page import PlanPage
from practice.desk.plans.saying import VERDICT_TONES, VERDICT_WORDS, progress_words
from practice.treatment_plans.findings import Findings, read_findings
from practice.treatment_plans.judging import Course
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.models import Reassessment
from practice.treatment_plans.progress import Verdict
from practice.treatment_plans.queries import list_reassessments
from practice.treatment_plans.sessions import SessionView
from practice.treatment_plans.version_shapes import checkpoints_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict as a badge and in one sentence."""

    words: str
    tone: str
    sentence: str
    after: int


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: the visit, the re-assessment, and whether that is overdue."""

    visit: SessionView | None
    is_here: bool
    left: int
    check_after: int | None
    is_check_due: bool


@dataclass(frozen=True, slots=True)
class Where:
    """Where it hurts: the first and the latest map, every map by region, and the direction in one sentence."""

    drawn: Sequence[Drawn]
    heat: HeatMap
    sentence: str
    is_emergency: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that is drawn and said of the course; parts are None before anything was recorded."""

    age: int | None
    decided: Standing | None
    tonight: Standing | None
    next: Next
    pain: Sheet | None
    pain_table: Table
    where: Where | None
    function: Sequence[FunctionRow]
    function_table: Table
    vitals: Vitals | None


def read_overview(session: Session, page: PlanPage) -> Overview:
    """Return the overview of a plan whose page was read; a constant number of statements."""
    findings = read_findings(session, page.plan)
    verdicts = list_reassessments(session, page.plan.id)
    numbers = sorted({each.number for each in page.sessions} | {each.number for each in findings.visits})
    row = Sessions(
        [f"S{number}" for number in numbers],
        {
            numbers.index(row.after_number): VERDICT_WORDS[Verdict(row.decided)]
            for row in verdicts
            if row.after_number in numbers
        },
        _rests(findings, numbers, [to_local(hold.from_at, page.zone).date() for hold in page.holds]),
    )
    maps = maps_of(findings)
    found = heat(findings)
    has_pain = any(each.before for each in findings.visits)
    return Overview(
        age=age_on(page.client.born_on, page.today),
        decided=_decided(verdicts, findings),
        tonight=_tonight(findings, verdicts),
        next=_next(page, {row.after_number for row in verdicts}),
        pain=pain_drawing(findings, row, numbers) if has_pain else None,
        pain_table=pain_table(findings),
        where=Where(first_and_last(maps), found, direction_words(maps), shows_saddle(maps)) if found else None,
        function=function_rows(findings, numbers),
        function_table=function_table(findings),
        vitals=vitals(findings, numbers),
    )


def _rests(findings: Findings, numbers: Sequence[int], held_on: Sequence[date]) -> Collection[int]:
    """Return the places before which the plan rested: a hold lies between two visits."""
    days = [(each.on, numbers.index(each.number)) for each in findings.visits]
    return {place for day in held_on if (place := next((at for on, at in days if on > day), None))}


def _decided(verdicts: Sequence[Reassessment], findings: Findings) -> Standing | None:
    if not verdicts:
        return None
    last = verdicts[-1]
    upto = [each.point for each in findings.visits if each.number <= last.after_number]
    progress = Course([], upto, findings.definitions).at_checkpoint()
    verdict = Verdict(last.decided)
    sentence = "" if progress is None else progress_words(progress, last.after_number)
    return Standing(VERDICT_WORDS[verdict], VERDICT_TONES[verdict], sentence, last.after_number)


def _tonight(findings: Findings, verdicts: Sequence[Reassessment]) -> Standing | None:
    """Return how the course stands since the last re-assessment, None when nothing was measured since."""
    progress = findings.course.tonight()
    last = findings.visits[-1].number if findings.visits else 0
    if progress is None or (verdicts and verdicts[-1].after_number >= last):
        return None
    words = progress_words(progress, last)
    return Standing(VERDICT_WORDS[progress.verdict], VERDICT_TONES[progress.verdict], words, last)


def _next(page: PlanPage, judged: Collection[int]) -> Next:
    visit = page.upcoming
    open_checks = [number for number in checkpoints_of(page.version) if number not in judged]
    check = min(open_checks, default=None)
    done = max((each.number for each in page.sessions if each.state is SessionState.DELIVERED), default=0)
    return Next(
        visit=visit,
        is_here=visit is not None and visit.state is not SessionState.BOOKED,
        left=len(page.sessions) - page.delivered,
        check_after=check,
        is_check_due=check is not None and check <= done,
    )
