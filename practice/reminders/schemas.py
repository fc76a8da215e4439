"""What messages and calls look like as JSON; shape only."""

from marshmallow import fields, validate

from practice.reminders.call_list import CallOutcome
from practice.reminders.kinds import MessageState
from practice.web.schemas import Instant, StrictSchema, Text, Uid, WholeNumber


class MessageQuerySchema(StrictSchema):
    """Which messages are wanted, the latest due first."""

    appointment_uid = Uid()
    client_uid = Uid()
    state = fields.String(validate=validate.OneOf([str(state) for state in MessageState]))
    limit = WholeNumber(1, 100, load_default=100)


class MessageSchema(StrictSchema):
    """One message; its text is rendered when it is sent and not kept."""

    uid = fields.String(dump_only=True)
    kind = fields.String(dump_only=True)
    state = fields.String(dump_only=True)
    sentence = fields.String(dump_only=True)
    appointment_uid = fields.String(dump_only=True, allow_none=True)
    client_uid = fields.String(dump_only=True)
    client_name = fields.String(dump_only=True)
    to_address = fields.String(dump_only=True)
    due_at = Instant(dump_only=True)
    sent_at = Instant(dump_only=True, allow_none=True)
    message_id = fields.String(dump_only=True)
    visits = fields.Integer(
        dump_only=True,
        metadata={"description": "Of how many visits the mail tells; those of one sent mail share its message_id."},
    )
    attempts = fields.Integer(dump_only=True)
    last_code = fields.Integer(dump_only=True, allow_none=True)
    last_reply = fields.String(dump_only=True)


class MessageExplanationSchema(StrictSchema):
    """One message of a visit that exists or that one might expect, with the reason."""

    kind = fields.String(dump_only=True)
    state = fields.String(dump_only=True)
    sentence = fields.String(dump_only=True)
    channel = fields.String(dump_only=True)
    visits = fields.Integer(dump_only=True)
    due_at = Instant(dump_only=True, allow_none=True)
    sent_at = Instant(dump_only=True, allow_none=True)
    lead_minutes = fields.Function(
        lambda each: None if each.lead is None else int(each.lead.total_seconds()) // 60,
        metadata={"type": ["integer", "null"]},
    )


class WhySchema(StrictSchema):
    """The visit whose messages are asked about."""

    appointment_uid = Uid(required=True)


class JobSchema(StrictSchema):
    """One job of the worker."""

    job = fields.String(dump_only=True)
    beat_at = Instant(dump_only=True, allow_none=True)
    worker = fields.String(dump_only=True)
    is_alive = fields.Boolean(dump_only=True)


class WorkerSchema(StrictSchema):
    """Whether mail goes out; ``codes`` counts the last replies to what is tried again, "none" a broken connection."""

    is_well = fields.Boolean(dump_only=True)
    is_alive = fields.Boolean(dump_only=True, attribute="health.is_alive")
    is_following = fields.Boolean(dump_only=True, attribute="health.is_following")
    last_seen_at = Instant(dump_only=True, allow_none=True, attribute="health.last_seen_at")
    overdue = fields.Integer(dump_only=True, attribute="health.overdue")
    oldest_due_at = Instant(dump_only=True, allow_none=True)
    paused_because = fields.String(dump_only=True, allow_none=True, attribute="health.paused_because")
    jobs = fields.List(fields.Nested(JobSchema), dump_only=True)
    states = fields.Dict(keys=fields.String(), values=fields.Integer(), dump_only=True)
    due = fields.Integer(dump_only=True)
    codes = fields.Function(lambda watch: {str(code or "none"): count for code, count in watch.codes.items()})
    too_late = fields.Integer(dump_only=True)


class CallQuerySchema(StrictSchema):
    """Until when calls are wanted; the coming 24 hours unless said."""

    until = Instant()


class CallSchema(StrictSchema):
    """One call to make."""

    uid = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)
    kind = fields.String(dump_only=True)
    due_at = Instant(dump_only=True)
    last_outcome = fields.String(dump_only=True, allow_none=True)
    client_uid = fields.String(dump_only=True)
    client_name = fields.String(dump_only=True)
    speak_to = fields.String(dump_only=True)
    phone = fields.String(dump_only=True, allow_none=True)
    appointment_uid = fields.String(dump_only=True)
    starts_at = Instant(dump_only=True)
    zone = fields.String(dump_only=True)
    therapist_name = fields.String(dump_only=True)
    say = fields.String(dump_only=True)


class OutcomeSchema(StrictSchema):
    """How the call ended."""

    outcome = fields.Enum(CallOutcome, by_value=True, required=True)
    note = Text(longest=2000, multiline=True, load_default="")


class OutcomeShownSchema(StrictSchema):
    """The call afterwards."""

    uid = fields.String(dump_only=True)
    state = fields.String(dump_only=True)
    outcome = fields.String(dump_only=True, allow_none=True)
    due_at = Instant(dump_only=True)
    version = fields.Integer(dump_only=True)


class SendTimesSchema(StrictSchema):
    """Which state of the call was seen."""

    version = WholeNumber(1, 2_000_000_000)


class KeptTimesSchema(StrictSchema):
    """Until when the times are kept."""

    uid = fields.String(dump_only=True)
    offered_at = Instant(dump_only=True)
    expires_at = Instant(dump_only=True)
