"""Linked visits over JSON: book both, read them, move or cancel them together."""

from functools import partial

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.core.actor import Actor
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy
from practice.scheduling.appointments.forms import (
    Body,
    booking_details,
    booking_rules,
    local_start_of,
    require_own_appointment,
    require_own_diary,
    time_wish,
)
from practice.scheduling.appointments.shown import Shown, show_appointment
from practice.scheduling.claiming.loading import load
from practice.scheduling.linking.ownership import require_own_linked
from practice.scheduling.linking.queries import list_linked
from practice.scheduling.linking.schemas import (
    LinkedCancellationSchema,
    LinkedMoveSchema,
    LinkedSchema,
    NewLinkedSchema,
)
from practice.scheduling.linking.service import LinkedWish, book_linked, cancel_linked, move_linked
from practice.scheduling.models import Appointment
from practice.scheduling.ownership import require_own_client
from practice.scheduling.wishes import MoveWish
from practice.web.api import ApiBlueprint, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_linked", __name__, url_prefix="/api/v1", description="Visits that follow at once")


@blueprint.route("/appointments/linked")
class AllLinked(MethodView):
    """Visits that follow each other at once."""

    @blueprint.arguments(NewLinkedSchema)
    @blueprint.response(201, LinkedSchema)
    @requires("appointment.book")
    def post(self, body: Body) -> Response:
        """Book all of them or none; a refusal names each visit that does not fit."""

        def work(opened: Session) -> Answer:
            actor = current_actor()
            require_own_client(opened, body["client_uid"], actor, "appointment.book")
            for each in body["visits"]:
                require_own_diary(opened, each.get("therapist_uid"), actor, "appointment.book")
            booked = _book(opened, body, actor)
            opened.flush()
            return Answer(201, LinkedSchema().dump(_shown(opened, booked[0].link_id, actor)))

        return post_once(work, actor=current_actor(), now=now())


def _book(opened: Session, body: Body, actor: Actor) -> list[Appointment]:
    first, *others = body["visits"]
    return book_linked(
        opened,
        first=time_wish({**first, "location_uid": body.get("location_uid")}),
        then=[_wish(each) for each in others],
        client_uid=body["client_uid"],
        details=booking_details(body),
        rules=booking_rules(),
        actor=actor,
        now=now(),
    )


def _wish(each: Body) -> LinkedWish:
    return LinkedWish(
        service=each["service_uid"],
        therapist=each.get("therapist_uid"),
        room=each.get("room_uid"),
        local_start=local_start_of(each) if "local_start" in each else None,
    )


@blueprint.route("/appointments/<uid:uid>/linked")
class LinkedToOne(MethodView):
    """The visits to which one is linked, itself included."""

    @blueprint.response(200, LinkedSchema)
    @requires("appointment.read")
    def get(self, uid: str) -> Shown:
        """Read them, a therapist only those on the own diary."""
        require_own_appointment(session(), uid, current_actor(), "appointment.read")
        return _shown(session(), load(session(), uid).link_id, current_actor())

    @blueprint.arguments(LinkedMoveSchema)
    @blueprint.response(200, LinkedSchema)
    @requires("appointment.change")
    def patch(self, body: Body, uid: str) -> Shown:
        """Move this visit, and the others by as much; all of them or none."""
        wish = MoveWish(
            local_start=local_start_of(body) if "local_start" in body else None,
            therapist=body.get("therapist_uid"),
            room=body.get("room_uid"),
        )
        verb = partial(move_linked, wish=wish, override_reason=body["override_reason"], rules=booking_rules())

        def work(opened: Session) -> Shown:
            if wish.therapist:
                require_own_diary(opened, wish.therapist, current_actor(), "appointment.change")
            return _act(opened, uid, "appointment.change", partial(verb, version=version))

        version = if_match_version()
        return write(work)


@blueprint.route("/appointments/<uid:uid>/linked/cancellation")
class LinkedCancellation(MethodView):
    """Calling off all of them."""

    @blueprint.arguments(LinkedCancellationSchema)
    @blueprint.response(200, LinkedSchema)
    @requires("appointment.cancel")
    def post(self, body: Body, uid: str) -> Shown:
        """Cancel this visit and those linked to it."""
        verb = partial(cancel_linked, calling_off=CallingOff(**{**body, "by": CancelledBy(body["by"])}))
        return write(lambda opened: _act(opened, uid, "appointment.cancel", verb))


def _act(opened: Session, uid: str, action: str, verb: "partial[list[Appointment]]") -> Shown:
    actor = current_actor()
    require_own_linked(opened, uid, actor, action)
    acted = verb(opened, appointment_uid=uid, actor=actor, now=now())
    opened.flush()
    return _shown(opened, acted[0].link_id, actor)


def _shown(opened: Session, link_id: str | None, actor: Actor) -> Shown:
    own_id = own_therapist_id(opened, actor, "appointment.read")
    visits = [each for each in list_linked(opened, link_id) if own_id in {None, each.therapist_id}]
    return {"link_id": link_id, "appointments": [show_appointment(each, actor) for each in visits]}
