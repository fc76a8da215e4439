"""Reads for merging: two records side by side, what is coming for them, and merges that can still be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from practice.clients.consents import Purpose
from practice.clients.following import records_of
from practice.clients.models import Client, ClientMerge, Consent
from practice.clients.queries import find_consent
from practice.clinic.models import Therapist
from practice.core.errors import NotFound
from practice.core.intervals import Interval
from practice.scheduling.lifecycle import OCCUPIES_TIME
from practice.scheduling.merging.clashes import ComingVisit, clashes_between
from practice.scheduling.merging.errors import MergedAlready, SameRecord
from practice.scheduling.models import Appointment

UNDO_WITHIN = timedelta(days=30)
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records, as the desk compares them."""

    client: Client
    consent: Consent | None
    coming: Sequence[ComingVisit]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do; ``clashes`` must be moved first."""

    kept: Side
    merged: Side

    @property
    def clashes(self) -> list[tuple[ComingVisit, ComingVisit]]:
        """Return the pairs of visits that exclude each other."""
        return clashes_between(self.kept.coming, self.merged.coming)


@dataclass(frozen=True, slots=True)
class PastMerge:
    """A merge into a record that was not taken back."""

    merge: ClientMerge
    merged: Client
    may_be_undone: bool


def get_pair(session: Session, kept_uid: str, merged_uid: str, *, is_locked: bool = False) -> tuple[Client, Client]:
    """Return two records to be merged, themselves and not what they were merged into.

    Raises ``NotFound``, :class:`SameRecord` and :class:`MergedAlready`.
    """
    if kept_uid == merged_uid:
        raise SameRecord
    wanted = (
        select(Client)
        .where(Client.uid.in_((kept_uid, merged_uid)))
        .options(selectinload(Client.contacts), selectinload(Client.alerts))
        .order_by(Client.id)
        .execution_options(populate_existing=True)
    )
    rows = session.scalars(wanted.with_for_update() if is_locked else wanted)
    found = {row.uid: row for row in rows}
    if len(found) < 2:
        raise NotFound("There is no such client.")
    for row in found.values():
        if row.merged_into_id is not None:
            raise MergedAlready(row.display_name, session.get_one(Client, row.merged_into_id).uid)
    return found[kept_uid], found[merged_uid]


def preview_merge(session: Session, *, kept_uid: str, merged_uid: str, now: datetime) -> MergePreview:
    """Return what merging would do; changes nothing. Raises as :func:`get_pair` does."""
    kept, merged = get_pair(session, kept_uid, merged_uid)
    return MergePreview(_side(session, kept, now), _side(session, merged, now))


def list_coming(session: Session, client_id: int, *, now: datetime) -> list[ComingVisit]:
    """Return the visits of a record, and of those merged into it, that are not over and take time."""
    rows = (
        select(
            Appointment.id,
            Appointment.uid,
            Appointment.client_id,
            Appointment.local_start,
            Appointment.starts_at,
            Appointment.ends_at,
            Therapist.name,
        )
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .where(
            Appointment.client_id.in_(records_of(client_id)),
            Appointment.ends_at > now,
            Appointment.state.in_(sorted(OCCUPIES_TIME)),
            or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now),
        )
        .order_by(Appointment.starts_at)
    )
    return [
        ComingVisit(number, uid, client_id, local, Interval(starts, ends), therapist)
        for number, uid, client_id, local, starts, ends, therapist in session.execute(rows)
    ]


def list_merges(session: Session, kept_id: int, *, now: datetime) -> list[PastMerge]:
    """Return the merges into a record that stand, the newest first, at most ``MOST_LISTED``."""
    merged = aliased(Client)
    rows = (
        select(ClientMerge, merged)
        .join(merged, merged.id == ClientMerge.merged_id)
        .where(ClientMerge.kept_id == kept_id, ClientMerge.undone_at.is_(None))
        .order_by(ClientMerge.id.desc())
        .limit(MOST_LISTED)
        .options(selectinload(merged.contacts))
    )
    return [PastMerge(row[0], row[1], now - row[0].merged_at <= UNDO_WITHIN) for row in session.execute(rows)]


def _side(session: Session, client: Client, now: datetime) -> Side:
    consent = find_consent(session, client.id, Purpose.REMINDER_EMAIL)
    return Side(client, consent, list_coming(session, client.id, now=now))
