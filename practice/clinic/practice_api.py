"""Opening hours, closures, the practice's policies and staff tasks over JSON."""

from dataclasses import replace

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clinic import opening, policies, queries, shown, tasks
from practice.clinic.api import Body, Read, create, read_with_etag
from practice.clinic.details import details_of
from practice.clinic.hours import Span
from practice.clinic.hours_schemas import (
    ClosureSchema,
    HolidaysSchema,
    LocationHoursSchema,
    NewClosureSchema,
    OpeningHoursSchema,
    ProposedClosureSchema,
    YearSchema,
)
from practice.clinic.models import Location
from practice.clinic.opening import ClosureDetails
from practice.clinic.schemas import FinishTaskSchema, PracticeSchema, TaskQuerySchema, TaskSchema
from practice.web.api import ApiBlueprint, if_match_version
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_practice", __name__, url_prefix="/api/v1", description="Hours, closures, policies, tasks")


@blueprint.route("/locations/<uid:uid>/opening-hours")
class Opening(MethodView):
    """When a location is open."""

    @blueprint.response(200, LocationHoursSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """Read a location's week."""
        return read_with_etag(_opening(session(), queries.get_location(session(), uid)))

    @blueprint.arguments(OpeningHoursSchema)
    @blueprint.response(200, LocationHoursSchema)
    @requires("hours.manage")
    def put(self, body: Body, uid: str) -> Read:
        """Replace a location's week."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_location(opened, uid)
            opening.set_opening_hours(
                opened,
                location=row,
                spans=[Span(**span) for span in body["spans"]],
                version=version,
                actor=current_actor(),
                now=now(),
            )
            return _opening(opened, row)

        return read_with_etag(write(work))


@blueprint.route("/locations/<uid:uid>/holidays")
class Holidays(MethodView):
    """Public holidays of a location, proposed as closures."""

    @blueprint.arguments(YearSchema, location="query")
    @blueprint.response(200, ProposedClosureSchema(many=True))
    @requires("clinic.read")
    def get(self, query: Body, uid: str) -> list[Body]:
        """List the public holidays of a year, and on which of them it is closed already."""
        row = queries.get_location(session(), uid)
        year = query.get("year") or queries.practice_today(session(), now()).year
        return shown.show_holidays(opening.propose_holidays(session(), location=row, year=year, now=now()))

    @blueprint.arguments(HolidaysSchema)
    @blueprint.response(200, ClosureSchema(many=True))
    @requires("hours.manage")
    def post(self, body: Body, uid: str) -> list[Body]:
        """Close the place on the days named, as one act; what is closed already stays as it is."""

        def work(opened: Session) -> list[Body]:
            row = queries.get_location(opened, uid)
            added = opening.add_holidays(opened, location=row, **body, actor=current_actor(), now=now())
            return shown.show_closures(opened, added)

        return write(work)


@blueprint.route("/closures")
class Closures(MethodView):
    """Days on which a place is closed."""

    @blueprint.response(200, ClosureSchema(many=True))
    @requires("clinic.read")
    def get(self) -> list[Body]:
        """List closures that are not over."""
        since = queries.practice_today(session(), now())
        return shown.show_closures(session(), queries.list_closures(session(), since=since))

    @blueprint.arguments(NewClosureSchema)
    @blueprint.response(201, ClosureSchema)
    @requires("hours.manage")
    def post(self, body: Body) -> Response:
        """Close one place, or all."""

        def work(opened: Session) -> Body:
            details = ClosureDetails(**closure_fields(opened, body))
            row = opening.add_closure(opened, details=details, actor=current_actor(), now=now())
            return shown.show_closures(opened, [row])[0]

        return create(work, ClosureSchema(), "closures")


@blueprint.route("/closures/<uid:uid>")
class OneClosure(MethodView):
    """One closure."""

    @blueprint.response(200, ClosureSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """Read a closure."""
        return read_with_etag(shown.show_closures(session(), [queries.get_closure(session(), uid)])[0])

    @blueprint.arguments(ClosureSchema)
    @blueprint.response(200, ClosureSchema)
    @requires("hours.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change a closure."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_closure(opened, uid)
            details = replace(details_of(ClosureDetails, row), **closure_fields(opened, body))
            opening.change_closure(
                opened, closure=row, details=details, version=version, actor=current_actor(), now=now()
            )
            return shown.show_closures(opened, [row])[0]

        return read_with_etag(write(work))

    @blueprint.response(204)
    @requires("hours.manage")
    def delete(self, uid: str) -> None:
        """Open again on those days."""
        version = if_match_version()

        def work(opened: Session) -> None:
            row = queries.get_closure(opened, uid)
            opening.remove_closure(opened, closure=row, version=version, actor=current_actor(), now=now())

        write(work)


@blueprint.route("/practice")
class Practice(MethodView):
    """The practice's policies."""

    @blueprint.response(200, PracticeSchema)
    @requires("settings.read")
    def get(self) -> Read:
        """Read the policies in force today."""
        today = queries.practice_today(session(), now())
        return read_with_etag(shown.show_policies(queries.get_settings(session(), today)))

    @blueprint.arguments(PracticeSchema)
    @blueprint.response(200, PracticeSchema)
    @requires("settings.manage")
    def patch(self, body: Body) -> Read:
        """Change the policies from ``effective_on`` (today unless given) on."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            return shown.show_policies(
                policies.amend_policies(opened, changes=body, seen_version=version, actor=current_actor(), now=now())
            )

        return read_with_etag(write(work))


@blueprint.route("/tasks")
class Tasks(MethodView):
    """What people must do."""

    @blueprint.arguments(TaskQuerySchema, location="query")
    @blueprint.response(200, TaskSchema(many=True))
    @requires("task.read")
    def get(self, query: Body) -> object:
        """List tasks, the most urgent first."""
        return queries.list_tasks(session(), **query)


@blueprint.route("/tasks/<uid:uid>/finish", methods=["POST"])
@blueprint.arguments(FinishTaskSchema)
@blueprint.response(200, TaskSchema)
@requires("task.finish")
def finish_task(body: Body, uid: str) -> object:
    """Close a task with its outcome; one about a client that waits for the owner, only the owner."""

    def work(opened: Session) -> object:
        task = queries.get_task(opened, uid)
        tasks.require_may_finish(task, current_actor())
        return tasks.finish_task(opened, task=task, **body, actor=current_actor(), now=now())

    return write(work)


def closure_fields(opened: Session, body: Body) -> Body:
    """Return a closure's fields with the location by id."""
    fields = {name: value for name, value in body.items() if name != "location_uid"}
    if "location_uid" in body:
        uid = body["location_uid"]
        fields["location_id"] = None if uid is None else queries.ids_of(opened, Location, [uid])[0]
    return fields


def _opening(opened: Session, row: Location) -> Body:
    return {"version": row.version, "spans": queries.list_opening_hours(opened, location_id=row.id)}
