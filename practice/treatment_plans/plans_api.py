"""Plans over JSON: dates and states for everybody who may see a plan, the whole course for clinical roles only."""

from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients
from practice.accounts.policy import requires
from practice.clients.queries import get_client
from practice.clinic.queries import get_therapist
from practice.scheduling.ownership import require_own_client
from practice.treatment_plans.cadences import list_paces
from practice.treatment_plans.chart_schemas import CheckpointSchema, PlanChartSchema, PlanVersionsSchema
from practice.treatment_plans.checkpoints import REFERENCE, Checkpoint, find_checkpoint, number
from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.plan_forms import CHART, READ, Body, own_plan, who_and_when
from practice.treatment_plans.plan_list import PlanQuery, list_plan_page
from practice.treatment_plans.plan_schemas import PacesSchema, PlanPageSchema, PlanQuerySchema, PlanSchema
from practice.treatment_plans.progress import Change, Verdict
from practice.treatment_plans.queries import list_versions
from practice.treatment_plans.shown_charts import show_chart, show_versions
from practice.treatment_plans.shown_plans import Shown, show_line, show_pace, show_plan
from practice.visits.access import note_reading
from practice.web.api import ApiBlueprint, etag
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_plans", __name__, url_prefix="/api/v1/plans", description="Treatment plans")

Read = tuple[Shown, int, dict[str, str]]


@blueprint.route("")
class Plans(MethodView):
    """Treatment plans."""

    @blueprint.arguments(PlanQuerySchema, location="query")
    @blueprint.response(200, PlanPageSchema)
    @requires(READ)
    def get(self, query: Body) -> Shown:
        """List plans, the newest first, a therapist those of her own clients."""
        limit = query["limit"]
        rows = list_plan_page(session(), _query(session(), query), after_uid=query.get("cursor"), limit=limit)
        return {
            "plans": [show_line(row) for row in rows],
            "next": rows[-1].uid if len(rows) == limit else None,
        }


def _query(opened: Session, query: Body) -> PlanQuery:
    if "client_uid" in query:
        require_own_client(opened, query["client_uid"], current_actor(), READ)
    return PlanQuery(
        state=PlanState(query["state"]) if "state" in query else None,
        therapist_id=get_therapist(opened, query["therapist_uid"]).id if "therapist_uid" in query else None,
        client_id=get_client(opened, query["client_uid"]).id if "client_uid" in query else None,
        among=own_clients(opened, current_actor(), READ),
    )


@blueprint.route("/lapsing")
class Lapsing(MethodView):
    """Plans that need somebody."""

    @blueprint.response(200, PacesSchema)
    @requires("appointment.list")
    def get(self) -> Shown:
        """List the plans that lapse or fall behind their rhythm, the farthest first, 100 at most."""
        return {"plans": [show_pace(each) for each in list_paces(session(), **who_and_when())]}


@blueprint.route("/<uid:uid>")
class OnePlan(MethodView):
    """One plan."""

    @blueprint.response(200, PlanSchema)
    @requires(READ)
    def get(self, uid: str) -> Read:
        """Read dates and states."""
        return with_etag(show_plan(session(), own_plan(session(), uid, READ)))


@blueprint.route("/<uid:uid>/chart")
class Chart(MethodView):
    """The clinical side of one plan."""

    @blueprint.response(200, PlanChartSchema)
    @requires(CHART)
    def get(self, uid: str) -> Read:
        """Read the whole course; each reading is logged."""

        def work(opened: Session) -> Shown:
            plan = own_plan(opened, uid, CHART)
            note_reading(opened, "treatment_plan", uid, **who_and_when())
            return show_chart(opened, plan, now=now())

        return with_etag(write(work))


@blueprint.route("/<uid:uid>/versions")
class Versions(MethodView):
    """The editions of one plan."""

    @blueprint.response(200, PlanVersionsSchema)
    @requires(CHART)
    def get(self, uid: str) -> Shown:
        """List every edition, the newest first; each reading is logged."""

        def work(opened: Session) -> Shown:
            plan = own_plan(opened, uid, CHART)
            note_reading(opened, "treatment_plan", uid, **who_and_when())
            return {"versions": show_versions(opened, plan, list_versions(opened, plan.id))}

        return write(work)


@blueprint.route("/<uid:uid>/checkpoint")
class OpenCheckpoint(MethodView):
    """How the course stands after the last session that was treated."""

    @blueprint.response(200, CheckpointSchema)
    @requires(CHART)
    def get(self, uid: str) -> Shown:
        """Compute the verdict with its numbers, and what it leaves open; each reading is logged."""

        def work(opened: Session) -> Shown:
            plan = own_plan(opened, uid, CHART)
            note_reading(opened, "treatment_plan", uid, **who_and_when())
            return _shown(find_checkpoint(opened, plan))

        return write(work)


_NOTHING: Shown = {
    "after_number": None,
    "delivered": 0,
    "verdict": None,
    "reference": REFERENCE,
    "pain": None,
    "function": [],
    "signs": [],
    "goals_met": False,
    "steps": {},
}


def _shown(found: Checkpoint | None) -> Shown:
    if found is None:
        return _NOTHING
    progress = found.progress
    return {
        "after_number": found.after_number,
        "delivered": progress.delivered,
        "verdict": progress.verdict,
        "reference": REFERENCE,
        "pain": _change(found, progress.pain),
        "function": [_change(found, each) for each in progress.function],
        "signs": [str(sign) for sign in progress.signs],
        "goals_met": found.goals_met,
        "steps": {str(verdict): [str(step) for step in found.steps(verdict)] for verdict in Verdict},
    }


def _change(found: Checkpoint, change: Change) -> Shown:
    definition = found.definitions[change.code]
    return {
        "code": change.code,
        "before": number(change.before),
        "after": number(change.after),
        "answer": str(change.answer),
        "matters_from": definition.mic_abs,
        "source": definition.source,
    }


def with_etag(shown: Shown) -> Read:
    """Return a plan as it is shown, its version as ETag."""
    return shown, 200, {"ETag": etag(shown["version"])}
