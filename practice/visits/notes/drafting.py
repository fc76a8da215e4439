"""Writing a note: saved as often as wanted, never over somebody else's words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import insert_into, new_uid
from practice.core.events import Event, record
from practice.visits.models import Visit
from practice.visits.notes.content import Content, as_json, differences, from_json
from practice.visits.notes.errors import DraftChanged, NoEarlierNote, NoteSigned
from practice.visits.notes.models import NoteDraft
from practice.visits.notes.queries import draft_content, find_draft, find_last_note, find_note, open_entry


def save_draft(
    session: Session, *, visit: Visit, said: Mapping[str, Any], version: int, actor: Actor, now: datetime
) -> NoteDraft:
    """Save the parts of a note that are named; the others stay. *version* is the one that was read, 0 for none yet.

    Nothing that can be typed is refused here: what is missing is asked for by the signature. Raises
    :class:`DraftChanged` that names the parts in which somebody else's words differ, and :class:`NoteSigned`.
    """
    there = find_draft(session, visit.id, is_locked=True)
    draft = there or _begin(session, visit, version, actor=actor, now=now)
    before = draft_content(session, draft)
    after = before.changed(said)
    if there is not None and version != there.version and (changed := differences(before, after)):
        raise DraftChanged(there.version, changed, there.saved_at)
    return _write(session, draft, before, after, actor=actor, now=now)


def copy_last_note(session: Session, *, visit: Visit, version: int, actor: Actor, now: datetime) -> NoteDraft:
    """Take over from the client's last signed note what may be, into the parts that are still empty, marked so.

    Raises :class:`NoEarlierNote`, and what :func:`save_draft` raises.
    """
    last = find_last_note(session, visit.client_id, before_visit_id=visit.id)
    if last is None:
        raise NoEarlierNote
    draft = save_draft(session, visit=visit, said={}, version=version, actor=actor, now=now)
    before = draft_content(session, draft)
    earlier = from_json(open_entry(session, last)["note"])
    return _write(session, draft, before, before.copying(earlier, last.uid), actor=actor, now=now)


def _begin(session: Session, visit: Visit, version: int, *, actor: Actor, now: datetime) -> NoteDraft:
    """Return the draft of a visit, made now unless somebody made it at the same moment."""
    if find_note(session, visit.id) is not None:
        raise NoteSigned
    if version:
        raise DraftChanged(0, (), None)
    sealed = record_to_write(session, client_id=visit.client_id, now=now)
    uid = new_uid()
    values = {
        "uid": uid,
        "visit_id": visit.id,
        "client_id": visit.client_id,
        "content": sealed.seal_json(as_json(Content()), NoteDraft.content, uid),
        "created_at": now,
        "saved_at": now,
        "saved_by_id": actor.user_id,
        "version": 1,
    }
    making = insert_into(session, NoteDraft).values(values).on_conflict_do_nothing(index_elements=["visit_id"])
    session.execute(making)
    draft = find_draft(session, visit.id, is_locked=True)
    if draft is None:
        raise NoteSigned
    if draft.uid != uid:
        raise DraftChanged(draft.version, (), draft.saved_at)
    record(session, Event("note.begin", "visit", visit.uid, actor, now))
    return draft


def _write(
    session: Session, draft: NoteDraft, before: Content, after: Content, *, actor: Actor, now: datetime
) -> NoteDraft:
    if before == after:
        return draft
    sealed = record_to_write(session, client_id=draft.client_id, now=now)
    draft.content = sealed.seal_json(as_json(after), NoteDraft.content, draft.uid)
    draft.saved_at, draft.saved_by_id = now, actor.user_id
    session.flush()
    return draft
