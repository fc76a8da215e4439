"""A client as the booking panel and the search show her: enough to tell two people of one name apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session

from practice.clients.consents import Purpose
from practice.clients.models import Client, ContactKind
from practice.clients.queries import ClientHit, get_record, has_consent, same_name_ids, search_clients
from practice.clients.recipients import WHY_NONE_SENTENCES, Recipient, message_recipient
from practice.clinic.queries import practice_today
from practice.desk.queries import Around, Usual, usual_of_client, visits_around


@dataclass(frozen=True, slots=True)
class FoundClient:
    """One row of the search: the hit, with the visits around now."""

    hit: ClientHit
    around: Around


@dataclass(frozen=True, slots=True)
class ClientCard:
    """The client of a booking, and where the messages about it go."""

    client: Client
    phone: str
    has_same_name: bool
    around: Around
    usual: Usual | None
    alerts: Sequence[str]
    recipient: Recipient
    has_consent: bool

    @property
    def phone_tail(self) -> str:
        """Return the last four digits of the number."""
        return self.phone[-4:]

    @property
    def why_no_mail(self) -> str:
        """Return in a sentence why nobody can be written to, empty when somebody can."""
        return WHY_NONE_SENTENCES[self.recipient.why_none] if self.recipient.why_none else ""


def find_clients(
    session: Session, typed: str, *, among: Select[int | None] | None = None, now: datetime
) -> list[FoundClient]:
    """Return the clients who match what was typed; three statements."""
    hits = search_clients(session, typed, among=among)
    around = visits_around(session, [hit.id for hit in hits], now=now)
    return [FoundClient(hit, around[hit.id]) for hit in hits]


def client_card(session: Session, uid: str, *, now: datetime) -> ClientCard:
    """Return the card of a client; raises ``NotFound``."""
    client = get_record(session, uid)
    recipient = message_recipient(session, [client.id], on=practice_today(session, now))[client.id]
    return ClientCard(
        client=client,
        phone=next((one.value for one in client.contacts if one.kind == ContactKind.PHONE and one.is_primary), ""),
        has_same_name=bool(same_name_ids(session, [client.id])),
        around=visits_around(session, [client.id], now=now)[client.id],
        usual=usual_of_client(session, client.id),
        alerts=[alert.text or alert.kind.replace("_", " ") for alert in client.alerts],
        recipient=recipient,
        has_consent=has_consent(session, [client.id], purpose=Purpose.REMINDER_EMAIL)[client.id],
    )
