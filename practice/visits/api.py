"""Visits over JSON, for clinical roles: opening, reading, activities and the definitions of measures.

What may raise a flag is recorded by the routes of ``treatment_plans``, which raise it in the same transaction.
"""

from dataclasses import asdict
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clinic.queries import practice_today
from practice.core.errors import NotFound
from practice.visits import activities, defining
from practice.visits.access import READ, RECORD, note_reading, own_client_id, own_visit, visit_of_own_appointment
from practice.visits.definitions import Better, Definition
from practice.visits.models import MeasureDefinition, Visit
from practice.visits.opening import NotTreated, mark_not_treated, open_visit
from practice.visits.schemas import (
    ActivitySchema,
    AddedActivitySchema,
    DefinitionInForceSchema,
    DefinitionSchema,
    NotTreatedSchema,
    OpenedSchema,
    VisitSchema,
)
from practice.visits.shown import ShownActivity, ShownVisit, show_activities, show_visit
from practice.web.api import ApiBlueprint, etag
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_visits", __name__, url_prefix="/api/v1", description="Visits and measures")

Body = dict[str, Any]
Read = tuple[Any, int, dict[str, str]]


@blueprint.route("/appointments/<uid:uid>/visit")
class VisitOfAppointment(MethodView):
    """The visit of an appointment."""

    @blueprint.response(200, VisitSchema)
    @requires(READ)
    def get(self, uid: str) -> Read:
        """Read what was recorded; each reading is logged."""
        return with_etag(write(lambda opened: _read(opened, _found(opened, uid))))

    @blueprint.response(201, OpenedSchema)
    @requires(RECORD)
    def post(self, uid: str) -> Response:
        """Open the visit of a client who has come; opened already, it is the same one."""

        def work(opened: Session) -> Answer:
            actor = current_actor()
            visit_of_own_appointment(opened, uid, actor, RECORD)
            visit = open_visit(opened, appointment_uid=uid, actor=actor, now=now())
            return Answer(201, OpenedSchema().dump(visit), f"/api/v1/visits/{visit.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/visits/<uid:uid>")
class OneVisit(MethodView):
    """A visit by its own identifier."""

    @blueprint.response(200, VisitSchema)
    @requires(READ)
    def get(self, uid: str) -> Read:
        """Read what was recorded; each reading is logged."""
        return with_etag(write(lambda opened: _read(opened, own_visit(opened, uid, current_actor(), READ))))


@blueprint.route("/visits/<uid:uid>/not-treated")
class CameForNothing(MethodView):
    """A client who came and was not treated."""

    @blueprint.arguments(NotTreatedSchema)
    @blueprint.response(200, VisitSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Read:
        """Note it with a reason; said again, the first word stands."""

        def work(opened: Session) -> ShownVisit:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            reason = NotTreated(body["reason"])
            mark_not_treated(opened, visit=visit, reason=reason, actor=current_actor(), now=now())
            return show_visit(opened, visit)

        return with_etag(write(work))


@blueprint.route("/clients/<uid:uid>/activities")
class Activities(MethodView):
    """What a client rates in her own words."""

    @blueprint.response(200, ActivitySchema(many=True))
    @requires(READ)
    def get(self, uid: str) -> list[ShownActivity]:
        """List them, ended ones too; each reading is logged."""

        def work(opened: Session) -> list[ShownActivity]:
            client_id = own_client_id(opened, uid, current_actor(), READ)
            note_reading(opened, "client", uid, actor=current_actor(), now=now())
            return show_activities(opened, client_id)

        return write(work)

    @blueprint.arguments(ActivitySchema)
    @blueprint.response(201, AddedActivitySchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Add one; five are rated at a time."""

        def work(opened: Session) -> Answer:
            client_id = own_client_id(opened, uid, current_actor(), RECORD)
            made = activities.add_activity(
                opened, client_id=client_id, words=body["words"], actor=current_actor(), now=now()
            )
            return Answer(201, AddedActivitySchema().dump(made))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/activities/<uid:part>", methods=["DELETE"])
@blueprint.response(204)
@requires(RECORD)
def end_activity(uid: str, part: str) -> None:
    """End one: it is not asked any more, its ratings stay."""

    def work(opened: Session) -> None:
        client_id = own_client_id(opened, uid, current_actor(), RECORD)
        row = activities.get_activity(opened, client_id, part)
        activities.retire_activity(opened, activity=row, actor=current_actor(), now=now())

    write(work)


@blueprint.route("/measures")
@blueprint.response(200, DefinitionInForceSchema(many=True))
@requires("measure.read")
def get_definitions() -> list[Body]:
    """List every measure as it is defined today."""
    today = practice_today(session(), now())
    book = defining.read_definitions(session())
    own = book.own_on(today)
    return [_shown(each, own.get(code)) for code, each in sorted(book.on(today).items())]


@blueprint.route("/measures/<code>/definitions")
class Definitions(MethodView):
    """How the practice has set a measure."""

    @blueprint.response(200, DefinitionInForceSchema(many=True))
    @requires("measure.read")
    def get(self, code: str) -> list[Body]:
        """List what was set, the newest first; before all of them the product's own numbers hold."""
        return [_shown(defining.definition_of(row), row) for row in defining.list_definitions(session(), code)]

    @blueprint.arguments(DefinitionSchema)
    @blueprint.response(200, DefinitionInForceSchema)
    @requires("measure.define")
    def post(self, body: Body, code: str) -> Body:
        """Set a measure's numbers from a day on; for a day set before, send its version."""

        def work(opened: Session) -> Body:
            numbers = {name: value for name, value in body.items() if name not in {"applies_from", "version"}}
            row = defining.set_definition(
                opened,
                definition=Definition(**{**numbers, "code": code, "better": Better(body["better"])}),
                applies_from=body["applies_from"],
                today=practice_today(opened, now()),
                version=body["version"],
                actor=current_actor(),
                now=now(),
            )
            return _shown(defining.definition_of(row), row)

        return write(work)


def with_etag(shown: ShownVisit) -> Read:
    """Return a visit as it is shown, its version as ETag."""
    return shown, 200, {"ETag": etag(shown.visit.version)}


def _found(opened: Session, appointment_uid: str) -> Visit:
    visit = visit_of_own_appointment(opened, appointment_uid, current_actor(), READ)
    if visit is None:
        raise NotFound("Nothing was recorded at this appointment yet.")
    return visit


def _read(opened: Session, visit: Visit) -> ShownVisit:
    note_reading(opened, "visit", visit.uid, actor=current_actor(), now=now())
    return show_visit(opened, visit)


def _shown(definition: Definition, row: MeasureDefinition | None) -> Body:
    own = {"applies_from": None if row is None else row.applies_from, "version": None if row is None else row.version}
    return asdict(definition) | own | {"is_own": row is not None}
