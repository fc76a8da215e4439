"""Filling a gap by telephone: whom to call about it, in order, and what each call came to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clients.recipients import Recipient, message_recipient
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.events import Event, record
from practice.core.local_time import to_utc, wall_time
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.local_days import ceil_minute, floor_minute, instant_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp
from practice.scheduling.wait_list.board import Look, read_board
from practice.scheduling.wait_list.deciding import Board, Called, phone_list
from practice.scheduling.wait_list.entries import close_entry, lock_entry
from practice.scheduling.wait_list.errors import NotWaiting
from practice.scheduling.wait_list.fitting import Opening
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.offers import place_of
from practice.scheduling.wait_list.states import EntryState, OfferChannel, OfferState
from practice.scheduling.wishes import TimeWish, get_by_uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of a day to be filled: at one therapist's, or at anybody's; a treatment must end inside it."""

    location: str | None = None
    therapist: str | None = None
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """One call to make: whom, under which number, about which time, and why this one."""

    entry: WaitListEntry
    client: Client
    reached: Recipient
    local_start: datetime
    zone: str
    therapist_uid: str
    therapist_name: str
    service_name: str
    minutes: int
    why: tuple[str, ...]
    is_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAbout:
    """What a call was about: the wall time at the entry's place, and with whom."""

    local_start: datetime
    therapist: str


def list_calls(session: Session, gap: Gap, *, now: datetime) -> list[PhoneRow]:
    """Return whom to phone about a gap, in order; one row for each who waits and whom a time in it suits.

    The service's notice for clients does not count here: whoever is asked on the telephone can say yes.
    """
    set_up = read_set_up(session)
    called = phone_list(_board_of(session, set_up, gap, now=now))
    entries = _entries(session, {each.waiting.id for each in called})
    clients = _clients(session, {each.waiting.client_id for each in called})
    reached = message_recipient(session, clients, on=practice_today(session, now))
    return [_row(each, entries[each.waiting.id], clients[each.waiting.client_id], reached, set_up) for each in called]


def _board_of(session: Session, set_up: SetUp, gap: Gap, *, now: datetime) -> Board:
    location = None if gap.location is None else get_by_uid(set_up.locations, gap.location, "location")
    therapist_id = None if gap.therapist is None else get_by_uid(set_up.therapists, gap.therapist, "therapist").id
    days = (gap.ends_at.date() - now.date()).days + 2
    look = Look(days=min(max(days, 1), 62), by_link=False, location_id=None if location is None else location.id)
    board = read_board(session, look, reach=lambda _session, client_ids: client_ids, now=now)
    openings = {
        group: [cut for opening in found if (cut := _inside(opening, gap, therapist_id)) is not None]
        for group, found in board.openings.items()
    }
    return replace(board, openings=openings)


def _inside(opening: Opening, gap: Gap, therapist_id: int | None) -> Opening | None:
    """Return a free start as far as it lies in the gap and with the gap's therapist."""
    begins, ends = ceil_minute(gap.begins_at), floor_minute(gap.ends_at)
    if opening.begins < begins or opening.treatment.ends > ends:
        return None
    if therapist_id is None:
        return opening
    return opening._replace(therapist_ids=(therapist_id,)) if therapist_id in opening.therapist_ids else None


def _row(
    called: Called, entry: WaitListEntry, client: Client, reached: Mapping[int, Recipient], set_up: SetUp
) -> PhoneRow:
    therapist = set_up.therapists[called.therapist_id]
    return PhoneRow(
        entry,
        client,
        reached[client.id],
        wall_time(instant_of(called.opening.begins), called.opening.zone),
        called.opening.zone,
        therapist.uid,
        therapist.name,
        set_up.services[entry.service_id].name,
        called.opening.minutes,
        called.why,
        called.is_short,
    )


def _entries(session: Session, ids: Collection[int]) -> dict[int, WaitListEntry]:
    rows = session.scalars(select(WaitListEntry).where(WaitListEntry.id.in_(ids)))
    return {entry.id: entry for entry in rows}


def _clients(session: Session, ids: Collection[int]) -> dict[int, Client]:
    return {client.id: client for client in session.scalars(select(Client).where(Client.id.in_(ids)))}


def book_waiting(
    session: Session, *, entry_uid: str, about: CallAbout, rules: BookingRules, actor: Actor, now: datetime
) -> Appointment:
    """Book a time for somebody on the list who said yes on the telephone; the entry ends, the log keeps the call.

    Raises ``NotFound``, :class:`NotWaiting` and what ``book_time`` raises.
    """
    entry = _get_entry(session, entry_uid)
    wish = _wish(session, entry, about)
    client = session.get_one(Client, entry.client_id)
    appointment = book_time(session, wish=wish, client_uid=client.uid, rules=rules, actor=actor, now=now)
    entry = _lock_waiting(session, entry_uid)
    close_entry(entry, EntryState.BOOKED, now=now)
    _log(session, entry, OfferState.ACCEPTED, place_of(appointment), hold_id=appointment.id, actor=actor, now=now)
    return appointment


def note_call(
    session: Session, *, entry_uid: str, about: CallAbout, has_answered: bool, actor: Actor, now: datetime
) -> WaitListOffer:
    """Write down that somebody said no to a time on the telephone, or was not reached.

    A no counts as a refusal, and the time is not offered again. Raises ``NotFound`` and :class:`NotWaiting`.
    """
    entry = _lock_waiting(session, entry_uid)
    state = OfferState.DECLINED if has_answered else OfferState.UNANSWERED
    return _log(session, entry, state, _place(session, entry, about), hold_id=None, actor=actor, now=now)


def _place(session: Session, entry: WaitListEntry, about: CallAbout) -> dict[str, object]:
    set_up = read_set_up(session)
    zone = set_up.locations[entry.location_id].zone
    starts_at = to_utc(about.local_start, zone)
    return {
        "therapist_id": get_by_uid(set_up.therapists, about.therapist, "therapist").id,
        "room_id": None,
        "local_start": about.local_start.replace(fold=0),
        "zone": zone,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=set_up.services[entry.service_id].shape.duration),
    }


def _wish(session: Session, entry: WaitListEntry, about: CallAbout) -> TimeWish:
    set_up = read_set_up(session)
    return TimeWish(
        service=set_up.services[entry.service_id].uid,
        location=set_up.locations[entry.location_id].uid,
        therapist=about.therapist,
        local_start=about.local_start,
    )


def _get_entry(session: Session, uid: str) -> WaitListEntry:
    # Not locked yet: diaries come first in the order of locks.
    entry = session.scalars(select(WaitListEntry).where(WaitListEntry.uid == uid)).one_or_none()
    return lock_entry(session, uid) if entry is None else entry


def _lock_waiting(session: Session, uid: str) -> WaitListEntry:
    entry = lock_entry(session, uid)
    if entry.state != EntryState.WAITING:
        raise NotWaiting(EntryState(entry.state))
    return entry


def _log(
    session: Session,
    entry: WaitListEntry,
    state: OfferState,
    place: Mapping[str, object],
    *,
    hold_id: int | None,
    actor: Actor,
    now: datetime,
) -> WaitListOffer:
    offer = WaitListOffer(
        entry_id=entry.id,
        hold_id=hold_id,
        channel=OfferChannel.PHONE,
        state=state,
        offered_at=now,
        offered_by_id=actor.user_id,
        expires_at=now,
        ended_at=now,
        ended_by=str(actor.role),
        **place,
    )
    session.add(offer)
    session.flush()
    record(session, Event(f"wait_list.offer_{state}", "wait_list_offer", offer.uid, actor, now, {"by": "phone"}))
    return offer
