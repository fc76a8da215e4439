"""What the forms of client records read; shape only."""

from practice.clients.models import RelationKind
from practice.clients.schemas import ALERT_KINDS, LANGUAGES, one_of
from practice.web.schemas import Day, Flag, StrictSchema, Text, Uid

RELATION_KINDS = {
    RelationKind.GUARDIAN: "Guardian",
    RelationKind.BOOKS_FOR: "Books for the client",
    RelationKind.PAYS_FOR: "Pays for the client",
    RelationKind.MAY_DISCUSS: "May discuss visits with us",
}


class RecordFormSchema(StrictSchema):
    """The record itself; the address and number are the ones in use."""

    first_name = Text(longest=80, shortest=1, required=True)
    last_name = Text(longest=80, shortest=1, required=True)
    preferred_name = Text(longest=80)
    pronouns = Text(longest=40)
    born_on = Day(allow_none=True)
    language = one_of(LANGUAGES, required=True)
    phone = Text(longest=40)
    email = Text(longest=254)
    desk_note = Text(longest=2000, multiline=True)


class RelationFormSchema(StrictSchema):
    """A person: ``q`` is the typed name, ``related_client_uid`` the client who was chosen from what it found."""

    kind = one_of(tuple(map(str, RELATION_KINDS)), required=True)
    q = Text(longest=160)
    related_client_uid = Uid(allow_none=True)
    phone = Text(longest=40)
    email = Text(longest=254)
    gets_messages = Flag()
    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class NewClientFormSchema(RecordFormSchema):
    """A new record, with the person who speaks for the client and the consent that was read aloud."""

    relation_kind = one_of(("", *map(str, RELATION_KINDS)))
    q = Text(longest=160)
    related_client_uid = Uid(allow_none=True)
    relation_phone = Text(longest=40)
    relation_email = Text(longest=254)
    relation_gets_messages = Flag()
    reminder_email = Flag()
    text_version = Text(longest=20)
    is_somebody_else = Flag()


class ContactFormSchema(StrictSchema):
    """Another address or number: what it is follows from how it is written."""

    value = Text(longest=254, shortest=3, required=True)


class AlertFormSchema(StrictSchema):
    """What the desk must know."""

    kind = one_of(ALERT_KINDS, required=True)
    text = Text(longest=200)


class MessagesToFormSchema(StrictSchema):
    """``self``, ``nobody``, or the uid of the relation who gets the messages."""

    to = Text(longest=36, shortest=1, required=True)


class ConsentFormSchema(StrictSchema):
    """The box that is ticked after the sentence was read aloud."""

    agreed = Flag(
        required=True, error_messages={"required": "Tick the box once the sentence was read aloud and agreed to."}
    )
    text_version = Text(longest=20, shortest=1, required=True)
