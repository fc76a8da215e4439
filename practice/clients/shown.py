"""A client's record as the API and the pages show it: references by uid, a constant number of statements."""

from typing import Any

from sqlalchemy.orm import Session

from practice.clients import queries
from practice.clients.contacts import normalise_phone
from practice.clients.details import RECORD_FIELDS, ClientDetails
from practice.clients.errors import InvalidContact
from practice.clients.matching import Likeness
from practice.clients.models import Client, ClientRelation, ContactKind
from practice.clients.words import name_key

Shown = dict[str, Any]
_RELATION_FIELDS = ("uid", "kind", "name", "email", "phone", "gets_messages", "valid_from", "valid_until")


def show_record(session: Session, client: Client) -> Shown:
    """Return all that the desk sees of a record from ``get_record``; three statements."""
    return show_brief(session, client) | {
        "desk_note": client.desk_note,
        "messages_to": client.messages_to,
        "contacts": client.contacts,
        "relations": [show_relation(row, person) for row, person in queries.list_relations(session, client.id)],
        "consents": queries.list_consents(session, client.id),
    }


def show_brief(session: Session, client: Client) -> Shown:
    """Return what the treating therapist sees of a record from ``get_record``; one statement."""
    return {name: getattr(client, name) for name in ("uid", "version", "display_name", *RECORD_FIELDS)} | {
        "email": primary_value(client, ContactKind.EMAIL),
        "phone": primary_value(client, ContactKind.PHONE),
        "has_same_name": client.id in queries.same_name_ids(session, [client.id]),
        "alerts": client.alerts,
    }


def show_relation(row: ClientRelation, person: Client | None) -> Shown:
    """Return one relation; a client of ours goes by her own name."""
    shown = {name: getattr(row, name) for name in _RELATION_FIELDS} | {
        "related_client_uid": person.uid if person is not None else None
    }
    return shown | ({"name": person.display_name} if person is not None else {})


def primary_value(client: Client, kind: ContactKind) -> str:
    """Return the address or number in use as it was typed, empty when there is none."""
    return next((each.value for each in client.contacts if each.kind == kind and each.is_primary), "")


def details_of_client(client: Client) -> ClientDetails:
    """Return the record as :func:`service.edit_client` takes it."""
    values = {name: getattr(client, name) for name in RECORD_FIELDS}
    return ClientDetails(
        **values,
        email=primary_value(client, ContactKind.EMAIL),
        phone=primary_value(client, ContactKind.PHONE),
    )


def likeness_of(details: ClientDetails, *, region: str) -> Likeness:
    """Return what duplicates are looked for by; a number that cannot be read counts as none."""
    try:
        phones = frozenset({normalise_phone(details.phone, region)} if details.phone else ())
    except InvalidContact:
        phones = frozenset()
    return Likeness(name_key(details.first_name, details.last_name), details.born_on, phones)
