"""Clearances: asked for, received with a document, read by a therapist for the flags they are about, or ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.clients.sealing import record_to_write
from practice.clinic.queries import practice_zone
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.core.local_time import spoken_date, wall_time
from practice.safety.catalogue import T0, Clinician
from practice.safety.clearing import (
    LAPSES_AFTER,
    REFUSED_FOR,
    ClearanceState,
    latest_end,
    may_step,
    not_theirs_to_clear,
)
from practice.safety.documents import type_of
from practice.safety.errors import ClearanceNotFitting, SayWhy, WrongClearanceState
from practice.safety.models import Clearance, ClearanceDocument, ClearanceFlag, Flag

State = ClearanceState


@dataclass(frozen=True, slots=True)
class Reading:
    """What a therapist read in a document: who wrote it and when, for which flags, from when until when."""

    clinician: Clinician
    clinician_name: str
    dated_on: date
    valid_from: date
    valid_until: date
    flag_uids: tuple[str, ...] = ()
    restrictions: str = ""


def request_clearance(
    session: Session, *, client_id: int, flag_uids: Collection[str] = (), actor: Actor, now: datetime
) -> Clearance:
    """Note that a clinician was asked about some open flags, or for a first word when none is named.

    Raises :class:`ClearanceNotFitting` while a refusal of one of them stands.
    """
    flags = _flags(session, client_id, flag_uids)
    _require_no_fresh_refusal(session, flags, now)
    row = Clearance(
        uid=new_uid(), client_id=client_id, state=State.REQUESTED, requested_at=now, requested_by_id=actor.user_id
    )
    session.add(row)
    session.flush()
    _scope(session, row, flags)
    record(session, Event("clearance.request", "clearance", row.uid, actor, now))
    return row


def receive_document(
    session: Session, *, uid: str, content: bytes, version: int | None = None, actor: Actor, now: datetime
) -> ClearanceDocument:
    """Attach what came back; it counts only when a therapist has read it.

    Raises ``NotThatDocument``, :class:`WrongClearanceState` and ``StaleVersion``.
    """
    media_type = type_of(content)
    row = _step(session, uid, State.RECEIVED, version)
    row.received_at = now
    document = ClearanceDocument(
        uid=new_uid(), clearance_id=row.id, media_type=media_type, size=len(content), received_at=now
    )
    sealed = record_to_write(session, client_id=row.client_id, now=now)
    document.content = sealed.seal_bytes(content, ClearanceDocument.content, document.uid)
    document.digest = sha256(document.content).hexdigest()
    session.add(document)
    session.flush()
    data = {"digest": document.digest, "size": document.size}
    record(session, Event("clearance.receive", "clearance", row.uid, actor, now, data))
    return document


def read_clearance(
    session: Session, *, uid: str, reading: Reading, version: int | None = None, actor: Actor, now: datetime
) -> Clearance:
    """Put a received clearance in force for the flags that it is about.

    Raises :class:`ClearanceNotFitting` when the clinician may not clear a flag, an emergency is later than the
    document, or it lasts longer than the flags allow; :class:`WrongClearanceState` and ``StaleVersion``.
    """
    row = _locked(session, uid, version)
    flags = _flags(session, row.client_id, reading.flag_uids)
    _require_fitting(session, reading, flags)
    _require_step(row, State.VALID)
    sealed = record_to_write(session, client_id=row.client_id, now=now)
    row.state, row.read_at, row.read_by_id = State.VALID, now, actor.user_id
    row.clinician, row.dated_on = reading.clinician, reading.dated_on
    row.valid_from, row.valid_until = reading.valid_from, reading.valid_until
    row.clinician_name = sealed.seal(reading.clinician_name, Clearance.clinician_name, row.uid)
    if reading.restrictions:
        row.restrictions = sealed.seal(reading.restrictions, Clearance.restrictions, row.uid)
    _scope(session, row, flags)
    session.flush()
    data = {"flags": len(flags), "until": reading.valid_until.isoformat()}
    record(session, Event("clearance.read", "clearance", row.uid, actor, now, data))
    return row


def refuse_clearance(
    session: Session, *, uid: str, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Clearance:
    """Note that the clinician said no; it may be asked again after 30 days."""
    return _end(session, uid, State.REFUSED, reason, version, actor=actor, now=now)


def void_clearance(
    session: Session, *, uid: str, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Clearance:
    """Let a clearance in force count no longer."""
    return _end(session, uid, State.VOIDED, reason, version, actor=actor, now=now)


def withdraw_clearance(
    session: Session, *, uid: str, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Clearance:
    """Take a request back."""
    return _end(session, uid, State.WITHDRAWN, reason, version, actor=actor, now=now)


def lapse_requests(session: Session, *, now: datetime, actor: Actor) -> int:
    """End the requests that nobody answered within 30 days; return how many."""
    old = select(Clearance).where(Clearance.state == State.REQUESTED, Clearance.requested_at <= now - LAPSES_AFTER)
    rows = session.scalars(old.limit(200).with_for_update()).all()
    for row in rows:
        row.state, row.ended_at = State.LAPSED, now
        record(session, Event("clearance.lapse", "clearance", row.uid, actor, now))
    return len(rows)


def _end(
    session: Session, uid: str, state: State, reason: str, version: int | None, *, actor: Actor, now: datetime
) -> Clearance:
    if not reason.strip():
        raise SayWhy
    row = _step(session, uid, state, version)
    sealed = record_to_write(session, client_id=row.client_id, now=now)
    row.reason, row.ended_at = sealed.seal(reason, Clearance.reason, row.uid), now
    session.flush()
    record(session, Event(f"clearance.{state}", "clearance", row.uid, actor, now))
    return row


def _step(session: Session, uid: str, state: State, version: int | None) -> Clearance:
    row = _locked(session, uid, version)
    _require_step(row, state)
    row.state = state
    return row


def _require_step(row: Clearance, state: State) -> None:
    if not may_step(State(row.state), state):
        raise WrongClearanceState(State(row.state), state)


def _locked(session: Session, uid: str, version: int | None) -> Clearance:
    wanted = select(Clearance).where(Clearance.uid == uid).with_for_update()
    row = session.execute(wanted, execution_options={"populate_existing": True}).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such clearance.")
    require_version(row.version, version)
    return row


def _flags(session: Session, client_id: int, uids: Collection[str]) -> list[Flag]:
    rows = session.scalars(select(Flag).where(Flag.client_id.in_(records_of(client_id)), Flag.uid.in_(uids))).all()
    if len(rows) != len(set(uids)):
        raise NotFound("There is no such flag of this client.")
    return list(rows)


def _scope(session: Session, row: Clearance, flags: Collection[Flag]) -> None:
    known = set(session.scalars(select(ClearanceFlag.flag_id).where(ClearanceFlag.clearance_id == row.id)))
    new = [{"clearance_id": row.id, "flag_id": flag.id} for flag in flags if flag.id not in known]
    if new:
        session.execute(insert(ClearanceFlag), new)


def _require_fitting(session: Session, reading: Reading, flags: Collection[Flag]) -> None:
    codes = [flag.code for flag in flags]
    if foreign := not_theirs_to_clear(reading.clinician, codes):
        raise ClearanceNotFitting(
            "This clinician cannot answer for every warning that is named.", "clinician", {"codes": foreign}
        )
    if reading.valid_until < reading.valid_from or reading.dated_on > reading.valid_until:
        raise ClearanceNotFitting("The last day lies before the first.", "valid_until")
    zone = practice_zone(session)
    events = [wall_time(flag.raised_at, zone).date() for flag in flags if flag.tier == T0]
    if any(reading.dated_on < on for on in events):
        raise ClearanceNotFitting(
            "The document is older than the emergency. Only one dated after it opens the way again.", "dated_on"
        )
    end = latest_end(codes, reading.valid_from)
    if end is not None and reading.valid_until > end:
        raise ClearanceNotFitting(f"For these warnings it lasts until {spoken_date(end)} at most.", "valid_until")


def _require_no_fresh_refusal(session: Session, flags: Collection[Flag], now: datetime) -> None:
    refused = (
        select(Clearance.ended_at)
        .join(ClearanceFlag, ClearanceFlag.clearance_id == Clearance.id)
        .where(ClearanceFlag.flag_id.in_([flag.id for flag in flags]), Clearance.state == State.REFUSED)
    )
    latest = max((at for at in session.scalars(refused) if at is not None), default=None)
    if latest is not None and now - latest < REFUSED_FOR:
        raise ClearanceNotFitting(
            f"A clinician said no on {spoken_date(latest)}. It may be asked again 30 days later.", "flags"
        )
