"""Putting somebody on the wait list, changing what she waits for, and taking her off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.clinic.queries import get_service, get_therapist
from practice.core.actor import SYSTEM, Actor
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.core.failpoints import failpoint
from practice.core.local_time import wall_time
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.loading import changed_meanwhile
from practice.scheduling.wait_list.ending import end_offer, find_open_offer, lock_hold_of, lock_offer
from practice.scheduling.wait_list.errors import NotWaiting, WaitsAlready
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.models import WaitListEntry
from practice.scheduling.wait_list.states import OPEN_ENTRIES, EntryState, OfferState, Urgency
from practice.scheduling.wishes import resolve_location

MOST_EXPIRED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetails:
    """What somebody waits for: uids; no therapists and no windows mean any, no last day until called off.

    ``first_on`` None means today at the location. ``notice_minutes`` is the notice that the client wants.
    """

    service: str
    location: str | None = None
    therapists: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    first_on: date | None = None
    last_on: date | None = None
    urgency: Urgency = Urgency.SOON
    notice_minutes: int = 120
    may_phone: bool = True
    desk_note: str = ""


def add_entry(
    session: Session, *, client_uid: str, details: EntryDetails, actor: Actor, now: datetime
) -> WaitListEntry:
    """Put a client on the wait list.

    Raises ``NotFound``, ``LocationNeeded``, and :class:`WaitsAlready` when she waits for this service already.
    """
    client = get_client(session, client_uid)
    entry = WaitListEntry(client_id=client.id, created_at=now, created_by_id=actor.user_id)
    _describe(session, entry, details, now=now)
    lock_waiting(session, client.id)
    _require_first(session, entry)
    failpoint("wait_list.looked")
    session.add(entry)
    session.flush()
    _record(session, entry, "add", actor=actor, now=now)
    return entry


def change_entry(
    session: Session, *, entry_uid: str, details: EntryDetails, version: int | None, actor: Actor, now: datetime
) -> WaitListEntry:
    """Change what somebody waits for; her place in the order stays, as does an offer under way.

    Raises ``NotFound``, ``StaleVersion``, :class:`NotWaiting` and :class:`WaitsAlready`.
    """
    entry = lock_entry(session, entry_uid)
    require_version(entry.version, version)
    if entry.state not in OPEN_ENTRIES:
        raise NotWaiting(EntryState(entry.state))
    lock_waiting(session, entry.client_id)
    _describe(session, entry, details, now=now)
    _require_first(session, entry)
    _record(session, entry, "change", actor=actor, now=now)
    return entry


def withdraw_entry(
    session: Session, *, entry_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> WaitListEntry:
    """Take somebody off the list; an open offer ends with it. Off the list already is no error.

    Raises ``NotFound`` and ``StaleVersion``.
    """
    offer = find_open_offer(session, entry_uid)
    if offer is not None:
        lock_hold_of(session, offer)
        lock_offer(session, offer)
    entry = lock_entry(session, entry_uid)
    require_version(entry.version, version)
    if entry.state not in OPEN_ENTRIES:
        return entry
    if offer is not None and offer.state == OfferState.OPEN:
        end_offer(session, offer, OfferState.DECLINED, actor=actor, now=now)
    elif entry.state == EntryState.OFFERED:
        raise changed_meanwhile()
    close_entry(entry, EntryState.WITHDRAWN, now=now)
    _record(session, entry, "withdraw", actor=actor, now=now)
    return entry


def expire_entries(session: Session, *, now: datetime) -> int:
    """Close entries whose last day has passed at their place and return how many; a job of the worker calls this."""
    over = (
        select(WaitListEntry, WaitListEntry.location_id)
        .where(WaitListEntry.state == EntryState.WAITING, WaitListEntry.last_on < now.date())
        .order_by(WaitListEntry.id)
        .limit(MOST_EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True, of=WaitListEntry)
    )
    zones = {location.id: location.zone for location in read_set_up(session).locations.values()}
    expired = [
        entry
        for entry, location_id in session.execute(over)
        if entry.last_on is not None and entry.last_on < wall_time(now, zones[location_id]).date()
    ]
    for entry in expired:
        close_entry(entry, EntryState.EXPIRED, now=now)
        _record(session, entry, "expire", actor=SYSTEM, now=now)
    return len(expired)


def close_entry(entry: WaitListEntry, state: EntryState, *, now: datetime) -> None:
    """End an entry."""
    entry.state, entry.closed_at = state, now


def lock_entry(session: Session, uid: str) -> WaitListEntry:
    """Return one entry as it is now, its row locked; raises ``NotFound``."""
    wanted = select(WaitListEntry).where(WaitListEntry.uid == uid).with_for_update()
    entry = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if entry is None:
        raise NotFound("There is no such entry on the wait list.")
    return entry


def lock_waiting(session: Session, client_id: int) -> None:
    """Let one at a time change what a client waits for, so that two desks do not put her on the list for the same."""
    session.execute(select(Client.id).where(Client.id == client_id).with_for_update(key_share=True))


def _describe(session: Session, entry: WaitListEntry, details: EntryDetails, *, now: datetime) -> None:
    location = resolve_location(read_set_up(session), details.location)
    entry.service_id = get_service(session, details.service).id
    entry.location_id = location.id
    entry.therapist_ids = sorted(_therapist_ids(session, details.therapists))
    entry.windows = [list(window) for window in sorted(details.windows)]
    entry.first_on = details.first_on or entry.first_on or wall_time(now, location.zone).date()
    entry.last_on = details.last_on
    entry.urgency = details.urgency
    entry.notice_minutes = details.notice_minutes
    entry.may_phone = details.may_phone
    entry.desk_note = details.desk_note


def _therapist_ids(session: Session, uids: Sequence[str]) -> set[int]:
    return {get_therapist(session, uid).id for uid in uids}


def _require_first(session: Session, entry: WaitListEntry) -> None:
    """Raise :class:`WaitsAlready` when the client waits for the same service at the same place already."""
    with session.no_autoflush:
        same = select(WaitListEntry.uid).where(
            WaitListEntry.client_id == entry.client_id,
            WaitListEntry.service_id == entry.service_id,
            WaitListEntry.location_id == entry.location_id,
            WaitListEntry.state.in_(OPEN_ENTRIES),
            WaitListEntry.id != (entry.id or 0),
        )
        if (uid := session.scalars(same.limit(1)).first()) is not None:
            raise WaitsAlready(uid)


def _record(session: Session, entry: WaitListEntry, act: str, *, actor: Actor, now: datetime) -> None:
    session.flush()
    record(session, Event(f"wait_list.{act}", "wait_list_entry", entry.uid, actor, now))
