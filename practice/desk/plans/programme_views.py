"""Goals and home programme of a plan in force: what was reached, and pausing, resuming and dosing exercises."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from flask import Blueprint
from marshmallow import fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients.sealing import open_record
from practice.desk.plans.saying import MEASURE_WORDS
from practice.desk.ways_out import PlainPlace, offers_of
from practice.treatment_plans import prescribing
from practice.treatment_plans.exercises import STOP_RULE, Dose, name_of
from practice.treatment_plans.goals import settle_goal
from practice.treatment_plans.lifecycles import OPEN_PLANS, ExerciseState, GoalState, PlanState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.plan_forms import CHART, WRITE, own_plan, who_and_when
from practice.treatment_plans.queries import find_version, get_exercise, list_exercises
from practice.treatment_plans.version_models import ExercisePrescription, PlanGoal
from practice.visits.access import note_reading
from practice.web.database import session, write
from practice.web.form_pages import Body, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page
from practice.web.schemas import StrictSchema, WholeNumber

blueprint = Blueprint(
    "desk_programme", __name__, url_prefix="/plans/<uid:uid>/programme", template_folder="../templates"
)

_STEPS: dict[str, Callable[..., Any]] = {
    "pause": prescribing.pause_exercise,
    "resume": prescribing.resume_exercise,
    "end": prescribing.end_exercise,
}


class GoalEndForm(StrictSchema):
    """How a goal ended."""

    state = fields.String(required=True, validate=validate.OneOf([GoalState.ACHIEVED, GoalState.NOT_ACHIEVED]))


class ExerciseStepForm(StrictSchema):
    """What happens to an exercise."""

    step = fields.String(required=True, validate=validate.OneOf(list(_STEPS)))


class DoseForm(StrictSchema):
    """Another dose."""

    sets = WholeNumber(1, 10, required=True)
    reps = WholeNumber(1, 100, required=True)
    hold_seconds = WholeNumber(0, 300, load_default=0)
    minutes = WholeNumber(0, 120, load_default=0)
    times_per_day = WholeNumber(1, 12, required=True)
    days_per_week = WholeNumber(1, 7, required=True)


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One goal in words."""

    row: PlanGoal
    words: str

    @property
    def about(self) -> str:
        """Return from where to where, and by when."""
        ends = "" if self.row.target_tenths is None else f" to {self.row.target_tenths / 10:g}"
        begins = "" if self.row.baseline_tenths is None else f" {self.row.baseline_tenths / 10:g}"
        due = f"by session {self.row.due_number}" if self.row.due_on is None else f"by {self.row.due_on}"
        return f"{MEASURE_WORDS.get(self.row.measure, self.row.measure)}{begins}{ends}, {due}"

    @property
    def is_open(self) -> bool:
        """Return whether it may still end."""
        return self.row.state == GoalState.ACTIVE


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """One exercise with its dose."""

    row: ExercisePrescription

    @property
    def name(self) -> str:
        """Return what it is called."""
        return name_of(self.row.code)

    @property
    def dose(self) -> Dose:
        """Return how much."""
        return prescribing.dose_of(self.row)

    @property
    def numbers(self) -> dict[str, int]:
        """Return the dose as the form shows it."""
        return asdict(self.dose)

    @property
    def is_ended(self) -> bool:
        """Return whether it is over."""
        return self.row.state == ExerciseState.ENDED


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """What the page shows; ``wrong`` is the exercise whose form was not right."""

    plan: TreatmentPlan
    goals: Sequence[GoalRow]
    exercises: Sequence[ExerciseRow]
    wrong: str
    stop_rule: str = STOP_RULE

    @property
    def may_change(self) -> bool:
        """Return whether the plan has not ended."""
        return PlanState(self.plan.state) in OPEN_PLANS


@blueprint.get("")
@requires(WRITE)
def show(uid: str) -> Response:
    """Show goals and exercises; each look is logged."""
    return _page(uid)


@blueprint.post("/goals/<uid:part>")
@requires(WRITE)
def post_goal(uid: str, part: str) -> Response:
    """Note that a goal was reached or not."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        own_plan(opened, uid, WRITE)
        state = GoalState(body["state"])
        settle_goal(opened, plan_uid=uid, goal_uid=part, state=state, version=version, **who_and_when())
        return f"/plans/{uid}/programme"

    return _post(uid, part, GoalEndForm(), act, "Noted.")


@blueprint.post("/exercises/<uid:part>")
@requires(WRITE)
def post_step(uid: str, part: str) -> Response:
    """Pause, resume or end an exercise."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        get_exercise(opened, own_plan(opened, uid, WRITE).id, part)
        _STEPS[body["step"]](opened, exercise_uid=part, version=version, **who_and_when())
        return f"/plans/{uid}/programme"

    return _post(uid, part, ExerciseStepForm(), act, "Noted.")


@blueprint.post("/exercises/<uid:part>/dose")
@requires(WRITE)
def post_dose(uid: str, part: str) -> Response:
    """Give an exercise another dose: the old one ends, and stays readable."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        get_exercise(opened, own_plan(opened, uid, WRITE).id, part)
        prescribing.change_dose(opened, exercise_uid=part, dose=Dose(**body), version=version, **who_and_when())
        return f"/plans/{uid}/programme"

    return _post(uid, part, DoseForm(), act, "The dose is changed.")


def _post(uid: str, part: str, schema: StrictSchema, act: Any, said: str) -> Response:
    return post_form(schema, act, partial(_page, uid, part), said=said, actor=current_actor())


def _page(uid: str, wrong: str = "", form: FormState | None = None, status: int = 200) -> Response:
    write(lambda opened: note_reading(opened, "treatment_plan", own_plan(opened, uid, CHART).uid, **who_and_when()))
    plan = own_plan(session(), uid, CHART)
    version = find_version(session(), plan.id, VersionState.ACTIVE) or find_version(
        session(), plan.id, VersionState.DRAFT
    )
    goals = [] if version is None else version.goals
    sealed = open_record(session(), plan.client_id)
    rows = [GoalRow(row, sealed.open(row.text, PlanGoal.text, row.uid) if row.text else "") for row in goals]
    exercises = [ExerciseRow(row) for row in list_exercises(session(), plan.id)]
    page = ProgrammePage(plan, rows, exercises, wrong)
    given = form or FormState()
    offers = offers_of(given.refusal, PlainPlace(f"/plans/{uid}/programme"))
    return render_page("desk/plan_programme.html", status=status, page=page, form=given, offers=offers)
