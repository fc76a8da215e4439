"""Whom the desk phones about a client: the client, or the person who gets the messages for her."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.contacts import show_phone
from practice.clients.models import MessagesTo
from practice.clients.recipients import Recipient, message_recipient
from practice.clinic.queries import get_settings, practice_today


@dataclass(frozen=True, slots=True)
class Reached:
    """``number`` as it is dialled, ``words`` as it is read aloud (both empty without one).

    ``name`` says who answers when it is not the client.
    """

    number: str
    words: str
    name: str
    language: str


def whom_to_phone(session: Session, client_ids: Collection[int], *, now: datetime) -> dict[int, Reached]:
    """Return whom to phone by client id; a constant number of statements."""
    if not client_ids:
        return {}
    today = practice_today(session, now)
    region = get_settings(session, today).default_region
    found = message_recipient(session, client_ids, on=today)
    return {client_id: _reached(recipient, region) for client_id, recipient in found.items()}


def _reached(recipient: Recipient, region: str) -> Reached:
    number = recipient.phone or ""
    is_other = recipient.kind == MessagesTo.RELATION and recipient.why_none is None
    words = show_phone(number, region) if number else ""
    return Reached(number, words, recipient.name if is_other else "", recipient.language)
