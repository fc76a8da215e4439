"""Opening and editing a client's record: names, contacts, desk alerts, consents. Search words follow every change."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from practice.clients import queries, words
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.contacts import normalise_email, normalise_phone, phone_spellings
from practice.clients.details import RECORD_FIELDS, ClientDetails
from practice.clients.errors import (
    ConsentTextChanged,
    InvalidBirthDate,
    NoWayToReach,
    correct,
)
from practice.clients.fullness import require_room_for
from practice.clients.models import (
    Client,
    ClientContact,
    ClientWord,
    Consent,
    ContactKind,
    DeskAlert,
)
from practice.clinic.models import DiaryKind
from practice.clinic.queries import phone_region, practice_today
from practice.clinic.service import open_diary
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import RELOAD, require_version
from practice.core.events import Event, record

EARLIEST_BIRTH = date(1900, 1, 1)


def create_client(
    session: Session, *, details: ClientDetails, has_relation: bool = False, actor: Actor, now: datetime
) -> Client:
    """Open a record and its diary.

    A phone number, a mail address or a relation (to be added by the caller, ``has_relation``) must say how to
    reach the client. Raises :class:`NoWayToReach`, ``InvalidContact`` and :class:`InvalidBirthDate`.
    """
    if not (details.email or details.phone or has_relation):
        raise NoWayToReach(
            "Give a phone number, a mail address, or a person who speaks for the client.",
            ways_out=correct("phone", "Add a phone number"),
        )
    client = Client(uid=new_uid(), diary_id=open_diary(session, DiaryKind.CLIENT).id, created_at=now, contacts=[])
    client.alerts = []
    _write_record(session, client, details, now)
    session.add(client)
    session.flush()
    _write_words(session, client)
    record(session, Event("client.create", "client", client.uid, actor, now))
    return client


def edit_client(
    session: Session, *, client: Client, details: ClientDetails, version: int | None, actor: Actor, now: datetime
) -> Client:
    """Change a record that ``queries.get_record`` returned; other addresses and numbers than the primary stay.

    Raises ``StaleVersion``, ``InvalidContact`` and :class:`InvalidBirthDate`.
    """
    require_version(client.version, version)
    # One flush at the end, so that one edit raises the version by one.
    with session.no_autoflush:
        changed = _write_record(session, client, details, now)
    if changed:
        _store(session, client, "client.edit", actor=actor, now=now, data={"changed": changed})
    return client


def add_contact(
    session: Session,
    *,
    client: Client,
    kind: ContactKind,
    value: str,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ClientContact:
    """Add an address or number to a record from ``get_record``; the first of its kind is the primary one.

    Raises ``StaleVersion``, ``InvalidContact`` and ``RecordFull``.
    """
    require_version(client.version, version)
    require_room_for(session, ClientContact, client)
    is_first = _find_primary(client, kind) is None
    contact = ClientContact(
        uid=new_uid(), kind=kind, value=value, normalised=_normalise(session, kind, value, now), is_primary=is_first
    )
    client.contacts.append(contact)
    _store(session, client, "client.contact_add", actor=actor, now=now, data={"kind": str(kind)})
    return contact


def remove_contact(
    session: Session, *, client: Client, contact: ClientContact, version: int | None, actor: Actor, now: datetime
) -> None:
    """Remove an address or number; another of its kind becomes the primary one. Raises ``StaleVersion``."""
    require_version(client.version, version)
    _drop_contact(client, contact)
    _store(session, client, "client.contact_remove", actor=actor, now=now, data={"kind": str(contact.kind)})


def prefer_contact(
    session: Session, *, client: Client, contact: ClientContact, version: int | None, actor: Actor, now: datetime
) -> None:
    """Make an address or number the one that is used. Raises ``StaleVersion``."""
    require_version(client.version, version)
    for other in client.contacts:
        if other.kind == contact.kind:
            other.is_primary = other is contact
    _store(session, client, "client.contact_prefer", actor=actor, now=now, data={"kind": str(contact.kind)})


def add_alert(
    session: Session, *, client: Client, kind: str, text: str, version: int | None, actor: Actor, now: datetime
) -> DeskAlert:
    """Add what the desk must know before the client arrives; never anything clinical.

    Raises ``StaleVersion`` and ``RecordFull``.
    """
    require_version(client.version, version)
    require_room_for(session, DeskAlert, client)
    alert = DeskAlert(uid=new_uid(), client_id=client.id, kind=kind, text=text)
    client.alerts.append(alert)
    _store(session, client, "client.alert_add", actor=actor, now=now, data={"kind": kind})
    return alert


def remove_alert(
    session: Session, *, client: Client, alert: DeskAlert, version: int | None, actor: Actor, now: datetime
) -> None:
    """Remove a desk alert. Raises ``StaleVersion``."""
    require_version(client.version, version)
    client.alerts.remove(alert)
    _store(session, client, "client.alert_remove", actor=actor, now=now, data={"kind": alert.kind})


def set_consent(
    session: Session,
    *,
    client: Client,
    purpose: Purpose,
    text_version: str,
    channel: str,
    actor: Actor,
    now: datetime,
) -> Consent:
    """Note that a client agreed to the sentence of *text_version*; giving it again changes nothing.

    ``channel`` is ``desk``, ``link`` or ``paper``. Raises :class:`ConsentTextChanged` for a sentence no longer in
    force.
    """
    if text_version != CONSENT_TEXTS[purpose].version:
        raise ConsentTextChanged(
            "The sentence to read aloud has changed. Read the new one, then tick the box.", ways_out=(RELOAD,)
        )
    given = queries.find_consent(session, client.id, purpose)
    if given is not None and given.text_version == text_version:
        return given
    if given is not None:
        given.withdrawn_at, given.withdrawn_channel = now, "replaced"
    consent = Consent(
        uid=new_uid(),
        client_id=client.id,
        purpose=purpose,
        text_version=text_version,
        channel=channel,
        given_at=now,
        given_by_id=actor.user_id,
    )
    session.add(consent)
    touch_client(session, client, "client.consent_give", actor=actor, now=now, data={"purpose": str(purpose)})
    return consent


def withdraw_consent(
    session: Session, *, client: Client, purpose: Purpose, channel: str, actor: Actor, now: datetime
) -> None:
    """End the consent in force for a purpose; without one nothing happens."""
    given = queries.find_consent(session, client.id, purpose)
    if given is None:
        return
    given.withdrawn_at, given.withdrawn_channel = now, channel
    touch_client(session, client, "client.consent_withdraw", actor=actor, now=now, data={"purpose": str(purpose)})


def touch_client(
    session: Session, client: Client, action: str, *, data: dict[str, object], actor: Actor, now: datetime
) -> None:
    """Raise the record's version with an event, because rows beside it changed."""
    flag_modified(client, "uid")
    session.flush()
    record(session, Event(action, "client", client.uid, actor, now, data))


def _store(
    session: Session, client: Client, action: str, *, data: dict[str, object], actor: Actor, now: datetime
) -> None:
    touch_client(session, client, action, data=data, actor=actor, now=now)
    _write_words(session, client)


def _write_record(session: Session, client: Client, details: ClientDetails, now: datetime) -> list[str]:
    _require_birth_date(session, details.born_on, now)
    changed = [name for name in RECORD_FIELDS if getattr(client, name) != getattr(details, name)]
    for name in changed:
        setattr(client, name, getattr(details, name))
    client.name_key = words.name_key(client.first_name, client.last_name)
    for kind, value in ((ContactKind.EMAIL, details.email), (ContactKind.PHONE, details.phone)):
        if _write_primary(session, client, kind, value, now):
            changed.append(str(kind))
    return changed


def _write_primary(session: Session, client: Client, kind: ContactKind, value: str, now: datetime) -> bool:
    """Make *value* the primary contact of its kind, empty removing it; return whether anything changed."""
    primary = _find_primary(client, kind)
    if value == (primary.value if primary else ""):
        return False
    if primary is not None and not value:
        _drop_contact(client, primary)
        return True
    normalised = _normalise(session, kind, value, now)
    if primary is None:
        client.contacts.append(ClientContact(uid=new_uid(), kind=kind, value=value, normalised=normalised))
        return True
    if primary.normalised != normalised:
        primary.verified_at = None
    primary.value, primary.normalised = value, normalised
    return True


def _drop_contact(client: Client, contact: ClientContact) -> None:
    client.contacts.remove(contact)
    heir = next((other for other in client.contacts if other.kind == contact.kind), None)
    if contact.is_primary and heir is not None:
        heir.is_primary = True


def _find_primary(client: Client, kind: ContactKind) -> ClientContact | None:
    return next((contact for contact in client.contacts if contact.kind == kind and contact.is_primary), None)


def _normalise(session: Session, kind: ContactKind, value: str, now: datetime) -> str:
    if kind == ContactKind.EMAIL:
        return normalise_email(value)
    return normalise_phone(value, phone_region(session, now))


def _require_birth_date(session: Session, born_on: date | None, now: datetime) -> None:
    if born_on is not None and not EARLIEST_BIRTH <= born_on <= practice_today(session, now):
        raise InvalidBirthDate(
            "A birth date lies between 1900 and today. Type it as 1979-03-14.",
            ways_out=correct("born_on", "Correct the birth date"),
        )


def _write_words(session: Session, client: Client) -> None:
    found = sorted(_words_of(client, client.contacts))
    session.execute(delete(ClientWord).where(ClientWord.client_id == client.id))
    if found:
        session.execute(insert(ClientWord), [{"word": word, "client_id": client.id} for word in found])


def _words_of(client: Client, contacts: Sequence[ClientContact]) -> set[str]:
    found = words.name_words(client.first_name, client.last_name, client.preferred_name)
    for contact in contacts:
        if contact.kind == ContactKind.PHONE:
            found |= words.phone_words(phone_spellings(contact.normalised))
        else:
            found |= words.email_words(contact.normalised)
    return found
