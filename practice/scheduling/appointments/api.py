"""Appointments over JSON: list, book, read, move; what happens to them later is in ``acts_api``."""

from collections.abc import Callable
from functools import partial

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.clients.queries import get_client
from practice.clinic.queries import get_therapist
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.scheduling.appointments import booking, queries, recording, rescheduling
from practice.scheduling.appointments.forms import (
    Body,
    booking_details,
    booking_rules,
    local_start_of,
    place_wish,
    require_own_appointment,
    require_own_call,
    require_own_diary,
    time_wish,
)
from practice.scheduling.appointments.queries import ListQuery
from practice.scheduling.appointments.schemas import (
    AppointmentPageSchema,
    AppointmentQuerySchema,
    AppointmentSchema,
    ChangeSchema,
    MoveSchema,
    NewAppointmentSchema,
    PastVisitSchema,
    WalkInSchema,
)
from practice.scheduling.appointments.shown import Shown, cursor_after, show_appointment, show_booked, show_change
from practice.scheduling.claiming.frame import client_and_set_up_of
from practice.scheduling.claiming.loading import load
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.ownership import require_own_client
from practice.scheduling.wishes import MoveWish
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_appointments", __name__, url_prefix="/api/v1", description="Appointments")

_ANSWER = AppointmentSchema()

Read = tuple[Shown, int, dict[str, str]]


def read_with_etag(shown: Shown) -> Read:
    """Return one appointment as it is shown, its version as ETag."""
    return shown, 200, {"ETag": etag(shown["version"])}


def show_now(opened: Session, uid: str) -> Shown:
    """Return an appointment as it stands after an act in the same transaction."""
    opened.flush()
    return show_appointment(load(opened, uid), current_actor())


def create(work: Callable[[Session], Appointment]) -> Response:
    """Answer a POST that creates an appointment, once per Idempotency-Key."""

    def answer(opened: Session) -> Answer:
        appointment = work(opened)
        opened.flush()
        client, set_up = client_and_set_up_of(opened, appointment)
        shown = show_booked(appointment, client, set_up, current_actor())
        return Answer(201, _ANSWER.dump(shown), f"/api/v1/appointments/{appointment.uid}")

    return post_once(answer, actor=current_actor(), now=now())


@blueprint.route("/appointments")
class Appointments(MethodView):
    """Booked times."""

    @blueprint.arguments(AppointmentQuerySchema, location="query")
    @blueprint.response(200, AppointmentPageSchema)
    @requires("appointment.list")
    def get(self, query: Body) -> Shown:
        """List appointments in the order of their starts, a therapist's own only to himself."""
        actor = current_actor()
        rows = queries.list_appointments(
            session(), _list_query(session(), query, actor), after=query.get("cursor"), limit=query["limit"]
        )
        is_full = len(rows) == query["limit"]
        return {
            "appointments": [show_appointment(row, actor) for row in rows],
            "next": cursor_after(rows[-1]) if is_full else None,
        }

    @blueprint.arguments(NewAppointmentSchema)
    @blueprint.response(201, AppointmentSchema)
    @requires("appointment.book")
    def post(self, body: Body) -> Response:
        """Book a time, or the time of a hold; without a therapist whoever is free."""
        return create(partial(_book, body))


def _list_query(opened: Session, query: Body, actor: Actor) -> ListQuery:
    own_id = own_therapist_id(opened, actor, "appointment.list")
    asked_id = get_therapist(opened, query["therapist_uid"]).id if "therapist_uid" in query else None
    if own_id is not None and asked_id not in {None, own_id}:
        raise NotFound("There is no such therapist.")
    if "client_uid" in query:
        require_own_client(opened, query["client_uid"], actor, "appointment.list")
    return ListQuery(
        begins_at=query.get("begins_at"),
        ends_at=query.get("ends_at"),
        therapist_id=own_id or asked_id,
        client_id=get_client(opened, query["client_uid"]).id if "client_uid" in query else None,
        states=frozenset({AppointmentState(query["state"])}) if "state" in query else frozenset(),
    )


def _book(body: Body, opened: Session) -> Appointment:
    actor, rules = current_actor(), booking_rules()
    details = booking_details(body)
    require_own_client(opened, body["client_uid"], actor, "appointment.book")
    if "hold_uid" in body:
        require_own_call(opened, actor, "appointment.book")
        return booking.book_held(
            opened,
            hold_uid=body["hold_uid"],
            client_uid=body["client_uid"],
            details=details,
            rules=rules,
            actor=actor,
            now=now(),
        )
    require_own_diary(opened, body.get("therapist_uid"), actor, "appointment.book")
    wish, client_uid = time_wish(body), body["client_uid"]
    return booking.book_time(
        opened, wish=wish, client_uid=client_uid, details=details, rules=rules, actor=actor, now=now()
    )


@blueprint.route("/appointments/walk-ins")
class WalkIns(MethodView):
    """People at the desk without an appointment."""

    @blueprint.arguments(WalkInSchema)
    @blueprint.response(201, AppointmentSchema)
    @requires("appointment.book")
    def post(self, body: Body) -> Response:
        """Book from now on and mark the arrival, in one act."""

        def work(opened: Session) -> Appointment:
            actor = current_actor()
            require_own_diary(opened, body.get("therapist_uid"), actor, "appointment.book")
            require_own_client(opened, body["client_uid"], actor, "appointment.book")
            return booking.walk_in(
                opened,
                wish=place_wish(body),
                client_uid=body["client_uid"],
                details=booking_details(body),
                rules=booking_rules(),
                actor=actor,
                now=now(),
            )

        return create(work)


@blueprint.route("/appointments/past-visits")
class PastVisits(MethodView):
    """Visits that nobody wrote down."""

    @blueprint.arguments(PastVisitSchema)
    @blueprint.response(201, AppointmentSchema)
    @requires("appointment.record_past")
    def post(self, body: Body) -> Response:
        """Record a visit of the last seven days; nobody is told."""

        def work(opened: Session) -> Appointment:
            actor = current_actor()
            require_own_diary(opened, body["therapist_uid"], actor, "appointment.record_past")
            require_own_client(opened, body["client_uid"], actor, "appointment.record_past")
            visit = recording.PastVisit(
                outcome=AppointmentState(body["outcome"]),
                reason=body["reason"],
                started_at=body.get("started_at"),
                ended_at=body.get("ended_at"),
                desk_note=body["desk_note"],
            )
            wish = time_wish(body)
            return recording.record_past(
                opened,
                wish=wish,
                client_uid=body["client_uid"],
                visit=visit,
                rules=booking_rules(),
                actor=actor,
                now=now(),
            )

        return create(work)


@blueprint.route("/appointments/<uid:uid>")
class OneAppointment(MethodView):
    """One booked time."""

    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.read")
    def get(self, uid: str) -> Read:
        """Read an appointment."""
        require_own_appointment(session(), uid, current_actor(), "appointment.read")
        return read_with_etag(show_appointment(load(session(), uid), current_actor()))

    @blueprint.arguments(MoveSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def patch(self, body: Body, uid: str) -> Read:
        """Move it to another time, therapist, room or location, change its length, or give it to another client."""
        version = if_match_version()

        def work(opened: Session) -> Shown:
            actor = current_actor()
            require_own_appointment(opened, uid, actor, "appointment.change")
            if body.get("therapist_uid") or body["any_therapist"]:
                require_own_diary(opened, body.get("therapist_uid"), actor, "appointment.change")
            if "client_uid" in body:
                require_own_client(opened, body["client_uid"], actor, "appointment.change")
            _change(opened, uid, body, version)
            return show_now(opened, uid)

        return read_with_etag(write(work))


def _change(opened: Session, uid: str, body: Body, version: int) -> None:
    act: Callable[..., Appointment]
    if "client_uid" in body:
        act = partial(rescheduling.change_client, client_uid=body["client_uid"])
    elif "duration_minutes" in body:
        act = partial(rescheduling.resize, duration_minutes=body["duration_minutes"])
    elif body.keys() & {"local_start", "location_uid", "therapist_uid"} or body["any_therapist"]:
        act = partial(rescheduling.reschedule, wish=_move_wish(body))
    elif "room_uid" in body:
        act = partial(rescheduling.change_room, room_uid=body["room_uid"])
    else:
        act = partial(rescheduling.reschedule, wish=MoveWish())
    act(
        opened,
        appointment_uid=uid,
        version=version,
        override_reason=body["override_reason"],
        rules=booking_rules(),
        actor=current_actor(),
        now=now(),
    )


def _move_wish(body: Body) -> MoveWish:
    return MoveWish(
        local_start=local_start_of(body) if "local_start" in body else None,
        location=body.get("location_uid"),
        therapist=body.get("therapist_uid"),
        room=body.get("room_uid"),
        any_therapist=body["any_therapist"],
    )


@blueprint.route("/appointments/<uid:uid>/history")
class History(MethodView):
    """What was done to an appointment."""

    @blueprint.response(200, ChangeSchema(many=True))
    @requires("appointment.read")
    def get(self, uid: str) -> list[Shown]:
        """List every act, the oldest first."""
        require_own_appointment(session(), uid, current_actor(), "appointment.read")
        appointment = load(session(), uid)
        return [show_change(change) for change in queries.list_history(session(), appointment.id)]
