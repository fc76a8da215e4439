"""Reads of what is known about a client's safety, for clinical roles; what is sealed is opened here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.clients.models import Client
from practice.clients.sealing import open_record, open_records
from practice.core.errors import NotFound
from practice.safety.catalogue import T0, T1, Tier
from practice.safety.clearing import ClearanceState
from practice.safety.models import Clearance, ClearanceDocument, ClearanceFlag, Flag, HeardWord, Screening

MOST_LISTED = 100
WAITING = (ClearanceState.RECEIVED, ClearanceState.REQUESTED, ClearanceState.LAPSED)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller said, opened."""

    uid: str
    words: str
    heard_at: datetime
    read_at: datetime | None


def list_open_flags(session: Session, client_id: int) -> Sequence[Flag]:
    """Return what is open about a client, the heaviest first."""
    rows = select(Flag).where(Flag.client_id.in_(records_of(client_id)), Flag.closed_at.is_(None))
    return session.scalars(rows.order_by(Flag.tier, Flag.raised_at, Flag.id).limit(MOST_LISTED)).all()


def get_flag(session: Session, uid: str) -> Flag:
    """Return one flag; raises ``NotFound``."""
    if (row := session.scalars(select(Flag).where(Flag.uid == uid)).one_or_none()) is None:
        raise NotFound("There is no such flag.")
    return row


def get_clearance(session: Session, uid: str) -> Clearance:
    """Return one clearance; raises ``NotFound``."""
    if (row := session.scalars(select(Clearance).where(Clearance.uid == uid)).one_or_none()) is None:
        raise NotFound("There is no such clearance.")
    return row


def get_heard(session: Session, uid: str) -> HeardWord:
    """Return what a caller said once, still sealed; raises ``NotFound``."""
    if (row := session.scalars(select(HeardWord).where(HeardWord.uid == uid)).one_or_none()) is None:
        raise NotFound("There is nothing of that kind.")
    return row


def list_clearances(session: Session, client_id: int) -> Sequence[Clearance]:
    """Return the clearances of a client, the newest first."""
    rows = select(Clearance).where(Clearance.client_id.in_(records_of(client_id)))
    return session.scalars(rows.order_by(Clearance.requested_at.desc(), Clearance.id.desc()).limit(MOST_LISTED)).all()


def flags_of_clearances(session: Session, clearance_ids: Collection[int]) -> Mapping[int, Sequence[Flag]]:
    """Return which flags clearances are about; one statement."""
    rows = select(ClearanceFlag.clearance_id, Flag).join(Flag, Flag.id == ClearanceFlag.flag_id)
    found: dict[int, list[Flag]] = {}
    for clearance_id, flag in session.execute(rows.where(ClearanceFlag.clearance_id.in_(clearance_ids))):
        found.setdefault(clearance_id, []).append(flag)
    return found


def documents_of(session: Session, clearance_ids: Collection[int]) -> Mapping[int, str]:
    """Return the uid of the newest document of clearances that have one."""
    rows = select(ClearanceDocument.clearance_id, ClearanceDocument.uid).order_by(ClearanceDocument.id)
    return {row[0]: row[1] for row in session.execute(rows.where(ClearanceDocument.clearance_id.in_(clearance_ids)))}


def open_document(session: Session, uid: str) -> tuple[Clearance, str, bytes]:
    """Return a document with its clearance, its type and its content; raises ``NotFound`` and ``SealBroken``."""
    rows = select(ClearanceDocument, Clearance).join(Clearance, Clearance.id == ClearanceDocument.clearance_id)
    found = session.execute(rows.where(ClearanceDocument.uid == uid)).one_or_none()
    if found is None:
        raise NotFound("There is no such document.")
    document, clearance = found
    sealed = open_record(session, clearance.client_id)
    content = sealed.open_bytes(document.content, ClearanceDocument.content, document.uid)
    return clearance, document.media_type, content


def list_inbox(session: Session, *, among: Select[int | None] | None = None) -> Sequence[tuple[Clearance, Client]]:
    """Return the clearances that wait for somebody, those to be read first; *among* narrows them to own clients."""
    rows = (
        select(Clearance, Client)
        .join(Client, Client.id == Clearance.client_id)
        .where(Clearance.state.in_(WAITING))
        .order_by(Clearance.state != ClearanceState.RECEIVED, Clearance.requested_at, Clearance.id)
        .limit(MOST_LISTED)
    )
    narrowed = rows if among is None else rows.where(Clearance.client_id.in_(among))
    return [(row[0], row[1]) for row in session.execute(narrowed)]


def newest_screening(session: Session, client_id: int) -> Screening | None:
    """Return the latest form that has answers."""
    rows = select(Screening).where(Screening.client_id.in_(records_of(client_id)), Screening.answers.is_not(None))
    return session.scalars(rows.order_by(Screening.submitted_at.desc(), Screening.id.desc()).limit(1)).one_or_none()


def get_screening(session: Session, uid: str) -> Screening:
    """Return one form; raises ``NotFound``."""
    if (row := session.scalars(select(Screening).where(Screening.uid == uid)).one_or_none()) is None:
        raise NotFound("There is no such form.")
    return row


def list_heard(session: Session, client_id: int) -> Sequence[Heard]:
    """Return what callers said about a client, what nobody has read first."""
    rows = session.scalars(
        select(HeardWord)
        .where(HeardWord.client_id.in_(records_of(client_id)))
        .order_by(HeardWord.read_at.is_not(None), HeardWord.heard_at.desc(), HeardWord.id.desc())
        .limit(MOST_LISTED)
    ).all()
    records = open_records(session, {row.client_id for row in rows}) if rows else {}
    return [
        Heard(row.uid, records[row.client_id].open(row.words, HeardWord.words, row.uid), row.heard_at, row.read_at)
        for row in rows
    ]


def has_unread(session: Session, client_id: int) -> bool:
    """Return whether a therapist must read something before the next visit starts."""
    rows = select(HeardWord.id).where(HeardWord.client_id.in_(records_of(client_id)), HeardWord.read_at.is_(None))
    return session.scalars(rows.limit(1)).first() is not None


def ending_clearances(session: Session, client_ids: Collection[int], today: date, until: date) -> Mapping[int, date]:
    """Return by kept client the last day of the longest clearance in force, where that is at most *until*."""
    kept = func.coalesce(Client.merged_into_id, Client.id)
    last = func.max(Clearance.valid_until)
    wanted = (
        select(kept, last)
        .join(Client, Client.id == Clearance.client_id)
        .where(kept.in_(client_ids), Clearance.state == ClearanceState.VALID, Clearance.valid_until >= today)
        .group_by(kept)
        .having(last <= until)
    )
    return {client_id: ends_on for client_id, ends_on in session.execute(wanted) if ends_on is not None}


def covered_until(session: Session, client_id: int) -> date | None:
    """Return the last day to which clearances in force carry the open warning signs; None where nothing limits."""
    latest = (
        select(func.max(Clearance.valid_until).label("until"))
        .join(ClearanceFlag, ClearanceFlag.clearance_id == Clearance.id)
        .join(Flag, Flag.id == ClearanceFlag.flag_id)
        .where(
            Flag.client_id.in_(records_of(client_id)),
            Flag.closed_at.is_(None),
            Flag.tier.in_((T0, T1)),
            Clearance.state == ClearanceState.VALID,
        )
        .group_by(Flag.id)
        .subquery()
    )
    until: date | None = session.scalars(select(func.min(latest.c.until))).one()
    return until


def tier_of(flag: Flag) -> Tier:
    """Return the tier of a row as the catalogue knows it."""
    return Tier(flag.tier)
