"""Therapists, their hours and their absences over JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.models import User
from practice.accounts.ownership import require_own
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic import queries, service, shown, working_hours
from practice.clinic.api import Body, Read, create, read_with_etag
from practice.clinic.details import TherapistDetails, details_of
from practice.clinic.hours import Span
from practice.clinic.hours_schemas import (
    DayHoursSchema,
    HoursQuerySchema,
    NewTimeOffSchema,
    TherapistHoursSchema,
    TimeOffSchema,
    WeekSchema,
)
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.schemas import ListQuerySchema, NewTherapistSchema, TherapistBriefSchema, TherapistSchema
from practice.clinic.working_hours import TimeOffDetails, Week
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.web.api import ApiBlueprint, if_match_version
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_therapists", __name__, url_prefix="/api/v1", description="Therapists, hours, time off")

_BRIEF = tuple(TherapistBriefSchema().fields)


@blueprint.route("/therapists")
class Therapists(MethodView):
    """Who treats."""

    @blueprint.arguments(ListQuerySchema(only=("include_inactive", "service_uid")), location="query")
    @blueprint.response(200, TherapistSchema(many=True))
    @requires("clinic.read")
    def get(self, query: Body) -> list[Body]:
        """List therapists by name; registration and sign-in are shown to the owner only."""
        offered = queries.get_service(session(), query["service_uid"]).id if "service_uid" in query else None
        rows = queries.list_therapists(session(), service_id=offered, active_only=not query["include_inactive"])
        return _for(current_actor(), shown.show_therapists(session(), rows))

    @blueprint.arguments(NewTherapistSchema)
    @blueprint.response(201, TherapistSchema)
    @requires("clinic.manage")
    def post(self, body: Body) -> Response:
        """Add a therapist."""

        def work(opened: Session) -> Body:
            row = service.create_therapist(
                opened,
                service_ids=queries.ids_of(opened, Service, body.get("service_uids", [])),
                details=TherapistDetails(**therapist_fields(opened, body)),
                actor=current_actor(),
                now=now(),
            )
            return shown.show_therapists(opened, [row])[0]

        return create(work, TherapistSchema(), "therapists")


@blueprint.route("/therapists/<uid:uid>")
class OneTherapist(MethodView):
    """One therapist."""

    @blueprint.response(200, TherapistSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """Read a therapist."""
        rows = shown.show_therapists(session(), [queries.get_therapist(session(), uid)])
        return read_with_etag(_for(current_actor(), rows)[0])

    @blueprint.arguments(TherapistSchema)
    @blueprint.response(200, TherapistSchema)
    @requires("clinic.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change a therapist, or what is offered."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_therapist(opened, uid)
            edit_therapist(opened, row, body, version)
            return shown.show_therapists(opened, [row])[0]

        return read_with_etag(write(work))


@blueprint.route("/therapists/<uid:uid>/hours")
class Hours(MethodView):
    """A therapist's weekly hours."""

    @blueprint.arguments(HoursQuerySchema, location="query")
    @blueprint.response(200, TherapistHoursSchema)
    @requires("clinic.read")
    def get(self, query: Body, uid: str) -> Read:
        """Read the weekly hours, those that rule on a day if ``on`` is given."""
        return read_with_etag(_hours(session(), queries.get_therapist(session(), uid), query.get("on")))

    @blueprint.arguments(WeekSchema)
    @blueprint.response(200, TherapistHoursSchema)
    @requires("hours.manage")
    def put(self, body: Body, uid: str) -> Read:
        """Let a week rule from a day on, replacing what ruled on those days."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_therapist(opened, uid)
            week = Week(spans_of(opened, body["spans"]), body.get("valid_from"), body.get("valid_until"))
            working_hours.replace_week(
                opened, therapist=row, week=week, version=version, actor=current_actor(), now=now()
            )
            return _hours(opened, row, None)

        return read_with_etag(write(work))


@blueprint.route("/therapists/<uid:uid>/days/<string:on>")
class Day(MethodView):
    """A dated exception to the weekly hours."""

    @blueprint.arguments(DayHoursSchema)
    @blueprint.response(200, DayHoursSchema)
    @requires("hours.manage")
    def put(self, body: Body, uid: str, on: str) -> Body:
        """Say how a therapist works on one day; no span means not working."""
        day = day_of(on)

        def work(opened: Session) -> Body:
            row = queries.get_therapist(opened, uid)
            spans = spans_of(opened, [{"weekday": day.weekday(), **span} for span in body["spans"]])
            working_hours.set_day(
                opened, therapist=row, on=day, spans=spans, reason=body["reason"], actor=current_actor(), now=now()
            )
            return {"on": day, **body}

        return write(work)

    @blueprint.response(204)
    @requires("hours.manage")
    def delete(self, uid: str, on: str) -> None:
        """Let the weekly hours rule again on that day."""
        day = day_of(on)
        write(
            lambda opened: working_hours.clear_day(
                opened, therapist=queries.get_therapist(opened, uid), on=day, actor=current_actor(), now=now()
            )
        )


@blueprint.route("/therapists/<uid:uid>/time-off")
class TimeOffOf(MethodView):
    """A therapist's absences."""

    @blueprint.response(200, TimeOffSchema(many=True))
    @requires("clinic.read")
    def get(self, uid: str) -> list[Body]:
        """List absences that are not over."""
        row = queries.get_therapist(session(), uid)
        absences = queries.list_time_off(session(), since=now(), therapist_id=row.id)
        return [_without_note(each) for each in shown.show_time_off(session(), absences)]

    @blueprint.arguments(NewTimeOffSchema)
    @blueprint.response(201, TimeOffSchema)
    @requires("time_off.manage")
    def post(self, body: Body, uid: str) -> Response:
        """Note an absence."""

        def work(opened: Session) -> Body:
            row = queries.get_therapist(opened, uid)
            require_own(opened, current_actor(), "time_off.manage", therapist_id=row.id)
            absence = working_hours.add_time_off(
                opened, therapist=row, details=TimeOffDetails(**body), actor=current_actor(), now=now()
            )
            return shown.show_time_off(opened, [absence])[0]

        return create(work, TimeOffSchema(), "time-off")


@blueprint.route("/time-off/<uid:uid>")
class OneTimeOff(MethodView):
    """One absence."""

    @blueprint.response(200, TimeOffSchema)
    @requires("time_off.manage")
    def get(self, uid: str) -> Read:
        """Read an absence."""
        row = queries.get_time_off(session(), uid)
        require_own(session(), current_actor(), "time_off.manage", therapist_id=row.therapist_id)
        return read_with_etag(shown.show_time_off(session(), [row])[0])

    @blueprint.arguments(TimeOffSchema)
    @blueprint.response(200, TimeOffSchema)
    @requires("time_off.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change an absence."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_time_off(opened, uid)
            require_own(opened, current_actor(), "time_off.manage", therapist_id=row.therapist_id)
            details = replace(details_of(TimeOffDetails, row), **body)
            working_hours.change_time_off(
                opened, absence=row, details=details, version=version, actor=current_actor(), now=now()
            )
            return shown.show_time_off(opened, [row])[0]

        return read_with_etag(write(work))

    @blueprint.response(204)
    @requires("time_off.manage")
    def delete(self, uid: str) -> None:
        """Take an absence back."""
        version = if_match_version()

        def work(opened: Session) -> None:
            row = queries.get_time_off(opened, uid)
            require_own(opened, current_actor(), "time_off.manage", therapist_id=row.therapist_id)
            working_hours.remove_time_off(opened, absence=row, version=version, actor=current_actor(), now=now())

        write(work)


def therapist_fields(opened: Session, body: Body) -> Body:
    """Return a therapist's own fields with room and user by id."""
    fields = {name: value for name, value in body.items() if not name.endswith(("_uid", "_uids"))}
    for name, kind in (("usual_room", Room), ("user", User)):
        if (key := f"{name}_uid") in body:
            fields[f"{name}_id"] = None if body[key] is None else queries.ids_of(opened, kind, [body[key]])[0]
    return fields


def edit_therapist(opened: Session, row: Therapist, body: Body, version: int | None) -> None:
    """Change a therapist and, if the body says so, what is offered."""
    details = replace(details_of(TherapistDetails, row), **therapist_fields(opened, body))
    service.change_therapist(opened, therapist=row, details=details, version=version, actor=current_actor(), now=now())
    if "service_uids" in body:
        service.set_services_of(
            opened,
            therapist=row,
            service_ids=queries.ids_of(opened, Service, body["service_uids"]),
            version=None,
            actor=current_actor(),
            now=now(),
        )


def spans_of(opened: Session, spans: Sequence[Body]) -> list[Span]:
    """Return working hours with their locations by id."""
    places = queries.ids_of(opened, Location, [span["location_uid"] for span in spans])
    return [
        Span(span["weekday"], span["opens_minute"], span["closes_minute"], place)
        for span, place in zip(spans, places, strict=True)
    ]


def _for(actor: Actor, bodies: list[Body]) -> list[Body]:
    if may(actor, "clinic.manage"):
        return bodies
    return [{name: body[name] for name in _BRIEF} for body in bodies]


def _without_note(body: Body) -> Body:
    """Colleagues see when somebody is away, not why."""
    return body if may(current_actor(), "hours.manage") else {**body, "kind": "other", "note": ""}


def _hours(opened: Session, row: Therapist, on: date | None) -> dict[str, Any]:
    rows = queries.list_weekly_hours(opened, therapist_id=row.id, on=on)
    return {"version": row.version, "spans": shown.show_spans(opened, rows)}


def day_of(text: str) -> date:
    """Return the day that an address names; raises ``NotFound``."""
    try:
        return date.fromisoformat(text)
    except ValueError as unreadable:
        raise NotFound("That is not a day. Give it as 2026-11-24.") from unreadable
