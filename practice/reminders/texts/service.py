"""Writing the practice's own texts: every change is a new edition, and nothing of an old one is lost."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import ClinicState
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version
from practice.core.events import Event, record
from practice.reminders.texts.models import MessageText
from practice.reminders.texts.names import Parts, Which
from practice.reminders.texts.queries import get_edition, newest_edition, parts_of
from practice.reminders.texts.rules import judge_text


def set_text(
    session: Session,
    *,
    which: Which,
    parts: Parts,
    seen_number: int | None,
    actor: Actor,
    now: datetime,
) -> MessageText:
    """Say something else from now on; mails that wait leave with it. The same words again make no edition.

    *seen_number* is that of the edition that was looked at, 0 for the standard words. Raises ``StaleVersion`` and
    the refusals of ``judge_text``.
    """
    cleaned = judge_text(which.name, parts)
    newest = _lock_newest(session, which)
    require_version(_number(newest), seen_number)
    if newest is not None and not newest.is_standard and parts_of(newest) == cleaned:
        return newest
    row = MessageText(subject=cleaned.subject, lead=cleaned.lead, foot=cleaned.foot, is_standard=False)
    return _add(session, row, which, _number(newest), actor=actor, now=now)


def reset_text(
    session: Session, *, which: Which, seen_number: int | None, actor: Actor, now: datetime
) -> MessageText | None:
    """Go back to the words that the software brings; None where they are used already. Raises ``StaleVersion``."""
    newest = _lock_newest(session, which)
    require_version(_number(newest), seen_number)
    if newest is None or newest.is_standard:
        return newest
    row = MessageText(subject="", lead="", foot="", is_standard=True)
    return _add(session, row, which, newest.number, actor=actor, now=now)


def bring_back(
    session: Session,
    *,
    which: Which,
    number: int,
    seen_number: int | None,
    actor: Actor,
    now: datetime,
) -> MessageText | None:
    """Use an older edition again, judged by the rules of today.

    Raises ``NotFound``, ``StaleVersion`` and the refusals of ``judge_text``.
    """
    old = get_edition(session, which, number)
    if old.is_standard:
        return reset_text(session, which=which, seen_number=seen_number, actor=actor, now=now)
    return set_text(session, which=which, parts=parts_of(old), seen_number=seen_number, actor=actor, now=now)


def _lock_newest(session: Session, which: Which) -> MessageText | None:
    """Return the newest edition; who writes at the same time waits, for a first edition has no row to lock."""
    session.execute(select(ClinicState.id).with_for_update())
    return newest_edition(session, which)


def _number(row: MessageText | None) -> int:
    return 0 if row is None else row.number


def _add(session: Session, row: MessageText, which: Which, number: int, *, actor: Actor, now: datetime) -> MessageText:
    row.name, row.language = which
    row.uid, row.number, row.created_at, row.created_by_id = new_uid(), number + 1, now, actor.user_id
    session.add(row)
    session.flush()
    said = {"name": row.name, "language": row.language, "number": row.number, "is_standard": row.is_standard}
    record(session, Event("mail.text.set", "message_text", row.uid, actor, now, said))
    return row
