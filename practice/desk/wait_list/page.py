"""The wait list's page and its log, as the templates need them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.clinic.queries import get_service, list_services, practice_today
from practice.core.local_time import to_local
from practice.desk.wait_list.wording import (
    ENTRY_BADGES,
    OFFER_BADGES,
    URGENCY_WORDS,
    Badge,
    days_wanted,
    times_wanted,
)
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.queries import (
    EntryQuery,
    OfferQuery,
    Page,
    count_entries,
    count_offers,
    latest_offers,
    list_entries,
    list_offers,
    therapist_names,
)
from practice.scheduling.wait_list.states import EntryState, OfferState
from practice.web.pagination import Pagination

LINES = 25


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One who waits, in a row of the list."""

    entry: WaitListEntry
    therapists: str
    times: str
    days: str
    urgency: str
    since: datetime
    badge: Badge
    offer: "OfferLine | None"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer, in a row of the log or beside its entry."""

    offer: WaitListOffer
    therapist_name: str
    local_start: datetime
    offered: datetime
    answer_until: datetime
    ended: datetime | None
    badge: Badge
    is_open: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list with its filters."""

    today: date
    lines: Sequence[EntryLine]
    state: EntryState | None
    service: str
    services: Sequence[tuple[str, str]]
    pagination: Pagination


@dataclass(frozen=True, slots=True)
class LogPage:
    """Who was offered what, when, why, and how it ended."""

    today: date
    lines: Sequence[OfferLine]
    pagination: Pagination


def list_page(session: Session, *, state: EntryState | None, service: str | None, page: int, now: datetime) -> ListPage:
    """Return a page of the list."""
    service_id = None if service is None else get_service(session, service).id
    query = EntryQuery(state=state, service_id=service_id)
    pagination = Pagination(page, LINES, count_entries(session, query))
    entries = list_entries(session, query, Page(pagination.offset, LINES))
    today = practice_today(session, now)
    services = [(each.uid, each.name) for each in list_services(session)]
    return ListPage(
        today, entry_lines(session, entries, now=now, today=today), state, service or "", services, pagination
    )


def entry_lines(session: Session, entries: Sequence[WaitListEntry], *, now: datetime, today: date) -> list[EntryLine]:
    """Return entries as rows with their newest offer; two statements."""
    people = {key: row.name for key, row in therapist_names(session, entries).items()}
    offers = latest_offers(session, [entry.id for entry in entries])
    return [_entry_line(entry, people, offers.get(entry.id), now=now, today=today) for entry in entries]


def client_lines(session: Session, client_id: int, *, now: datetime) -> list[EntryLine]:
    """Return what a client waits for."""
    entries = list_entries(session, EntryQuery(client_id=client_id), Page(0, LINES))
    return entry_lines(session, entries, now=now, today=practice_today(session, now)) if entries else []


def log_page(session: Session, *, page: int, now: datetime) -> LogPage:
    """Return a page of the log, the newest offer first."""
    pagination = Pagination(page, LINES, count_offers(session, OfferQuery()))
    offers = list_offers(session, OfferQuery(), Page(pagination.offset, LINES))
    return LogPage(practice_today(session, now), [_offer_line(offer, now) for offer in offers], pagination)


def _entry_line(
    entry: WaitListEntry, people: Mapping[int, str], offer: WaitListOffer | None, *, now: datetime, today: date
) -> EntryLine:
    return EntryLine(
        entry,
        " or ".join(people[number] for number in entry.therapist_ids) or "anybody",
        times_wanted(entry.windows),
        days_wanted(entry.first_on, entry.last_on, today),
        URGENCY_WORDS[entry.urgency],
        to_local(entry.created_at, entry.location.zone),
        ENTRY_BADGES[entry.state],
        None if offer is None else _offer_line(offer, now),
    )


def _offer_line(offer: WaitListOffer, now: datetime) -> OfferLine:
    is_open = offer.state == OfferState.OPEN
    state = OfferState.EXPIRED if is_open and offer.expires_at <= now else OfferState(offer.state)
    return OfferLine(
        offer,
        offer.therapist.name,
        offer.local_start,
        to_local(offer.offered_at, offer.zone),
        to_local(offer.expires_at, offer.zone),
        None if offer.ended_at is None else to_local(offer.ended_at, offer.zone),
        OFFER_BADGES[state],
        state is OfferState.OPEN,
    )
