"""What preferences and pairs kept apart read and show; shape only."""

from marshmallow import ValidationError, fields, validates_schema

from practice.clients.models import Strength
from practice.clients.preferences import GENDERS
from practice.clients.schemas import one_of
from practice.web.schemas import Instant, StrictSchema, Text, Uid

STRENGTHS = {Strength.PREFER: "Prefers", Strength.MUST: "Only", Strength.NEVER: "Never"}


class _Subject(StrictSchema):
    """Exactly one of two fields says who is meant."""

    one_field, other_field = "", ""

    @validates_schema
    def _require_one(self, data: dict[str, object], **_kwargs: object) -> None:
        if bool(data.get(self.one_field)) == bool(data.get(self.other_field)):
            raise ValidationError("Say exactly one of the two.", self.one_field)


class PreferenceSchema(_Subject):
    """By whom a client wishes to be treated: one therapist or a gender."""

    one_field, other_field = "therapist_uid", "gender"

    uid = fields.String(dump_only=True)
    strength = one_of(tuple(map(str, STRENGTHS)), required=True)
    therapist_uid = Uid(allow_none=True)
    gender = one_of(("", *GENDERS))
    words = fields.String(dump_only=True)


class KeptApartSchema(_Subject):
    """From whom a client is kept apart; the reason is written only."""

    one_field, other_field = "therapist_uid", "other_client_uid"

    uid = fields.String(dump_only=True)
    name = fields.String(dump_only=True)
    is_therapist = fields.Boolean(dump_only=True)
    since = Instant(dump_only=True)
    therapist_uid = Uid(allow_none=True, load_only=True)
    other_client_uid = Uid(allow_none=True, load_only=True)
    reason = Text(longest=1000, multiline=True, load_only=True)


class KeptApartReasonSchema(StrictSchema):
    """Why two are kept apart."""

    reason = fields.String()


class PreferenceFormSchema(StrictSchema):
    """``subject`` is the uid of a therapist or a gender."""

    strength = one_of(tuple(map(str, STRENGTHS)), required=True)
    subject = Text(longest=36, shortest=1, required=True)


class KeptApartFormSchema(StrictSchema):
    """A therapist, or a client chosen from what ``q`` found; and why."""

    therapist_uid = Uid(allow_none=True)
    q = Text(longest=160)
    other_client_uid = Uid(allow_none=True)
    reason = Text(longest=1000, multiline=True)
