"""Taking a consent back: what follows is said before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.ways_out import PlainPlace, offers_of
from practice.treatment_plans.consenting import given_consents, withdraw_consent
from practice.treatment_plans.lifecycles import PlanState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.plan_forms import CHART, WRITE, own_plan, who_and_when
from practice.treatment_plans.sessions import list_sessions, standing
from practice.treatment_plans.version_models import PlanConsent, PlanVersion
from practice.visits.access import note_reading
from practice.web.database import session, write
from practice.web.form_pages import Body, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page
from practice.web.schemas import StrictSchema, Text

blueprint = Blueprint("desk_withdrawal", __name__, template_folder="../templates")


class WithdrawalForm(StrictSchema):
    """What the client said."""

    note = Text(longest=2000, multiline=True, load_default="")


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    """What is taken back, and what follows."""

    plan: TreatmentPlan
    given: Sequence[tuple[PlanVersion, PlanConsent]]
    booked: int

    @property
    def goes_on_hold(self) -> bool:
        """Return whether the plan rests from then on."""
        is_in_force = any(version.state == VersionState.ACTIVE for version, _ in self.given)
        return self.plan.state == PlanState.ACTIVE and is_in_force


@blueprint.get("/plans/<uid:uid>/consent/withdrawal")
@requires(WRITE)
def show(uid: str) -> Response:
    """Say what follows; each look is logged."""
    return _page(uid)


@blueprint.post("/plans/<uid:uid>/consent/withdrawal")
@requires(WRITE)
def post(uid: str) -> Response:
    """End the consent at once."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        own_plan(opened, uid, WRITE)
        withdraw_consent(opened, plan_uid=uid, note=body["note"], **who_and_when())
        return f"/plans/{uid}"

    said = "The consent is taken back. Nothing more is treated by this plan."
    return post_form(WithdrawalForm(), act, partial(_page, uid), said=said, actor=current_actor())


def _page(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    write(lambda opened: note_reading(opened, "treatment_plan", own_plan(opened, uid, CHART).uid, **who_and_when()))
    plan = own_plan(session(), uid, CHART)
    page = WithdrawalPage(plan, given_consents(session(), plan.id), len(standing(list_sessions(session(), plan.id))))
    given = form or FormState()
    offers = offers_of(given.refusal, PlainPlace(f"/plans/{uid}"))
    return render_page("desk/plan_withdrawal.html", status=status, page=page, form=given, offers=offers)
