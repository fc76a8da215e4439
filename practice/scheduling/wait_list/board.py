"""The board as it stands: who waits, what she refused, when she is busy, and the free times she could have."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from practice.clinic.queries import get_settings, practice_today
from practice.clinic.quiet_hours import QuietHours
from practice.core.local_time import wall_time
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.free_time.search import FoundStarts, StartsQuery, find_starts
from practice.scheduling.lifecycle import OCCUPIES_TIME
from practice.scheduling.local_days import ceil_minute, floor_minute
from practice.scheduling.models import Appointment
from practice.scheduling.question import LocationFacts, SetUp, Span, shape_of
from practice.scheduling.wait_list.behind import days_behind
from practice.scheduling.wait_list.deciding import Board, Group
from practice.scheduling.wait_list.fitting import Opening, RefusedTime, Waiting, Window
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.states import REFUSED, EntryState, OfferState, Urgency
from practice.scheduling.wait_list.untold import read_untold, without_untold

DAYS_AHEAD = 28
"""How far ahead free times are offered; later ones come closer."""

MOST_WAITING = 500

Reach = Callable[[Session, Collection[int]], Collection[int]]
"""Returns which of some clients can be written to; assembled where messages are known."""


@dataclass(frozen=True, slots=True)
class Look:
    """Which free times are looked at: some days, for some entries, asked as a client or as the desk."""

    days: int = DAYS_AHEAD
    by_link: bool = True
    service_id: int | None = None
    location_id: int | None = None


def is_anyone_waiting(session: Session) -> bool:
    """Return whether there is anybody to offer a time to; one statement."""
    return session.execute(select(exists().where(WaitListEntry.state == EntryState.WAITING))).scalar_one()


def is_anything_over(session: Session, *, now: datetime) -> bool:
    """Return whether an offer ran out or an entry's last day may have passed; one statement without a lock."""
    offer = exists().where(WaitListOffer.state == OfferState.OPEN, WaitListOffer.expires_at <= now)
    entry = exists().where(WaitListEntry.state == EntryState.WAITING, WaitListEntry.last_on < now.date())
    return session.execute(select(or_(offer, entry))).scalar_one()


def read_board(session: Session, look: Look, *, reach: Reach, now: datetime) -> Board:
    """Return the board.

    Statements: eight, those of the feature that knows who is behind, and one to four for each service and location
    that somebody waits for.
    """
    set_up = read_set_up(session)
    entries = _entries(session, look)
    waiting = _waiting(session, entries, reach=reach, now=now)
    groups = sorted({(one.service_id, one.location_id) for one in waiting})
    found = {group: _find(session, set_up, group, look, now=now) for group in groups}
    settings = get_settings(session, practice_today(session, now))
    untold = read_untold(session, now=now)
    return Board(
        waiting,
        {group: list(without_untold(openings_of(starts), untold)) for group, starts in found.items()},
        {group: set_up.services[group[0]].portal_notice_minutes for group in groups},
        QuietHours(settings.quiet_from_minute, settings.quiet_until_minute),
        lambda therapist_id: set_up.therapists[therapist_id].name,
        now,
    )


def openings_of(found: FoundStarts) -> list[Opening]:
    """Return free starts as the wait list sees them."""
    minutes = shape_of(found.question, found.facts).duration
    zone = found.location.zone
    return [Opening(start.begins, minutes, start.therapist_ids, zone) for start in found.starts]


def _find(session: Session, set_up: SetUp, group: Group, look: Look, *, now: datetime) -> FoundStarts:
    location = set_up.locations[group[1]]
    query = StartsQuery(service_uid=set_up.services[group[0]].uid, location_uid=location.uid, by_link=look.by_link)
    first_on = _today(location, now)
    return find_starts(session, query, first_on=first_on, last_on=first_on + timedelta(days=look.days - 1), now=now)


def _today(location: LocationFacts, now: datetime) -> date:
    return wall_time(now, location.zone).date()


def _entries(session: Session, look: Look) -> Sequence[WaitListEntry]:
    wanted = select(WaitListEntry).where(WaitListEntry.state == EntryState.WAITING)
    if look.service_id is not None:
        wanted = wanted.where(WaitListEntry.service_id == look.service_id)
    if look.location_id is not None:
        wanted = wanted.where(WaitListEntry.location_id == look.location_id)
    # Beyond the limit those who asked first are looked at; the others follow as the list gets shorter.
    return session.scalars(wanted.order_by(WaitListEntry.created_at, WaitListEntry.id).limit(MOST_WAITING)).all()


def _waiting(session: Session, entries: Sequence[WaitListEntry], *, reach: Reach, now: datetime) -> list[Waiting]:
    if not entries:
        return []
    client_ids = {entry.client_id for entry in entries}
    refused = _refused(session, [entry.id for entry in entries])
    busy = _busy(session, client_ids, now=now)
    reached = reach(session, client_ids)
    behind = days_behind(session, client_ids, now=now)
    waiting = [
        _as_waiting(entry, refused[entry.id], busy[entry.client_id], entry.client_id in reached) for entry in entries
    ]
    return [replace(one, behind=behind.get(one.client_id, 0)) for one in waiting]


def _as_waiting(
    entry: WaitListEntry, refused: Sequence[RefusedTime], busy: Sequence[Span], is_reached: bool
) -> Waiting:
    return Waiting(
        id=entry.id,
        client_id=entry.client_id,
        service_id=entry.service_id,
        location_id=entry.location_id,
        urgency=Urgency(entry.urgency),
        asked_at=entry.created_at,
        first_on=entry.first_on,
        last_on=entry.last_on,
        therapist_ids=frozenset(entry.therapist_ids),
        windows=tuple(Window(*window) for window in entry.windows),
        notice_minutes=entry.notice_minutes,
        refusals=len(refused),
        refused=tuple(refused),
        busy=tuple(busy),
        may_phone=entry.may_phone,
        may_mail=is_reached,
    )


def _refused(session: Session, entry_ids: Collection[int]) -> defaultdict[int, list[RefusedTime]]:
    rows = select(WaitListOffer.entry_id, WaitListOffer.starts_at, WaitListOffer.ends_at).where(
        WaitListOffer.entry_id.in_(entry_ids), WaitListOffer.state.in_(REFUSED)
    )
    found: defaultdict[int, list[RefusedTime]] = defaultdict(list)
    for entry_id, starts_at, ends_at in session.execute(rows):
        found[entry_id].append(RefusedTime(floor_minute(starts_at), ceil_minute(ends_at)))
    return found


def _busy(session: Session, client_ids: Collection[int], *, now: datetime) -> defaultdict[int, list[Span]]:
    rows = select(Appointment.client_id, Appointment.starts_at, Appointment.ends_at).where(
        Appointment.client_id.in_(client_ids),
        Appointment.state.in_(sorted(OCCUPIES_TIME)),
        Appointment.ends_at > now,
    )
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for client_id, starts_at, ends_at in session.execute(rows):
        if client_id is not None:
            found[client_id].append(Span(floor_minute(starts_at), ceil_minute(ends_at)))
    return found
