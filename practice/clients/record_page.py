"""A client's record as pages show it: everything in words, contacts as people read them aloud."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from practice.clients import queries, shown
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.contacts import show_phone
from practice.clients.form_schemas import RELATION_KINDS
from practice.clients.models import Client, Consent, ContactKind, MessagesTo
from practice.clients.recipients import WHY_NONE_SENTENCES, Recipient, message_recipient
from practice.clients.schemas import ALERT_KINDS, LANGUAGES
from practice.clinic.queries import get_settings


@dataclass(frozen=True, slots=True)
class ShownContact:
    """One address or number; ``href`` dials or writes."""

    uid: str
    kind: str
    words: str
    href: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What ``clients/_record.html`` and the edit page draw."""

    client: Client
    age: int | None
    language: str
    contacts: list[ShownContact]
    relations: list[dict[str, Any]]
    alerts: list[tuple[str, str]]
    recipient: Recipient
    why_no_mail: str
    consent: Consent | None
    consent_sentence: str
    consent_version: str
    has_same_name: bool

    @property
    def messages_to(self) -> str:
        """Return in words who gets the messages."""
        if self.client.messages_to == MessagesTo.NOBODY:
            return "Nobody"
        return "The client" if self.client.messages_to == MessagesTo.SELF else self.recipient.name


def record_page(session: Session, client: Client, *, today: date) -> RecordPage:
    """Return a record from ``get_record`` in words; a constant number of statements."""
    region = get_settings(session, today).default_region
    recipient = message_recipient(session, [client.id], on=today)[client.id]
    text = CONSENT_TEXTS[Purpose.REMINDER_EMAIL]
    return RecordPage(
        client=client,
        age=age_on(client.born_on, today),
        language=LANGUAGES.get(client.language, client.language),
        contacts=_contacts(client, region),
        relations=_relations(session, client, region),
        alerts=[(alert.uid, alert_words(alert.kind, alert.text)) for alert in client.alerts],
        recipient=recipient,
        why_no_mail=WHY_NONE_SENTENCES[recipient.why_none] if recipient.why_none else "",
        consent=queries.find_consent(session, client.id, Purpose.REMINDER_EMAIL),
        consent_sentence=text.sentence,
        consent_version=text.version,
        has_same_name=client.id in queries.same_name_ids(session, [client.id]),
    )


def alert_words(kind: str, text: str) -> str:
    """Return a desk alert in one line."""
    words = ALERT_KINDS.get(kind, kind)
    if kind == "other" and text:
        return text
    return f"{words}: {text}" if text else words


def age_on(born_on: date | None, today: date) -> int | None:
    """Return how old somebody is on a day."""
    if born_on is None:
        return None
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def _contacts(client: Client, region: str) -> list[ShownContact]:
    ordered = sorted(client.contacts, key=lambda contact: (contact.kind != ContactKind.PHONE, not contact.is_primary))
    return [
        ShownContact(
            uid=contact.uid,
            kind=contact.kind,
            words=show_phone(contact.normalised, region) if contact.kind == ContactKind.PHONE else contact.value,
            href=("tel:" if contact.kind == ContactKind.PHONE else "mailto:") + contact.normalised,
            is_primary=contact.is_primary,
        )
        for contact in ordered
    ]


def _relations(session: Session, client: Client, region: str) -> list[dict[str, Any]]:
    return [
        shown.show_relation(row, person)
        | {"kind_words": RELATION_KINDS[row.kind], "phone": show_phone(row.phone, region) if row.phone else ""}
        for row, person in queries.list_relations(session, client.id)
    ]
