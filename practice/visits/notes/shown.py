"""A note as clinical roles read it: the draft, or what was signed with everything added since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.clients.sealing import open_record
from practice.clinic.models import Therapist
from practice.visits.models import Visit
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.content import Content, from_json
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.queries import draft_content, find_draft


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One signed entry, opened; ``concerns`` is the uid of the note that it belongs to."""

    uid: str
    kind: str
    seq: int
    concerns: str | None
    signed_at: datetime
    signed_by: str
    therapist_id: int | None
    registration: str
    is_late: bool
    is_in_error: bool
    said: Mapping[str, Any]
    hash: str

    @property
    def content(self) -> Content:
        """Return what a note says."""
        return from_json(self.said["note"])


@dataclass(frozen=True, slots=True)
class ShownNote:
    """The note of a visit; ``version`` is the draft's, 0 while there is none."""

    visit_uid: str
    version: int
    saved_at: datetime | None
    draft: Content | None
    entries: list[ShownEntry]

    @property
    def signed(self) -> ShownEntry | None:
        """Return the signed note that counts."""
        return next((each for each in self.entries if each.kind == EntryKind.NOTE and not each.is_in_error), None)


def show_note(session: Session, visit: Visit) -> ShownNote:
    """Return the note of a visit with a number of statements that does not depend on how much was signed."""
    draft = find_draft(session, visit.id)
    return ShownNote(
        visit.uid,
        0 if draft is None else draft.version,
        None if draft is None else draft.saved_at,
        None if draft is None else draft_content(session, draft),
        show_entries(session, visit),
    )


def show_entries(session: Session, visit: Visit) -> list[ShownEntry]:
    """Return everything that was signed at a visit, opened; two statements."""
    rows = (
        select(NoteEntry, User.name, Therapist.name.label("therapist"))
        .outerjoin(User, User.id == NoteEntry.signed_by_id)
        .outerjoin(Therapist, Therapist.id == NoteEntry.therapist_id)
        .where(NoteEntry.visit_id == visit.id)
        .order_by(NoteEntry.seq)
    )
    found = session.execute(rows).all()
    if not found:
        return []
    sealed = open_record(session, visit.client_id)
    uids = {row.NoteEntry.id: row.NoteEntry.uid for row in found}
    in_error = {row.NoteEntry.concerns_id for row in found if row.NoteEntry.kind == EntryKind.ERROR}
    return [
        ShownEntry(
            uid=entry.uid,
            kind=entry.kind,
            seq=entry.seq,
            concerns=uids.get(entry.concerns_id),
            signed_at=entry.at,
            signed_by=therapist or name or "",
            therapist_id=entry.therapist_id,
            registration=entry.registration,
            is_late=entry.is_late,
            is_in_error=entry.id in in_error,
            said=sealed.open_json(entry.content, NoteEntry.content, entry.uid),
            hash=entry.hash,
        )
        for entry, name, therapist in found
    ]
