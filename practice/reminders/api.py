"""Messages and calls over JSON. Sending is the worker's; nothing in here opens a connection to a mail server."""

from typing import Any

from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients, require_own
from practice.accounts.policy import requires
from practice.clinic.models import StaffTask
from practice.reminders import queries
from practice.reminders.call_list import Call, list_calls, record_call
from practice.reminders.heartbeat import resume_sending
from practice.reminders.kept_times import send_times
from practice.reminders.reopening import take_back
from practice.reminders.schemas import (
    CallQuerySchema,
    CallSchema,
    KeptTimesSchema,
    MessageExplanationSchema,
    MessageQuerySchema,
    MessageSchema,
    OutcomeSchema,
    OutcomeShownSchema,
    SendTimesSchema,
    WhySchema,
    WorkerSchema,
)
from practice.reminders.watching import Watch, watch
from practice.scheduling.absences.models import TimesOffer
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.claiming.loading import load
from practice.web.api import ApiBlueprint
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_messages", __name__, url_prefix="/api/v1", description="Messages and calls")

Body = dict[str, Any]


@blueprint.route("/messages")
@blueprint.arguments(MessageQuerySchema, location="query")
@blueprint.response(200, MessageSchema(many=True))
@requires("message.read")
def list_messages(query: Body) -> list[queries.MessageRow]:
    """List messages, the latest due first."""
    among = own_clients(session(), current_actor(), "message.read")
    limit = query.pop("limit")
    return queries.list_messages(session(), queries.MessageFilter(**query), among=among, limit=limit)


@blueprint.route("/messages/next")
@blueprint.response(200, MessageSchema(many=True))
@requires("message.read")
def list_going_out() -> list[queries.MessageRow]:
    """List what goes out within the next 48 hours, the next one first."""
    among = own_clients(session(), current_actor(), "message.read")
    return queries.list_going_out(session(), now=now(), among=among)


@blueprint.route("/messages/why")
@blueprint.arguments(WhySchema, location="query")
@blueprint.response(200, MessageExplanationSchema(many=True))
@requires("message.read")
def explain_messages(query: Body) -> list[queries.Explanation]:
    """Say of one visit which mails went out, which will, and why the others do not."""
    appointment = load(session(), query["appointment_uid"])
    require_own(session(), current_actor(), "message.read", client_id=appointment.client_id)
    return queries.why_no_mail(session(), appointment, now=now())


@blueprint.route("/messages/worker")
@blueprint.response(200, WorkerSchema)
@requires("message.manage")
def show_worker() -> Watch:
    """Say whether mail goes out, when each job last ran, what waits and what the mail server said."""
    return watch(session(), now=now())


@blueprint.route("/messages/worker/resume", methods=["POST"])
@blueprint.response(200, WorkerSchema)
@requires("message.manage")
def resume() -> Watch:
    """Let mail go out again after the sign-in at the mail server was mended."""
    instant = now()

    def work(opened: Session) -> Watch:
        resume_sending(opened, actor=current_actor(), now=instant)
        return watch(opened, now=instant)

    return write(work)


@blueprint.route("/messages/<uid:uid>")
@blueprint.response(200, MessageSchema)
@requires("message.read")
def show_message(uid: str) -> queries.MessageRow:
    """Read one message."""
    row = queries.get_message(session(), uid)
    require_own(session(), current_actor(), "message.read", client_id=row.client_id)
    return row


@blueprint.route("/absences/calls/<uid:uid>/times", methods=["POST"])
@blueprint.arguments(SendTimesSchema)
@blueprint.response(201, KeptTimesSchema)
@requires("task.finish")
def post_times(body: Body, uid: str) -> TimesOffer:
    """Keep up to three times for a visit that an absence hit and let its client choose by mail."""
    return write(
        lambda opened: send_times(
            opened, answer_uid=uid, **body, rules=booking_rules(), actor=current_actor(), now=now()
        )
    )


@blueprint.route("/calls")
@blueprint.arguments(CallQuerySchema, location="query")
@blueprint.response(200, CallSchema(many=True))
@requires("task.read")
def show_calls(query: Body) -> list[Call]:
    """List the calls to make, the most urgent first."""
    return list_calls(session(), now=now(), until=query.get("until"))


@blueprint.route("/calls/<uid:uid>/outcome", methods=["POST"])
@blueprint.arguments(OutcomeSchema)
@blueprint.response(200, OutcomeShownSchema)
@requires("task.finish")
def post_outcome(body: Body, uid: str) -> StaffTask:
    """Note how a call ended."""
    return write(lambda opened: record_call(opened, task_uid=uid, **body, actor=current_actor(), now=now()))


@blueprint.route("/tasks/<uid:uid>/undo", methods=["POST"])
@blueprint.response(200, OutcomeShownSchema)
@requires("task.finish")
def post_undo(uid: str) -> StaffTask:
    """Open a call or another task again whose end was noted by mistake, within twelve hours."""
    return write(lambda opened: take_back(opened, task_uid=uid, actor=current_actor(), now=now()))
