"""What belongs to a plan over JSON: its draft, first scores, consent, goals and exercises."""

from functools import partial
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.scheduling.appointments.forms import seen_version
from practice.treatment_plans import prescribing
from practice.treatment_plans.chart_schemas import PlanVersionSchema, PrescribedSchema
from practice.treatment_plans.consent_texts import ConsentBy, ConsentMode
from practice.treatment_plans.consenting import record_consent, withdraw_consent
from practice.treatment_plans.details import FUNCTIONAL, GoalDetails
from practice.treatment_plans.diagnosis import Side
from practice.treatment_plans.drafting import add_goal, draft_of, drop_goal, edit_draft, set_baseline
from practice.treatment_plans.exercises import Dose
from practice.treatment_plans.goals import settle_goal
from practice.treatment_plans.lifecycles import ExerciseState, GoalState
from practice.treatment_plans.plan_forms import (
    CHART,
    WRITE,
    Body,
    Verb,
    act_on_plan,
    own_plan,
    version_details,
    who_and_when,
)
from practice.treatment_plans.plan_input_schemas import (
    BaselineInputSchema,
    ConsentInputSchema,
    CourseInputSchema,
    ExerciseChangeSchema,
    ExerciseInputSchema,
    GoalEndSchema,
    GoalInputSchema,
    KeptSchema,
    MadeSchema,
    RevisionSchema,
    WithdrawalSchema,
)
from practice.treatment_plans.queries import get_exercise
from practice.treatment_plans.revising import discard_draft, revise
from practice.treatment_plans.shown_charts import show_exercise, show_versions
from practice.treatment_plans.shown_plans import Shown
from practice.treatment_plans.version_models import ExercisePrescription
from practice.visits.access import note_reading
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint(
    "api_plan_parts", __name__, url_prefix="/api/v1/plans/<uid:uid>", description="What belongs to a plan"
)

Read = tuple[Shown, int, dict[str, str]]


def create(uid: str, verb: Verb) -> Response:
    """Answer a POST that writes a part of an own plan, once per Idempotency-Key; its words are not repeated."""

    def work(opened: Session) -> Answer:
        own_plan(opened, uid, WRITE)
        made = verb(opened, plan_uid=uid, **who_and_when())
        return Answer(201, MadeSchema().dump(made), f"/api/v1/plans/{uid}/chart")

    return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/draft")
class Draft(MethodView):
    """The edition that is being written."""

    @blueprint.response(200, PlanVersionSchema)
    @requires(CHART)
    def get(self, uid: str) -> Read:
        """Read it; each reading is logged."""

        def work(opened: Session) -> Read:
            own_plan(opened, uid, CHART)
            note_reading(opened, "treatment_plan", uid, **who_and_when())
            return _draft(opened, uid, CHART)

        return write(work)

    @blueprint.arguments(RevisionSchema)
    @blueprint.response(201, MadeSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Write the next edition of a running plan: with a reason, and a new consent before it is in force."""
        return create(uid, partial(revise, details=version_details(body), reason=body["reason"]))

    @blueprint.arguments(CourseInputSchema)
    @blueprint.response(200, PlanVersionSchema)
    @requires(WRITE)
    def put(self, body: Body, uid: str) -> Read:
        """Change how it treats."""
        return _edited(uid, partial(edit_draft, details=version_details(body)))

    @blueprint.response(204)
    @requires(WRITE)
    def delete(self, uid: str) -> None:
        """Drop the next edition of a running plan; the one in force stays."""
        act_on_plan(uid, discard_draft)


@blueprint.route("/draft/baseline")
class Baseline(MethodView):
    """The first scores."""

    @blueprint.arguments(BaselineInputSchema)
    @blueprint.response(200, PlanVersionSchema)
    @requires(WRITE)
    def put(self, body: Body, uid: str) -> Read:
        """Write them into the draft."""
        return _edited(uid, partial(set_baseline, **body))


def _edited(uid: str, verb: Verb) -> Read:
    version = if_match_version()

    def work(opened: Session) -> Read:
        own_plan(opened, uid, WRITE)
        verb(opened, plan_uid=uid, version=version, **who_and_when())
        return _draft(opened, uid, WRITE)

    return write(work)


def _draft(opened: Session, uid: str, action: str) -> Read:
    draft = draft_of(opened, uid)
    (shown,) = show_versions(opened, own_plan(opened, uid, action), [draft])
    return shown, 200, {"ETag": etag(draft.version)}


@blueprint.route("/goals")
class Goals(MethodView):
    """What is to be reached."""

    @blueprint.arguments(GoalInputSchema)
    @blueprint.response(201, MadeSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Add a goal to the draft."""
        is_functional = body["measure"] in FUNCTIONAL
        return create(uid, partial(add_goal, details=GoalDetails(**body, is_functional=is_functional)))


@blueprint.route("/goals/<uid:part>")
class OneGoal(MethodView):
    """One goal."""

    @blueprint.arguments(GoalEndSchema)
    @blueprint.response(200, MadeSchema)
    @requires(WRITE)
    def patch(self, body: Body, uid: str, part: str) -> Any:
        """Note that a goal in force was achieved or not."""
        state = GoalState(body["state"])
        return act_on_plan(uid, partial(settle_goal, goal_uid=part, state=state, version=seen_version()))

    @blueprint.response(204)
    @requires(WRITE)
    def delete(self, uid: str, part: str) -> None:
        """Take a goal out of the draft."""
        act_on_plan(uid, partial(drop_goal, goal_uid=part))


@blueprint.route("/exercises")
class Exercises(MethodView):
    """The home programme."""

    @blueprint.arguments(ExerciseInputSchema)
    @blueprint.response(201, MadeSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Prescribe an exercise, with its usual dose unless another is given; four are active at most."""
        dose = None if body["dose"] is None else Dose(**body["dose"])
        return create(uid, partial(prescribing.prescribe, code=body["code"], side=Side(body["side"]), dose=dose))


_STEPS: dict[ExerciseState, Verb] = {
    ExerciseState.PAUSED: prescribing.pause_exercise,
    ExerciseState.ACTIVE: prescribing.resume_exercise,
    ExerciseState.ENDED: prescribing.end_exercise,
}


@blueprint.route("/exercises/<uid:part>")
class OneExercise(MethodView):
    """One prescription."""

    @blueprint.arguments(ExerciseChangeSchema)
    @blueprint.response(200, PrescribedSchema)
    @requires(WRITE)
    def patch(self, body: Body, uid: str, part: str) -> Read:
        """Pause, resume or end it, or give it another dose, which makes a new prescription of it."""
        version = seen_version()

        def work(opened: Session) -> Read:
            get_exercise(opened, own_plan(opened, uid, WRITE).id, part)
            row = _change(opened, part, body, version)
            opened.flush()
            return show_exercise(row), 200, {"ETag": etag(row.version)}

        return write(work)


def _change(opened: Session, part: str, body: Body, version: int | None) -> ExercisePrescription:
    named = {"exercise_uid": part, "version": version, **who_and_when()}
    if "dose" in body:
        return prescribing.change_dose(opened, dose=Dose(**body["dose"]), **named)
    row: ExercisePrescription = _STEPS[ExerciseState(body["state"])](opened, **named)
    return row


@blueprint.route("/consent")
class Consent(MethodView):
    """The consent to the edition that is to come into force, else to the one in force."""

    @blueprint.arguments(ConsentInputSchema)
    @blueprint.response(201, KeptSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Note it, after all six things were discussed; given again it changes nothing."""
        verb = partial(
            record_consent,
            text_version=body["text_version"],
            mode=ConsentMode(body["mode"]),
            given_by=ConsentBy(body["given_by"]),
        )

        def work(opened: Session) -> Answer:
            own_plan(opened, uid, WRITE)
            given = verb(opened, plan_uid=uid, **who_and_when())
            return Answer(201, {"uid": given.uid}, f"/api/v1/plans/{uid}/chart")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/consent/withdrawal")
class Withdrawal(MethodView):
    """Taking it back."""

    @blueprint.arguments(WithdrawalSchema)
    @blueprint.response(204)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> None:
        """End the consent at once; an active plan goes on hold and nothing more is booked."""
        act_on_plan(uid, partial(withdraw_consent, **body))
