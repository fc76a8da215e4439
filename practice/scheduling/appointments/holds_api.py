"""Held times and parked calls over JSON: what lies on the desk while a call goes on."""

from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.scheduling.appointments import holding, parking
from practice.scheduling.appointments.forms import Body, booking_rules, require_own_call, require_own_diary, time_wish
from practice.scheduling.appointments.parking import Parked, ParkedDetails
from practice.scheduling.appointments.schemas import HoldSchema, NewHoldSchema, NewParkedCallSchema, ParkedCallSchema
from practice.scheduling.appointments.shown import Shown, show_hold
from practice.scheduling.claiming.loading import load
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_holds", __name__, url_prefix="/api/v1", description="Holds and parked calls")


@blueprint.route("/holds")
class Holds(MethodView):
    """Times kept free for a moment."""

    @blueprint.arguments(NewHoldSchema)
    @blueprint.response(201, HoldSchema)
    @requires("appointment.hold")
    def post(self, body: Body) -> Response:
        """Hold a time for five minutes."""

        def work(opened: Session) -> Answer:
            actor = current_actor()
            require_own_diary(opened, body.get("therapist_uid"), actor, "appointment.hold")
            hold = holding.hold_time(
                opened,
                wish=time_wish(body),
                override_reason=body["override_reason"],
                rules=booking_rules(),
                actor=actor,
                now=now(),
            )
            return Answer(201, HoldSchema().dump(_shown(opened, hold.uid)), f"/api/v1/holds/{hold.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/holds/<uid:uid>")
class OneHold(MethodView):
    """One held time."""

    @blueprint.response(204)
    @requires("appointment.hold")
    def delete(self, uid: str) -> None:
        """Give a held time back; one that is gone already is no error."""
        write(lambda opened: _release(opened, uid))


@blueprint.route("/holds/<uid:uid>/renewal")
class Renewal(MethodView):
    """Keeping a hold."""

    @blueprint.response(200, HoldSchema)
    @requires("appointment.hold")
    def post(self, uid: str) -> Shown:
        """Hold for five more minutes, fifteen in all at most."""

        def work(opened: Session) -> Shown:
            actor = current_actor()
            require_own_call(opened, actor, "appointment.hold")
            holding.renew_hold(opened, hold_uid=uid, actor=actor, now=now())
            return _shown(opened, uid)

        return write(work)


def _release(opened: Session, uid: str) -> None:
    actor = current_actor()
    require_own_call(opened, actor, "appointment.hold")
    holding.release_hold(opened, hold_uid=uid, actor=actor, now=now())


def _shown(opened: Session, uid: str) -> Shown:
    opened.flush()
    return show_hold(load(opened, uid))


@blueprint.route("/parked-calls")
class ParkedCalls(MethodView):
    """The tray of a receptionist."""

    @blueprint.response(200, ParkedCallSchema(many=True))
    @requires("parked_call.use")
    def get(self) -> list[Shown]:
        """List the calls in the own tray, the oldest first."""
        parked = parking.list_parked_calls(session(), actor=current_actor(), now=now())
        return [_show_call(session(), each) for each in parked]

    @blueprint.arguments(NewParkedCallSchema)
    @blueprint.response(201, ParkedCallSchema)
    @requires("parked_call.use")
    def post(self, body: Body) -> Response:
        """Set the present call aside with its hold; five at most."""

        def work(opened: Session) -> Answer:
            details = ParkedDetails(
                label=body["label"],
                client=body.get("client_uid"),
                hold=body.get("hold_uid"),
                wanted_on=body.get("wanted_on"),
                form=body["form"],
            )
            parked = parking.park_call(opened, details=details, actor=current_actor(), now=now())
            shown = ParkedCallSchema().dump(_show_call(opened, parked))
            return Answer(201, shown, f"/api/v1/parked-calls/{parked.call.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/parked-calls/<uid:uid>")
class OneParkedCall(MethodView):
    """One call in the tray."""

    @blueprint.response(204)
    @requires("parked_call.use")
    def delete(self, uid: str) -> None:
        """Put a call away for good and give its held time back."""
        write(lambda opened: parking.close_call(opened, call_uid=uid, actor=current_actor(), now=now()))


@blueprint.route("/parked-calls/<uid:uid>/resumption")
class Resumption(MethodView):
    """Going on with a call."""

    @blueprint.response(200, ParkedCallSchema)
    @requires("parked_call.use")
    def post(self, uid: str) -> Shown:
        """Take a call up again; its hold is renewed if it still runs."""

        def work(opened: Session) -> Shown:
            parked = parking.resume_call(opened, call_uid=uid, actor=current_actor(), now=now())
            return _show_call(opened, parked)

        return write(work)


def _show_call(opened: Session, parked: Parked) -> dict[str, Any]:
    call = parked.call
    names = ("uid", "label", "wanted_on", "form", "created_at")
    hold = None if parked.hold is None else _shown(opened, parked.hold.uid)
    return {name: getattr(call, name) for name in names} | {"hold": hold}
