"""What can still be added to a signed note: an addendum with its reason, a co-signature, the mark of an error."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.step_up import StepUp, require_step_up
from practice.clinic.models import Therapist
from practice.core.actor import Actor
from practice.visits.errors import NotAccepted
from practice.visits.models import Visit
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.entries import Signed, append, lock_record
from practice.visits.notes.errors import NoteInError, NotTheAuthor, OwnSignature
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.queries import get_note, list_entries_of


def add_addendum(
    session: Session,
    *,
    visit: Visit,
    note_uid: str,
    text: str,
    reason: str,
    proof: StepUp | None,
    actor: Actor,
    now: datetime,
) -> NoteEntry:
    """Add to a signed note, which stays as it is. Raises ``StepUpNeeded``, ``NotAccepted`` and :class:`NoteInError`."""
    if not text or not reason:
        raise NotAccepted(["Write what is added and why."], "addendum")
    said = {"text": text, "reason": reason}
    return _add(session, visit, note_uid, EntryKind.ADDENDUM, said, proof=proof, actor=actor, now=now)


def cosign(
    session: Session, *, visit: Visit, note_uid: str, proof: StepUp | None, actor: Actor, now: datetime
) -> NoteEntry:
    """Sign a note beside its author, as a supervising therapist does.

    Raises ``StepUpNeeded``, :class:`NoteInError`, and :class:`OwnSignature` for who signed it, first or beside.
    """
    require_step_up(proof, actor=actor, now=now)
    lock_record(session, visit, now=now)
    entries = list_entries_of(session, visit.id)
    note = get_note(session, visit.id, note_uid)
    mine = [
        entry for entry in entries if entry.signed_by_id == actor.user_id and note.id in {entry.id, entry.concerns_id}
    ]
    if any(entry.kind in {EntryKind.NOTE, EntryKind.COSIGN} for entry in mine):
        raise OwnSignature
    return _add(session, visit, note_uid, EntryKind.COSIGN, {}, proof=proof, actor=actor, now=now)


def mark_in_error(
    session: Session,
    *,
    visit: Visit,
    note_uid: str,
    reason: str,
    proof: StepUp | None,
    actor: Actor,
    now: datetime,
) -> NoteEntry:
    """Mark a note as entered in error: it is kept, struck through, and the visit can have another.

    Raises ``StepUpNeeded``, ``NotAccepted``, :class:`NoteInError`, and :class:`NotTheAuthor` for anybody else.
    """
    if not reason:
        raise NotAccepted(["Say why it is an error."], "error_reason")
    if get_note(session, visit.id, note_uid).therapist_id != actor.therapist_id:
        raise NotTheAuthor
    return _add(session, visit, note_uid, EntryKind.ERROR, {"reason": reason}, proof=proof, actor=actor, now=now)


def _add(
    session: Session,
    visit: Visit,
    note_uid: str,
    kind: EntryKind,
    said: dict[str, str],
    *,
    proof: StepUp | None,
    actor: Actor,
    now: datetime,
) -> NoteEntry:
    require_step_up(proof, actor=actor, now=now)
    lock_record(session, visit, now=now)
    note = get_note(session, visit.id, note_uid)
    marks = [entry for entry in list_entries_of(session, visit.id) if entry.concerns_id == note.id]
    if any(entry.kind == EntryKind.ERROR for entry in marks):
        raise NoteInError
    registration = session.scalar(select(Therapist.registration_number).where(Therapist.id == actor.therapist_id))
    signed = Signed(kind, said, registration or "", edition=note.edition, concerns=note)
    return append(session, visit, signed, actor=actor, now=now)
