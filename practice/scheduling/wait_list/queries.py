"""Reads of the wait list and its log for pages and the API; each a constant number of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from practice.clinic.models import Therapist
from practice.core.errors import NotFound
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.states import OPEN_ENTRIES, URGENCY_ORDER, EntryState, OfferState

Columns = TypeVarTuple("Columns")

MOST_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryQuery:
    """Which entries: in some state (open ones if none is named), for a service, of a client."""

    state: EntryState | None = None
    service_id: int | None = None
    client_id: int | None = None
    is_any_state: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferQuery:
    """Which offers: in some state, of an entry or of a client."""

    state: OfferState | None = None
    entry_id: int | None = None
    client_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list."""

    offset: int = 0
    limit: int = MOST_LISTED


WHOLE = Page()


def list_entries(session: Session, query: EntryQuery, page: Page = WHOLE) -> Sequence[WaitListEntry]:
    """Return entries with client, service and location, the most urgent and those who asked first in front."""
    urgency = case({str(each): place for place, each in enumerate(URGENCY_ORDER)}, value=WaitListEntry.urgency)
    wanted = _entries(select(WaitListEntry), query).options(
        joinedload(WaitListEntry.client), joinedload(WaitListEntry.service), joinedload(WaitListEntry.location)
    )
    ordered = wanted.order_by(urgency, WaitListEntry.created_at, WaitListEntry.id)
    return session.scalars(ordered.offset(page.offset).limit(page.limit)).all()


def count_entries(session: Session, query: EntryQuery) -> int:
    """Return how many entries there are."""
    return session.execute(_entries(select(func.count(WaitListEntry.id)), query)).scalar_one()


def get_entry(session: Session, uid: str) -> WaitListEntry:
    """Return one entry with client, service and location; raises ``NotFound``."""
    wanted = (
        select(WaitListEntry)
        .where(WaitListEntry.uid == uid)
        .options(
            joinedload(WaitListEntry.client), joinedload(WaitListEntry.service), joinedload(WaitListEntry.location)
        )
    )
    entry = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if entry is None:
        raise NotFound("There is no such entry on the wait list.")
    return entry


def list_offers(session: Session, query: OfferQuery, page: Page = WHOLE) -> Sequence[WaitListOffer]:
    """Return offers with entry, client, service and therapist, the newest first."""
    wanted = (
        _offers(select(WaitListOffer).join(WaitListOffer.entry), query)
        .options(
            contains_eager(WaitListOffer.entry).options(
                joinedload(WaitListEntry.client),
                joinedload(WaitListEntry.service),
                joinedload(WaitListEntry.location),
            ),
            joinedload(WaitListOffer.therapist),
            joinedload(WaitListOffer.hold),
        )
        .order_by(WaitListOffer.offered_at.desc(), WaitListOffer.id.desc())
    )
    return session.scalars(
        wanted.offset(page.offset).limit(page.limit), execution_options={"populate_existing": True}
    ).all()


def count_offers(session: Session, query: OfferQuery) -> int:
    """Return how many offers there are."""
    return session.execute(_offers(select(func.count(WaitListOffer.id)).join(WaitListOffer.entry), query)).scalar_one()


def latest_offers(session: Session, entry_ids: Collection[int]) -> dict[int, WaitListOffer]:
    """Return the newest offer of each entry that has any, with its therapist."""
    newest = (
        select(func.max(WaitListOffer.id)).where(WaitListOffer.entry_id.in_(entry_ids)).group_by(WaitListOffer.entry_id)
    )
    rows = select(WaitListOffer).where(WaitListOffer.id.in_(newest)).options(joinedload(WaitListOffer.therapist))
    return {offer.entry_id: offer for offer in session.scalars(rows, execution_options={"populate_existing": True})}


def therapist_names(session: Session, entries: Collection[WaitListEntry]) -> Mapping[int, Therapist]:
    """Return the therapists whom some entries name, by id."""
    ids = {number for entry in entries for number in entry.therapist_ids}
    return {row.id: row for row in session.scalars(select(Therapist).where(Therapist.id.in_(ids)))}


def _entries(statement: Select[*Columns], query: EntryQuery) -> Select[*Columns]:
    if query.state is not None:
        statement = statement.where(WaitListEntry.state == query.state)
    elif not query.is_any_state:
        statement = statement.where(WaitListEntry.state.in_(OPEN_ENTRIES))
    if query.service_id is not None:
        statement = statement.where(WaitListEntry.service_id == query.service_id)
    if query.client_id is not None:
        statement = statement.where(WaitListEntry.client_id == query.client_id)
    return statement


def _offers(statement: Select[*Columns], query: OfferQuery) -> Select[*Columns]:
    if query.state is not None:
        statement = statement.where(WaitListOffer.state == query.state)
    if query.entry_id is not None:
        statement = statement.where(WaitListOffer.entry_id == query.entry_id)
    if query.client_id is not None:
        statement = statement.where(WaitListEntry.client_id == query.client_id)
    return statement
