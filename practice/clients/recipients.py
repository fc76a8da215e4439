"""Who gets a client's messages: the client, a relation, or nobody, and why nobody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from practice.clients.models import Client, ClientContact, ClientRelation, ContactKind, MessagesTo


class WhyNone(StrEnum):
    """Why nobody can be written to."""

    NOBODY_WANTED = "nobody_wanted"
    NO_RELATION = "no_relation"
    NO_ADDRESS = "no_address"


WHY_NONE_SENTENCES = {
    WhyNone.NOBODY_WANTED: "The record says that messages go to nobody.",
    WhyNone.NO_RELATION: "Messages go to a relation, but none is valid on that day.",
    WhyNone.NO_ADDRESS: "There is no mail address.",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is written to; ``address`` is None exactly when ``why_none`` says why. ``phone`` serves a call instead."""

    kind: MessagesTo
    name: str
    address: str | None
    phone: str | None
    why_none: WhyNone | None
    language: str


@dataclass(frozen=True, slots=True)
class _Contacts:
    email: str | None = None
    phone: str | None = None


def message_recipient(session: Session, client_ids: Collection[int], *, on: date) -> dict[int, Recipient]:
    """Return who gets each client's messages on a day; three statements, however many clients.

    What was written for a record that was merged goes to whom the kept one names.
    """
    asked, kept = aliased(Client), Client
    rows = select(asked.id, kept).join(kept, kept.id == func.coalesce(asked.merged_into_id, asked.id))
    clients = {row[0]: row[1] for row in session.execute(rows.where(asked.id.in_(client_ids)))}
    kept_ones = set(clients.values())
    relations = _relations(session, [c.id for c in kept_ones if c.messages_to == MessagesTo.RELATION], on)
    related_ids = {person.id for _, person in relations.values() if person is not None}
    contacts = _primary_contacts(session, {client.id for client in kept_ones} | related_ids)
    return {asked_id: _resolve(client, relations.get(client.id), contacts) for asked_id, client in clients.items()}


def _resolve(
    client: Client, relation: tuple[ClientRelation, Client | None] | None, contacts: dict[int, _Contacts]
) -> Recipient:
    own = contacts.get(client.id, _Contacts())
    if client.messages_to == MessagesTo.NOBODY:
        return Recipient(
            MessagesTo.NOBODY, client.display_name, None, own.phone, WhyNone.NOBODY_WANTED, client.language
        )
    if client.messages_to == MessagesTo.SELF:
        return _reach(MessagesTo.SELF, client.display_name, own, client.language)
    if relation is None:
        return Recipient(
            MessagesTo.RELATION, client.display_name, None, own.phone, WhyNone.NO_RELATION, client.language
        )
    row, person = relation
    if person is None:
        return _reach(MessagesTo.RELATION, row.name, _Contacts(row.email or None, row.phone or None), client.language)
    return _reach(MessagesTo.RELATION, person.display_name, contacts.get(person.id, _Contacts()), person.language)


def _reach(kind: MessagesTo, name: str, contacts: _Contacts, language: str) -> Recipient:
    why_none = WhyNone.NO_ADDRESS if contacts.email is None else None
    return Recipient(kind, name, contacts.email, contacts.phone, why_none, language)


def _relations(
    session: Session, client_ids: Collection[int], on: date
) -> dict[int, tuple[ClientRelation, Client | None]]:
    rows = (
        select(ClientRelation, Client)
        .outerjoin(Client, Client.id == ClientRelation.related_client_id)
        .where(
            ClientRelation.client_id.in_(client_ids),
            ClientRelation.gets_messages,
            or_(ClientRelation.valid_from.is_(None), ClientRelation.valid_from <= on),
            or_(ClientRelation.valid_until.is_(None), ClientRelation.valid_until >= on),
        )
        .order_by(ClientRelation.id.desc())
    )
    return {row[0].client_id: (row[0], row[1]) for row in session.execute(rows)}


def _primary_contacts(session: Session, client_ids: Iterable[int]) -> dict[int, _Contacts]:
    rows = (
        select(ClientContact.client_id, ClientContact.kind, ClientContact.normalised)
        .where(ClientContact.client_id.in_(client_ids))
        .order_by(ClientContact.is_primary, ClientContact.id.desc())
    )
    found: dict[int, dict[str, str]] = {}
    for row in session.execute(rows):
        # The primary one comes last and wins.
        found.setdefault(row.client_id, {})[row.kind] = row.normalised
    return {
        client_id: _Contacts(by_kind.get(ContactKind.EMAIL), by_kind.get(ContactKind.PHONE))
        for client_id, by_kind in found.items()
    }
