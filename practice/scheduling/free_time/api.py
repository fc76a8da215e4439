"""Free times over JSON: a range of days, the next fitting ones, and why a time is refused."""

from dataclasses import replace
from typing import Any

from flask import Response
from flask.views import MethodView

from practice.accounts.current import current_actor
from practice.accounts.permissions import Scope, scope_of
from practice.accounts.policy import requires
from practice.core.errors import Refusal
from practice.scheduling.free_time.schemas import (
    ExplainQuerySchema,
    ExplanationSchema,
    NextQuerySchema,
    ProposalsSchema,
    RangeQuerySchema,
    StartsSchema,
    starts_query,
)
from practice.scheduling.free_time.search import StartsQuery, explain_start, find_starts, three_next
from practice.scheduling.free_time.times_json import proposals_json, starts_json
from practice.scheduling.overrides import as_seen_by
from practice.scheduling.ownership import require_own_client
from practice.web.api import ApiBlueprint
from practice.web.database import now, session
from practice.web.problems import shown_refusal

blueprint = ApiBlueprint("api_availability", __name__, url_prefix="/api/v1/availability", description="Free times")

Query = dict[str, Any]


@blueprint.route("")
class Availability(MethodView):
    """All free times of a range of days."""

    @blueprint.arguments(RangeQuerySchema(), location="query")
    @blueprint.response(200, StartsSchema)
    @requires("availability.read")
    def get(self, query: Query) -> Response:
        """Show every start that can be booked, for one, several or any therapist."""
        found = find_starts(session(), _asked(query), first_on=query["first_on"], last_on=query["last_on"], now=now())
        return _json(starts_json(found, query["limit"]))


@blueprint.route("/next")
class NextTimes(MethodView):
    """The times to read aloud."""

    @blueprint.arguments(NextQuerySchema(), location="query")
    @blueprint.response(200, ProposalsSchema)
    @requires("availability.read")
    def get(self, query: Query) -> Response:
        """Propose the next fitting times: the client's last therapist first, on different days."""
        found = three_next(session(), _asked(query), from_on=query.get("from_on"), amount=query["amount"], now=now())
        return _json(proposals_json(found))


@blueprint.route("/explain")
class Explain(MethodView):
    """Why not at that time."""

    @blueprint.arguments(ExplainQuerySchema(), location="query")
    @blueprint.response(200, ExplanationSchema)
    @requires("availability.read")
    def get(self, query: Query) -> dict[str, Any]:
        """Name every rule that refuses a wall time, with what leads out of it."""
        found = explain_start(session(), _asked(query), local_start=query["start"], now=now())
        return {
            "is_offered": not found.refusals,
            "refusals": _shown(found.refusals),
            "beside": _shown(found.beside),
        }


def _asked(query: Query) -> StartsQuery:
    """Return what is asked; the diary of somebody else's client tells a therapist nothing."""
    if "client" in query:
        require_own_client(session(), query["client"], current_actor(), "client.read")
    return replace(starts_query(query), own_only=scope_of(current_actor(), "appointment.book") is Scope.OWN)


def _shown(refusals: tuple[Refusal, ...]) -> list[dict[str, Any]]:
    return [shown_refusal(each) for each in as_seen_by(current_actor().role, refusals)]


def _json(body: str) -> Response:
    return Response(body, mimetype="application/json")
