"""Two records of one person become one, and two again: no row about either is rewritten, reads follow the mark."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.clients.models import Client, ClientMerge
from practice.clinic.models import DiaryKind
from practice.clinic.service import bump_clinic_version
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.core.local_time import spoken_date
from practice.scheduling.claiming.claim import claim, leave, lock_diaries
from practice.scheduling.claiming.wanted import Wanted
from practice.scheduling.merging.clashes import ComingVisit, clashes_between
from practice.scheduling.merging.errors import MergeIsOver, VisitsOverlap
from practice.scheduling.merging.queries import UNDO_WITHIN, get_pair, list_coming
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.telling import mark_unreconciled


def merge_clients(session: Session, *, kept_uid: str, merged_uid: str, actor: Actor, now: datetime) -> ClientMerge:
    """Let one record stand for both from now on; its contacts, consents and name win, the other's stay readable.

    What is coming for the merged one is taken on the kept one's diary too, so that the visits of both exclude each
    other. Raises ``SameRecord``, ``MergedAlready`` and :class:`VisitsOverlap`, which names the visits to move first.
    """
    kept, merged = get_pair(session, kept_uid, merged_uid)
    lock_diaries(session, {kept.diary_id, merged.diary_id})
    kept, merged = get_pair(session, kept_uid, merged_uid, is_locked=True)
    coming = list_coming(session, merged.id, now=now)
    if clashes := clashes_between(list_coming(session, kept.id, now=now), coming):
        raise VisitsOverlap(clashes)
    _take_on(session, kept.diary_id, coming, touching=merged.diary_id, now=now)
    _point(session, [merged.id, *_ids_merged_into(session, merged.id)], kept)
    row = ClientMerge(uid=new_uid(), kept_id=kept.id, merged_id=merged.id, merged_at=now, merged_by_id=actor.user_id)
    session.add(row)
    session.flush()
    mark_unreconciled(session, [visit.id for visit in coming])
    bump_clinic_version(session)
    record(session, Event("client.merge", "client", kept.uid, actor, now, {"merged": merged.uid}))
    record(session, Event("client.retire", "client", merged.uid, actor, now, {"kept": kept.uid}))
    return row


def undo_merge(session: Session, *, kept_uid: str, merge_uid: str, actor: Actor, now: datetime) -> ClientMerge:
    """Let both records stand for themselves again; what was entered since stays with the record that was kept.

    Raises ``NotFound`` and :class:`MergeIsOver`: after 30 days, when it was undone, or when the kept record was
    merged itself since.
    """
    row, kept, merged = _get_merge(session, kept_uid, merge_uid)
    lock_diaries(session, {kept.diary_id, merged.diary_id})
    row, kept, merged = _get_merge(session, kept_uid, merge_uid)
    _require_undoable(row, kept, now)
    own = [merged.id, *_below(session, merged.id)]
    coming = [visit for visit in list_coming(session, kept.id, now=now) if visit.client_id in own]
    leave(session, [visit.id for visit in coming], diary_id=kept.diary_id)
    merged.merged_into_id = merged.kept_diary_id = None
    session.flush()
    _point(session, own[1:], merged)
    _take_on(session, merged.diary_id, _missing_on(session, merged.diary_id, coming), touching=kept.diary_id, now=now)
    row.undone_at, row.undone_by_id = now, actor.user_id
    session.flush()
    mark_unreconciled(session, [visit.id for visit in coming])
    bump_clinic_version(session)
    record(session, Event("client.unmerge", "client", kept.uid, actor, now, {"merged": merged.uid}))
    record(session, Event("client.revive", "client", merged.uid, actor, now, {"kept": kept.uid}))
    return row


def _get_merge(session: Session, kept_uid: str, merge_uid: str) -> tuple[ClientMerge, Client, Client]:
    fresh = {"populate_existing": True}
    wanted = (
        select(ClientMerge, Client)
        .join(Client, Client.id == ClientMerge.kept_id)
        .where(ClientMerge.uid == merge_uid, Client.uid == kept_uid)
    )
    found = session.execute(wanted.with_for_update(of=ClientMerge), execution_options=fresh).one_or_none()
    if found is None:
        raise NotFound("There is no such merge.")
    return found[0], found[1], session.get_one(Client, found[0].merged_id, populate_existing=True)


def _require_undoable(row: ClientMerge, kept: Client, now: datetime) -> None:
    if row.undone_at is not None:
        raise MergeIsOver("Somebody has taken this merge back already.", kept.uid)
    if kept.merged_into_id is not None:
        raise MergeIsOver("The record was merged itself since. Take that back first.", kept.uid)
    if now - row.merged_at > UNDO_WITHIN:
        raise MergeIsOver(
            f"This merge was made on {spoken_date(row.merged_at)}; after {UNDO_WITHIN.days} days it stays.", kept.uid
        )


def _take_on(session: Session, diary_id: int, visits: Sequence[ComingVisit], *, touching: int, now: datetime) -> None:
    """Take the time of visits on one more diary."""
    ids = [visit.id for visit in visits]
    rows = session.scalars(select(Appointment).where(Appointment.id.in_(ids))).all()
    claim(
        session,
        diary_ids={diary_id, touching},
        around=[visit.interval for visit in visits],
        decide=lambda _occupied: [Wanted(row, diary_id, DiaryKind.CLIENT) for row in rows],
        now=now,
        touching={diary_id, touching},
        likely={diary_id},
    )


def _missing_on(session: Session, diary_id: int, visits: Sequence[ComingVisit]) -> list[ComingVisit]:
    """Return the visits that moved while the records were one, so that they lie on the kept diary only."""
    rows = select(Allocation.appointment_id).where(Allocation.diary_id == diary_id)
    present = set(session.scalars(rows.where(Allocation.appointment_id.in_([visit.id for visit in visits]))))
    return [visit for visit in visits if visit.id not in present]


def _ids_merged_into(session: Session, client_id: int) -> list[int]:
    return list(session.scalars(select(Client.id).where(Client.merged_into_id == client_id)))


def _point(session: Session, client_ids: Sequence[int], kept: Client) -> None:
    if client_ids:
        session.execute(
            update(Client)
            .where(Client.id.in_(client_ids))
            .values(merged_into_id=kept.id, kept_diary_id=kept.diary_id, version=Client.version + 1)
        )


def _below(session: Session, client_id: int) -> list[int]:
    """Return the records that were merged into one, and into those, and are not separate again."""
    standing = select(ClientMerge.merged_id).where(ClientMerge.kept_id == client_id, ClientMerge.undone_at.is_(None))
    below = list(session.scalars(standing))
    return [*below, *(further for each in below for further in _below(session, each))]
