"""Reads of notes: drafts, what is signed, consents and reactions; what is sealed is opened here."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from practice.clients.following import records_of
from practice.clients.sealing import open_record
from practice.core.errors import NotFound
from practice.visits.models import Visit
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.content import Content, from_json
from practice.visits.notes.models import AdverseReaction, NoteDraft, NoteEntry, VisitConsent


def find_draft(session: Session, visit_id: int, *, is_locked: bool = False) -> NoteDraft | None:
    """Return the draft of a visit as it is now, its row locked if asked."""
    wanted = select(NoteDraft).where(NoteDraft.visit_id == visit_id)
    if is_locked:
        wanted = wanted.with_for_update()
    return session.execute(wanted, execution_options={"populate_existing": True}).scalar_one_or_none()


def draft_content(session: Session, draft: NoteDraft | None) -> Content:
    """Return what a draft says, nothing while there is none; raises ``SealBroken``."""
    if draft is None:
        return Content()
    return from_json(open_record(session, draft.client_id).open_json(draft.content, NoteDraft.content, draft.uid))


def not_in_error(entry: type[NoteEntry] = NoteEntry) -> ColumnElement[bool]:
    """Return the condition that a note was not marked as entered in error."""
    mark = aliased(NoteEntry)
    return ~select(mark.id).where(mark.concerns_id == entry.id, mark.kind == EntryKind.ERROR).exists()


def find_note(session: Session, visit_id: int) -> NoteEntry | None:
    """Return the signed note of a visit that counts, None while there is none."""
    wanted = select(NoteEntry).where(NoteEntry.visit_id == visit_id, NoteEntry.kind == EntryKind.NOTE, not_in_error())
    return session.execute(wanted).scalar_one_or_none()


def find_last_note(session: Session, client_id: int, *, before_visit_id: int) -> NoteEntry | None:
    """Return the newest signed note of a client that counts, of another visit than the one named."""
    wanted = (
        select(NoteEntry)
        .where(
            NoteEntry.client_id.in_(records_of(client_id)),
            NoteEntry.kind == EntryKind.NOTE,
            NoteEntry.visit_id != before_visit_id,
            not_in_error(),
        )
        .order_by(NoteEntry.at.desc(), NoteEntry.id.desc())
        .limit(1)
    )
    return session.execute(wanted).scalar_one_or_none()


def get_note(session: Session, visit_id: int, uid: str) -> NoteEntry:
    """Return one signed note of a visit; raises ``NotFound``."""
    wanted = select(NoteEntry).where(
        NoteEntry.visit_id == visit_id, NoteEntry.uid == uid, NoteEntry.kind == EntryKind.NOTE
    )
    row = session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such note.")
    return row


def list_entries_of(session: Session, visit_id: int) -> Sequence[NoteEntry]:
    """Return everything that was signed at a visit, in order."""
    wanted = select(NoteEntry).where(NoteEntry.visit_id == visit_id).order_by(NoteEntry.seq)
    return session.execute(wanted).scalars().all()


def open_entry(session: Session, entry: NoteEntry) -> Any:
    """Return what a signed entry says; raises ``SealBroken``."""
    return open_record(session, entry.client_id).open_json(entry.content, NoteEntry.content, entry.uid)


def find_consent(session: Session, visit_id: int) -> VisitConsent | None:
    """Return the consent of a visit that counts: the last one, unless it was withdrawn."""
    newest = select(VisitConsent).where(VisitConsent.visit_id == visit_id).order_by(VisitConsent.id.desc()).limit(1)
    row = session.execute(newest).scalar_one_or_none()
    return None if row is None or row.withdrawn_at is not None else row


def find_earlier_full_consent(session: Session, client_id: int) -> VisitConsent | None:
    """Return the last full consent that a client gave at any visit, None if it was withdrawn or never given."""
    wanted = (
        select(VisitConsent)
        .join(Visit, Visit.id == VisitConsent.visit_id)
        .where(VisitConsent.client_id.in_(records_of(client_id)))
        .order_by(VisitConsent.id.desc())
    )
    withdrawn = session.execute(wanted.where(VisitConsent.withdrawn_at.is_not(None)).limit(1)).scalar_one_or_none()
    full = session.execute(wanted.where(VisitConsent.is_full).limit(1)).scalar_one_or_none()
    if full is None or full.withdrawn_at is not None:
        return None
    return None if withdrawn is not None and withdrawn.id > full.id else full


def list_reactions(session: Session, visit_ids: Collection[int]) -> Sequence[AdverseReaction]:
    """Return the reactions recorded at visits, in order; one statement."""
    wanted = select(AdverseReaction).where(AdverseReaction.visit_id.in_(visit_ids)).order_by(AdverseReaction.id)
    return session.execute(wanted).scalars().all()
