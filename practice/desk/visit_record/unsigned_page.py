"""The notes that wait for a signature: to read, and to sign together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.clients.sealing import SealedRecord, open_records
from practice.core.actor import Actor
from practice.core.errors import PracticeError
from practice.core.events import Event, record
from practice.visits.access import RECORD
from practice.visits.models import Visit
from practice.visits.notes.content import Content, from_json
from practice.visits.notes.models import NoteDraft
from practice.visits.notes.unsigned import Unsigned, list_unsigned


@dataclass(frozen=True, slots=True)
class UnsignedLine:
    """One visit and what its draft says in which version, None while there is none."""

    visit: Unsigned
    content: Content | None
    version: int = 0


@dataclass(frozen=True, slots=True)
class UnsignedPage:
    """The visits that wait; ``is_own`` when the reader is the one to sign them."""

    lines: Sequence[UnsignedLine]
    is_own: bool
    refusal: PracticeError | None = None

    @property
    def has_drafts(self) -> bool:
        """Return whether anything is written that could be signed."""
        return any(line.content is not None and not line.content.is_empty for line in self.lines)


def unsigned_page(
    session: Session, *, refusal: PracticeError | None = None, actor: Actor, now: datetime
) -> UnsignedPage:
    """Return what waits for a therapist, or for all of them, and log whose drafts it shows; four statements."""
    therapist_id = own_therapist_id(session, actor, RECORD)
    waiting = list_unsigned(session, therapist_id=therapist_id, now=now)
    contents = _contents(session, [each.visit_uid for each in waiting if each.has_draft])
    lines = [UnsignedLine(each, *contents.get(each.visit_uid, (None, 0))) for each in waiting]
    if contents:
        record(session, Event("chart.read", "unsigned", "drafts", actor, now, {"visits": sorted(contents)}))
    return UnsignedPage(lines, actor.therapist_id is not None, refusal)


def _contents(session: Session, visit_uids: Sequence[str]) -> dict[str, tuple[Content | None, int]]:
    rows = select(Visit.uid, NoteDraft).join(NoteDraft, NoteDraft.visit_id == Visit.id).where(Visit.uid.in_(visit_uids))
    found = session.execute(rows).all()
    records = open_records(session, {row.NoteDraft.client_id for row in found})
    return {row.uid: (_opened(records[row.NoteDraft.client_id], row.NoteDraft), row.NoteDraft.version) for row in found}


def _opened(sealed: SealedRecord, draft: NoteDraft) -> Content:
    return from_json(sealed.open_json(draft.content, NoteDraft.content, draft.uid))
