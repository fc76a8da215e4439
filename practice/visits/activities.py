"""Activities that a client names in her own words and rates at visits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.sealing import open_records, record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.visits.errors import TooManyActivities
from practice.visits.measures import MOST_ACTIVITIES, MOST_LINES
from practice.visits.models import FunctionalActivity


def list_activities(session: Session, client_id: int) -> Sequence[FunctionalActivity]:
    """Return a client's activities in the order in which she named them, ended ones too."""
    wanted = select(FunctionalActivity).where(FunctionalActivity.client_id == client_id)
    return session.execute(wanted.order_by(FunctionalActivity.number)).scalars().all()


def get_activity(session: Session, client_id: int, uid: str) -> FunctionalActivity:
    """Return one activity of a client; raises ``NotFound``."""
    wanted = select(FunctionalActivity).where(FunctionalActivity.client_id == client_id, FunctionalActivity.uid == uid)
    row = session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such activity.")
    return row


def words_of(session: Session, rows: Sequence[FunctionalActivity]) -> Mapping[str, str]:
    """Return the words of activities by uid; one statement. Raises ``SealBroken``."""
    records = open_records(session, {row.client_id for row in rows})
    return {row.uid: records[row.client_id].open(row.words, FunctionalActivity.words, row.uid) for row in rows}


def add_activity(session: Session, *, client_id: int, words: str, actor: Actor, now: datetime) -> FunctionalActivity:
    """Add an activity in the client's words; its number names its line in PSFS for good.

    Raises :class:`TooManyActivities` with five that are not ended.
    """
    sealed = record_to_write(session, client_id=client_id, now=now)
    rated = select(FunctionalActivity.id).where(
        FunctionalActivity.client_id == client_id, FunctionalActivity.retired_at.is_(None)
    )
    last = session.scalar(select(func.max(FunctionalActivity.number)).where(FunctionalActivity.client_id == client_id))
    number = (last or 0) + 1
    if len(session.scalars(rated).all()) >= MOST_ACTIVITIES or number > MOST_LINES:
        raise TooManyActivities
    uid = new_uid()
    row = FunctionalActivity(
        uid=uid,
        client_id=client_id,
        number=number,
        words=sealed.seal(words, FunctionalActivity.words, uid),
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    record(session, Event("activity.add", "activity", row.uid, actor, now))
    return row


def retire_activity(
    session: Session, *, activity: FunctionalActivity, version: int | None = None, actor: Actor, now: datetime
) -> FunctionalActivity:
    """End an activity: it is not asked any more, its ratings stay. Raises ``StaleVersion``."""
    require_version(activity.version, version)
    if activity.retired_at is None:
        activity.retired_at = now
        session.flush()
        record(session, Event("activity.retire", "activity", activity.uid, actor, now))
    return activity
