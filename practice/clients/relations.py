"""The people around a client, and which of them gets the messages."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from practice.clients.contacts import normalise_email, normalise_phone
from practice.clients.details import RelationDetails
from practice.clients.errors import InvalidRelation, NobodyForMessages, correct
from practice.clients.fullness import require_room_for
from practice.clients.models import Client, ClientRelation, MessagesTo
from practice.clients.service import touch_client
from practice.clinic.queries import phone_region
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound, WayOut, require_version


def add_relation(
    session: Session, *, client: Client, details: RelationDetails, version: int | None, actor: Actor, now: datetime
) -> ClientRelation:
    """Add a person; with ``gets_messages`` the client's messages go there from now on.

    Raises ``StaleVersion``, :class:`InvalidRelation`, ``InvalidContact`` and ``RecordFull``.
    """
    require_version(client.version, version)
    require_room_for(session, ClientRelation, client)
    _require_sound(session, client, details)
    relation = ClientRelation(
        uid=new_uid(),
        client_id=client.id,
        kind=details.kind,
        related_client_id=details.related_client_id,
        name=details.name,
        email=normalise_email(details.email) if details.email else "",
        phone=_phone(session, details.phone, now),
        valid_from=details.valid_from,
        valid_until=details.valid_until,
    )
    session.add(relation)
    session.flush()
    if details.gets_messages:
        _send_to(session, client, relation)
    touch_client(session, client, "client.relation_add", data={"kind": str(details.kind)}, actor=actor, now=now)
    return relation


def remove_relation(
    session: Session, *, client: Client, relation: ClientRelation, version: int | None, actor: Actor, now: datetime
) -> None:
    """Remove a person; raises ``StaleVersion``, and :class:`NobodyForMessages` for the one who gets the messages."""
    require_version(client.version, version)
    if relation.gets_messages and client.messages_to == MessagesTo.RELATION:
        raise NobodyForMessages(
            "This person gets the client's messages. Choose first who gets them instead.",
            ways_out=(WayOut("direct_messages", "Send them to the client", {"to": str(MessagesTo.SELF)}),),
        )
    session.delete(relation)
    touch_client(session, client, "client.relation_remove", data={"kind": str(relation.kind)}, actor=actor, now=now)


def direct_messages(
    session: Session,
    *,
    client: Client,
    to: MessagesTo,
    relation: ClientRelation | None = None,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say who gets the client's messages; ``RELATION`` needs the relation.

    Raises ``StaleVersion`` and :class:`NobodyForMessages`.
    """
    require_version(client.version, version)
    if to == MessagesTo.RELATION and relation is None:
        raise NobodyForMessages(
            "Say which person gets the messages, or add one.",
            ways_out=(WayOut("add_relation", "Add a person"),),
        )
    if relation is not None and to == MessagesTo.RELATION:
        _send_to(session, client, relation)
    client.messages_to = to
    touch_client(session, client, "client.messages_to", data={"to": str(to)}, actor=actor, now=now)


def _send_to(session: Session, client: Client, relation: ClientRelation) -> None:
    others = update(ClientRelation).where(ClientRelation.client_id == client.id, ClientRelation.id != relation.id)
    session.execute(others.values(gets_messages=False))
    relation.gets_messages = True
    client.messages_to = MessagesTo.RELATION


def _require_sound(session: Session, client: Client, details: RelationDetails) -> None:
    if details.related_client_id is None and not details.name:
        raise InvalidRelation("Say who it is: a client of ours, or a name.", ways_out=correct("name", "Give a name"))
    if details.related_client_id == client.id:
        raise InvalidRelation("A client is no relation of herself.", ways_out=correct("name", "Choose another person"))
    if details.related_client_id is not None and session.get(Client, details.related_client_id) is None:
        raise NotFound("There is no such client.")
    first_on, last_on = details.valid_from, details.valid_until
    if first_on is not None and last_on is not None and last_on < first_on:
        raise InvalidRelation(
            "The relation ends before it starts.", ways_out=correct("valid_until", "Correct the dates")
        )


def _phone(session: Session, typed: str, now: datetime) -> str:
    return normalise_phone(typed, phone_region(session, now)) if typed else ""
