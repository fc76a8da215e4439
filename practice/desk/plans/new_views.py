"""Opening an episode and drafting its plan from a template, as one form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.clinic.models import Service, ServiceKind, Therapist
from practice.clinic.queries import list_services, list_therapists, practice_today
from practice.desk.plans.schemas import NewPlanSchema
from practice.desk.ways_out import PlainPlace, offers_of
from practice.treatment_plans.details import EpisodeDetails, VersionDetails
from practice.treatment_plans.diagnosis import Branch, Cause, CauseSource, Side
from practice.treatment_plans.drafting import draft_plan
from practice.treatment_plans.episodes import open_episode
from practice.treatment_plans.own_templates import list_templates
from practice.treatment_plans.preferences import Preference
from practice.treatment_plans.templates import Template
from practice.web.database import now, session
from practice.web.form_pages import Body, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page

blueprint = Blueprint("desk_new_plan", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class NewPlanPage:
    """What can be chosen for a new plan."""

    client: Client
    templates: Sequence[Template]
    therapists: Sequence[Therapist]
    services: Sequence[Service]
    assessments: Sequence[Service]
    own_uid: str
    today: date


@blueprint.get("/clients/<uid:uid>/plans/new")
@requires("plan.write")
def show(uid: str) -> Response:
    """Show the form."""
    return _page(uid, FormState(), 200)


@blueprint.post("/clients/<uid:uid>/plans/new")
@requires("plan.write")
def post(uid: str) -> Response:
    """Open the episode and write the draft."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        _own_client(opened, uid)
        return f"/plans/{_draft(opened, uid, body)}"

    return post_form(
        NewPlanSchema(),
        act,
        lambda form, status: _page(uid, form, status),
        said="The draft is written. Add what is still missing.",
        actor=current_actor(),
    )


def _draft(opened: Session, uid: str, body: Body) -> str:
    actor = current_actor()
    about = EpisodeDetails(
        side=Side(body["side"]),
        branch=Branch(body["branch"]),
        onset_on=body["onset_on"],
        causes=() if body["cause"] == Cause.UNKNOWN else (Cause(body["cause"]),),
        source=CauseSource(body["source"]),
    )
    episode = open_episode(opened, client_uid=uid, details=about, actor=actor, now=now())
    details = VersionDetails(
        service=body["service"],
        reassess_service=body["reassess_service"],
        preference=Preference(body["preference"]),
        therapist=body["therapist"],
    )
    plan = draft_plan(
        opened,
        episode_uid=episode.uid,
        therapist_uid=body["therapist"],
        template=body["template"],
        details=details,
        actor=actor,
        now=now(),
    )
    return plan.uid


def _own_client(opened: Session, uid: str) -> Client:
    client = get_client(opened, uid)
    require_own(opened, current_actor(), "plan.write", client_id=client.id)
    return client


def _page(uid: str, form: FormState, status: int) -> Response:
    client = _own_client(session(), uid)
    services = list_services(session())
    therapists = list_therapists(session())
    mine = next((each for each in therapists if each.id == current_actor().therapist_id), None)
    page = NewPlanPage(
        client=client,
        templates=list_templates(session()),
        therapists=therapists,
        services=[each for each in services if each.kind == ServiceKind.HANDS_ON],
        assessments=[each for each in services if each.kind == ServiceKind.ASSESSMENT],
        own_uid="" if mine is None else mine.uid,
        today=practice_today(session(), now()),
    )
    offers = offers_of(form.refusal, PlainPlace(f"/clients/{uid}"))
    return render_page("desk/plan_new.html", status=status, page=page, form=form, offers=offers)
