"""What happens to an appointment, one sub-resource per act; If-Match is optional, for each act compares the state."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.scheduling.appointments import (
    asking,
    attending,
    booking,
    cancelling,
    shortening,
    starting,
    swapping,
    undoing,
)
from practice.scheduling.appointments.api import Read, read_with_etag, show_now
from practice.scheduling.appointments.cancelling import CancelledBy
from practice.scheduling.appointments.forms import (
    Body,
    booking_rules,
    require_own_appointment,
    require_own_diary,
    seen_version,
)
from practice.scheduling.appointments.schemas import (
    AppointmentSchema,
    CancellationSchema,
    NoShowSchema,
    ReasonSchema,
    ShorteningSchema,
    SwapSchema,
    TentativeSchema,
    TreatmentEndSchema,
    TreatmentStartSchema,
)
from practice.scheduling.appointments.shown import Shown
from practice.scheduling.appointments.swapping import Swapped
from practice.scheduling.models import Appointment
from practice.web.api import ApiBlueprint
from practice.web.database import now, write

blueprint = ApiBlueprint(
    "api_appointment_acts",
    __name__,
    url_prefix="/api/v1/appointments/<uid:uid>",
    description="What happens to an appointment",
)


def act_on(uid: str, action: str, verb: Callable[..., Appointment]) -> Read:
    """Let *verb* act on an appointment that is the actor's to act on, and show it as it stands then."""
    version = seen_version()

    def work(opened: Session) -> Shown:
        actor = current_actor()
        require_own_appointment(opened, uid, actor, action)
        verb(opened, appointment_uid=uid, version=version, actor=actor, now=now())
        return show_now(opened, uid)

    return read_with_etag(write(work))


@blueprint.route("/cancellation")
class Cancellation(MethodView):
    """Calling off."""

    @blueprint.arguments(CancellationSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.cancel")
    def post(self, body: Body, uid: str) -> Read:
        """Cancel; the time becomes free, a late cancellation by the client proposes a fee."""
        verb = partial(cancelling.cancel, **{**body, "by": CancelledBy(body["by"])})
        return act_on(uid, "appointment.cancel", verb)


@blueprint.route("/fee-waiver")
class FeeWaiver(MethodView):
    """Letting a proposed fee go."""

    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("fee.manage")
    def post(self, body: Body, uid: str) -> Read:
        """Waive the proposed fee with a reason."""
        return act_on(uid, "fee.manage", partial(cancelling.waive_fee, reason=body["reason"]))


@blueprint.route("/form-request")
class FormRequest(MethodView):
    """The client's form."""

    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def post(self, uid: str) -> Read:
        """Ask for the form by mail, by a call where there is no address."""
        return act_on(uid, "appointment.change", asking.ask_form)


@blueprint.route("/confirmation")
class Confirmation(MethodView):
    """The client's word."""

    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.attend")
    def post(self, uid: str) -> Read:
        """Note that the client will come; saying it again changes nothing."""
        return act_on(uid, "appointment.attend", attending.confirm)


@blueprint.route("/settlement")
class Settlement(MethodView):
    """From tentative to firm."""

    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def post(self, uid: str) -> Read:
        """Make a tentative booking firm."""
        return act_on(uid, "appointment.change", partial(booking.settle, rules=booking_rules()))


@blueprint.route("/reservation")
class Reservation(MethodView):
    """From firm to tentative."""

    @blueprint.arguments(TentativeSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def post(self, body: Body, uid: str) -> Read:
        """Keep a booking only tentatively."""
        return act_on(uid, "appointment.change", partial(booking.make_tentative, reason=body["reason"]))


@blueprint.route("/arrival")
class Arrival(MethodView):
    """The client is here."""

    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.attend")
    def post(self, uid: str) -> Read:
        """Mark the client as arrived."""
        return act_on(uid, "appointment.attend", attending.arrive)


@blueprint.route("/start")
class Start(MethodView):
    """The treatment begins."""

    @blueprint.arguments(TreatmentStartSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.attend")
    def post(self, body: Body, uid: str) -> Read:
        """Begin the treatment, with another therapist if one is named."""
        return act_on(uid, "appointment.attend", partial(_start, body))


def _start(body: Body, opened: Session, **more: Any) -> Appointment:
    treats = body.get("therapist_uid")
    if treats is not None:
        require_own_diary(opened, treats, current_actor(), "appointment.attend")
    return starting.start(
        opened, therapist_uid=treats, started_at=body.get("started_at"), rules=booking_rules(), **more
    )


@blueprint.route("/shortening")
class Shortening(MethodView):
    """A client who comes late."""

    @blueprint.arguments(ShorteningSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def post(self, body: Body, uid: str) -> Read:
        """Let a visit that should have begun end earlier, after fewer minutes or as a shorter service."""
        return act_on(uid, "appointment.change", partial(shortening.shorten, **body, rules=booking_rules()))


@blueprint.route("/completion")
class Completion(MethodView):
    """The treatment ends."""

    @blueprint.arguments(TreatmentEndSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.attend")
    def post(self, body: Body, uid: str) -> Read:
        """End the treatment."""
        return act_on(uid, "appointment.attend", partial(attending.complete, ended_at=body.get("ended_at")))


@blueprint.route("/no-show")
class NoShow(MethodView):
    """The client did not come."""

    @blueprint.arguments(NoShowSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.attend")
    def post(self, body: Body, uid: str) -> Read:
        """Mark as no-show; the time becomes free."""
        return act_on(uid, "appointment.attend", partial(attending.mark_no_show, charge_fee=body["charge_fee"]))


@blueprint.route("/error-mark")
class ErrorMark(MethodView):
    """What never was."""

    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def post(self, body: Body, uid: str) -> Read:
        """Mark as entered in error; the entry stays in the history."""
        return act_on(uid, "appointment.change", partial(attending.mark_entered_in_error, reason=body["reason"]))


@blueprint.route("/undo")
class Undo(MethodView):
    """The last act."""

    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.undo")
    def post(self, uid: str) -> Read:
        """Take back the last act, if its time is still free."""
        return act_on(uid, "appointment.undo", partial(undoing.undo, rules=booking_rules()))


@blueprint.route("/swap")
class Swap(MethodView):
    """Two appointments exchange something."""

    @blueprint.arguments(SwapSchema)
    @blueprint.response(200, AppointmentSchema)
    @requires("appointment.change")
    def post(self, body: Body, uid: str) -> Read:
        """Exchange rooms, therapists or times with another appointment, both or neither."""

        def work(opened: Session) -> Shown:
            actor = current_actor()
            for each in (uid, body["other_uid"]):
                require_own_appointment(opened, each, actor, "appointment.change")
            swapping.swap(
                opened,
                appointment_uid=uid,
                other_uid=body["other_uid"],
                what=Swapped(body["what"]),
                override_reason=body["override_reason"],
                rules=booking_rules(),
                actor=actor,
                now=now(),
            )
            return show_now(opened, uid)

        return read_with_etag(write(work))
