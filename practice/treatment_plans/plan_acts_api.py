"""What happens to a plan over JSON, one sub-resource per act; If-Match is optional, for each act compares the state."""

from functools import partial
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.scheduling.appointments.forms import seen_version
from practice.treatment_plans import ending
from practice.treatment_plans.activating import activate, activate_version
from practice.treatment_plans.checkpoints import Decision, assess
from practice.treatment_plans.holding import hold, resume
from practice.treatment_plans.lifecycles import RUNNING_PLANS, HoldReason, Outcome, PlanState
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.plan_forms import WRITE, Body, Verb, own_plan, who_and_when
from practice.treatment_plans.plan_input_schemas import (
    CancellationInputSchema,
    DischargeInputSchema,
    HoldInputSchema,
    KeptSchema,
    ReassessmentInputSchema,
    ReferralInputSchema,
)
from practice.treatment_plans.plan_schemas import PlanSchema
from practice.treatment_plans.plans_api import Read, with_etag
from practice.treatment_plans.progress import Verdict
from practice.treatment_plans.queries import get_plan
from practice.treatment_plans.shown_plans import show_plan
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint(
    "api_plan_acts", __name__, url_prefix="/api/v1/plans/<uid:uid>", description="What happens to a plan"
)


def act(uid: str, verb: Verb) -> Read:
    """Let *verb* take a plan a step along its life, and show it as it stands then: dates and states."""
    version = seen_version()

    def work(opened: Session) -> Any:
        own_plan(opened, uid, WRITE)
        verb(opened, plan_uid=uid, version=version, **who_and_when())
        return show_plan(opened, get_plan(opened, uid))

    return with_etag(write(work))


@blueprint.route("/activation")
class Activation(MethodView):
    """Bringing a draft into force."""

    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, uid: str) -> Read:
        """Bring the draft into force; one that lacks only a physician's part waits for it."""

        def begin(opened: Session, *, plan_uid: str, **named: Any) -> None:
            is_running = PlanState(get_plan(opened, plan_uid).state) in RUNNING_PLANS
            (activate_version if is_running else activate)(opened, plan_uid=plan_uid, **named)

        return act(uid, begin)


@blueprint.route("/hold")
class Holding(MethodView):
    """Letting a plan rest."""

    @blueprint.arguments(HoldInputSchema)
    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Read:
        """Put an active plan on hold."""
        return act(uid, partial(hold, **{**body, "reason": HoldReason(body["reason"])}))


@blueprint.route("/resumption")
class Resumption(MethodView):
    """Going on."""

    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, uid: str) -> Read:
        """Resume a plan on hold, once its cause is resolved."""
        return act(uid, resume)


@blueprint.route("/completion")
class Completion(MethodView):
    """The planned end."""

    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, uid: str) -> Read:
        """Complete a plan whose sessions are all delivered."""
        return act(uid, ending.complete)


@blueprint.route("/discharge")
class Discharge(MethodView):
    """Another end."""

    @blueprint.arguments(DischargeInputSchema)
    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Read:
        """Discharge the client with an outcome."""
        return act(uid, partial(ending.discharge, **{**body, "outcome": Outcome(body["outcome"])}))


@blueprint.route("/referral")
class Referral(MethodView):
    """Handing on."""

    @blueprint.arguments(ReferralInputSchema)
    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Read:
        """Refer the client, which ends the plan."""
        return act(uid, partial(ending.refer, **{**body, "outcome": Outcome(body["outcome"])}))


@blueprint.route("/cancellation")
class Cancellation(MethodView):
    """Dropping."""

    @blueprint.arguments(CancellationInputSchema)
    @blueprint.response(200, PlanSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Read:
        """Drop a plan that never began."""
        return act(uid, partial(ending.cancel_plan, **body))


@blueprint.route("/reassessments")
class Reassessments(MethodView):
    """What was decided at checkpoints."""

    @blueprint.arguments(ReassessmentInputSchema)
    @blueprint.response(201, KeptSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Keep the verdict, as it is computed and as it is decided; worsening puts an active plan on hold."""
        decision = Decision(
            after_number=body["after_number"],
            decided=Verdict(body["decided"]),
            step=Step(body["decision"]),
            reason=body["reason"],
            adherence=body["adherence"],
        )

        def work(opened: Session) -> Answer:
            own_plan(opened, uid, WRITE)
            row = assess(opened, plan_uid=uid, decision=decision, **who_and_when())
            return Answer(201, {"uid": row.uid}, f"/api/v1/plans/{uid}/chart")

        return post_once(work, actor=current_actor(), now=now())
