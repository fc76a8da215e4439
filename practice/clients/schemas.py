"""What client records read and show as JSON and as forms; shape only."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from practice.clients.consents import Purpose
from practice.clients.models import ContactKind, MessagesTo, RelationKind
from practice.web.schemas import Day, Flag, Instant, StrictSchema, Text, Uid

LANGUAGES = {"en": "English", "fr": "French", "de": "German", "es": "Spanish"}
ALERT_KINDS = {
    "step_free": "Step-free access",
    "low_table": "Low table",
    "interpreter": "Interpreter",
    "scent_free": "Scent-free",
    "hearing": "Hard of hearing",
    "other": "Other",
}
CHANNELS = {"desk": "Read aloud at the desk", "paper": "On paper"}
MOST_AT_ONCE = 10


def one_of(names: Mapping[str, str] | tuple[str, ...], **kwargs: Any) -> fields.String:
    """Return a field that takes one of some codes."""
    codes = list(names)
    return fields.String(validate=validate.OneOf(codes, error=f"Choose one of: {', '.join(codes)}."), **kwargs)


class ContactSchema(StrictSchema):
    """An address or number; the primary one of its kind is used."""

    uid = fields.String(dump_only=True)
    kind = one_of(tuple(map(str, ContactKind)), required=True)
    value = Text(longest=254, shortest=3, required=True)
    normalised = fields.String(dump_only=True)
    is_primary = fields.Boolean(dump_only=True)
    verified_at = Instant(dump_only=True, allow_none=True)


class AlertSchema(StrictSchema):
    """What the desk must know; never anything clinical."""

    uid = fields.String(dump_only=True)
    kind = one_of(ALERT_KINDS, required=True)
    text = Text(longest=200)


class RelationSchema(StrictSchema):
    """Another person: a client of ours (``related_client_uid``) or a name with an address or number."""

    uid = fields.String(dump_only=True)
    kind = one_of(tuple(map(str, RelationKind)), required=True)
    related_client_uid = Uid(allow_none=True)
    name = Text(longest=160)
    email = Text(longest=254)
    phone = Text(longest=40)
    gets_messages = Flag()
    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class ConsentSchema(StrictSchema):
    """A consent for one purpose, to the sentence of ``text_version``."""

    uid = fields.String(dump_only=True)
    purpose = one_of(tuple(map(str, Purpose)), required=True)
    text_version = Text(longest=20, shortest=1, required=True)
    channel = one_of(CHANNELS, required=True)
    given_at = Instant(dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
    withdrawn_channel = fields.String(dump_only=True, allow_none=True)


class ClientBriefSchema(StrictSchema):
    """A client as the treating therapist sees the record: who it is, how to reach, what to prepare."""

    uid = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)
    display_name = fields.String(dump_only=True)
    first_name = Text(longest=80, shortest=1)
    last_name = Text(longest=80, shortest=1)
    preferred_name = Text(longest=80)
    pronouns = Text(longest=40)
    born_on = Day(allow_none=True)
    language = one_of(LANGUAGES)
    email = Text(longest=254)
    phone = Text(longest=40)
    has_same_name = fields.Boolean(dump_only=True)
    alerts = fields.List(fields.Nested(AlertSchema), dump_only=True)


class ClientSchema(ClientBriefSchema):
    """A client as the desk sees the record."""

    desk_note = Text(longest=2000, multiline=True)
    messages_to = fields.String(dump_only=True)
    contacts = fields.List(fields.Nested(ContactSchema), dump_only=True)
    relations = fields.List(fields.Nested(RelationSchema), dump_only=True)
    consents = fields.List(fields.Nested(ConsentSchema), dump_only=True)


class NewClientSchema(ClientSchema):
    """A record to be opened; a phone number, a mail address or a relation must say how to reach the client."""

    first_name = Text(longest=80, shortest=1, required=True)
    last_name = Text(longest=80, shortest=1, required=True)
    alerts = fields.List(fields.Nested(AlertSchema), load_only=True, validate=validate.Length(max=MOST_AT_ONCE))
    relations = fields.List(fields.Nested(RelationSchema), load_only=True, validate=validate.Length(max=MOST_AT_ONCE))
    consents = fields.List(fields.Nested(ConsentSchema), load_only=True, validate=validate.Length(max=len(Purpose)))


class ClientHitSchema(StrictSchema):
    """One row of the search."""

    uid = fields.String()
    display_name = fields.String()
    legal_name = fields.String()
    born_on = Day(allow_none=True)
    phone_tail = fields.String()
    has_same_name = fields.Boolean()


class DuplicateSchema(StrictSchema):
    """A record that may be the same person, and why."""

    client = fields.Nested(ClientHitSchema, attribute="hit")
    reasons = fields.List(fields.String())


class OpenedClientSchema(ClientSchema):
    """The record that was opened, with those that may be the same person."""

    possible_duplicates = fields.List(fields.Nested(DuplicateSchema))


class SearchSchema(StrictSchema):
    """What is typed into the search; without it the newest records are listed."""

    q = Text(longest=100)


class DuplicateQuerySchema(StrictSchema):
    """Who is about to be entered."""

    first_name = Text(longest=80, shortest=1, required=True)
    last_name = Text(longest=80, shortest=1, required=True)
    born_on = Day()
    phone = Text(longest=40)


class MessagesToSchema(StrictSchema):
    """Who gets the messages; ``relation`` needs the relation."""

    to = one_of(tuple(map(str, MessagesTo)), required=True)
    relation_uid = Uid()
