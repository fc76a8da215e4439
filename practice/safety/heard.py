"""What callers say at the desk: the desk writes it down sealed and cannot read it again, a therapist does."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.clinic.queries import practice_today
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import Actor, Role
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.safety.errors import SayWhy
from practice.safety.models import HeardWord

READ_HEARD = "read_heard"
"""The kind of the task that a therapist reads what a caller said."""


def note_heard(session: Session, *, client_id: int, words: str, actor: Actor, now: datetime) -> HeardWord:
    """Keep what a caller said, sealed, and ask a therapist to read it; raises :class:`SayWhy` for nothing said."""
    if not words.strip():
        raise SayWhy
    sealed = record_to_write(session, client_id=client_id, now=now)
    row = HeardWord(uid=new_uid(), client_id=client_id, heard_at=now, heard_by_id=actor.user_id)
    row.words = sealed.seal(words, HeardWord.words, row.uid)
    session.add(row)
    session.flush()
    day = practice_today(session, now)
    task = open_task(
        session,
        kind=READ_HEARD,
        subject_kind="client",
        subject_id=client_id,
        due_at=now,
        dedupe_key=f"{READ_HEARD}:{client_id}:{day}",
        now=now,
    )
    assign_task(session, task=task, role=Role.THERAPIST, user_id=None, actor=actor, now=now)
    record(session, Event("heard.note", "client_word", row.uid, actor, now))
    return row


def mark_read(session: Session, *, uid: str, actor: Actor, now: datetime) -> HeardWord:
    """Note that a therapist has read it; the first reading stands."""
    row = session.execute(select(HeardWord).where(HeardWord.uid == uid).with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound("There is nothing of that kind.")
    if row.read_at is None:
        row.read_at, row.read_by_id = now, actor.user_id
        record(session, Event("heard.read", "client_word", row.uid, actor, now))
    session.flush()
    return row
