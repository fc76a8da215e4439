"""Reads one diary whole: its place, its hours, its visits and its columns; the same for grid, list and feed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.clinic.queries import list_therapists
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.core.intervals import Interval
from practice.desk.diary.address import By, DiaryAddress
from practice.desk.diary.feed import NO_ROOM, Closed, Column, column_of
from practice.desk.diary.kept_free import KeptFree, joined, own_of, told_to
from practice.desk.diary.working_hours import Hours, closed_for_room, closed_for_therapist, hours_of
from practice.desk.queries import days_window, list_visits
from practice.desk.visits import Named, Visit, seen_by
from practice.scheduling.blocks.queries import OnDiary, blocks_on
from practice.scheduling.free_time.facts import current_set_up
from practice.scheduling.free_time.pulse import feel_pulse
from practice.scheduling.free_time.set_up import load_exceptions
from practice.scheduling.local_days import floor_minute
from practice.scheduling.question import LocationFacts, RoomFacts, SetUp, Span


@dataclass(frozen=True, slots=True)
class OpenDiary:
    """A diary with everything on it; ``address`` names its location and, for a week, its therapist.

    ``team`` is everybody who works at the location, ``therapists`` are those shown.
    """

    address: DiaryAddress
    location: LocationFacts
    locations: Sequence[LocationFacts]
    hours: Hours
    visits: Sequence[Visit]
    team: Sequence[Therapist]
    therapists: Sequence[Therapist]
    rooms: Sequence[RoomFacts]
    kept: Sequence[KeptFree] = ()

    @property
    def window(self) -> Interval:
        """Return the instants that it covers."""
        return days_window(self.address.first_on, self.address.last_on, self.location.zone)


def open_diary(
    session: Session, address: DiaryAddress, *, with_gone: bool = False, actor: Actor, now: datetime
) -> OpenDiary:
    """Return the diary at an address as *actor* may see it, in a constant number of statements.

    Raises ``NotFound`` for an unknown place.
    """
    set_up = current_set_up(session, feel_pulse(session, now=now))
    location = location_of(set_up, address.location)
    team = [one for one in list_therapists(session) if belongs(set_up, one.id, location.id)]
    shown = [_one_of(team, address.therapist, actor)] if address.by == By.WEEK else team
    address = replace(address, location=location.uid, therapist=shown[0].uid if address.by == By.WEEK else "")
    visits = list_visits(
        session,
        location_id=location.id,
        window=days_window(address.first_on, address.last_on, location.zone),
        therapist_id=shown[0].id if address.by == By.WEEK else None,
        with_gone=with_gone,
        now=now,
    )
    hours = _hours(session, set_up, location, shown, address)
    seen, rooms = seen_by(visits, actor), _rooms(set_up, location)
    diary = OpenDiary(address, location, in_use(set_up), hours, seen, team, shown, rooms)
    return replace(diary, kept=_kept(session, diary, actor))


def _kept(session: Session, diary: OpenDiary, actor: Actor) -> list[KeptFree]:
    """Return the time kept free of everybody and every room shown; one statement."""
    owners = {one.diary_id: Named(one.uid, one.name, one.colour) for one in diary.therapists}
    own = {one.diary_id for one in diary.therapists if one.id == actor.therapist_id}
    owners |= {room.diary_id: Named(room.uid, room.name) for room in diary.rooms}
    found = blocks_on(session, owners, diary.window)
    return joined(_kept_on(row, owners[row.diary_id], actor, is_own=row.diary_id in own) for row in found)


def _kept_on(row: OnDiary, owner: Named, actor: Actor, *, is_own: bool) -> KeptFree:
    each = KeptFree(
        row.uid, row.kind, row.title, row.local_start, row.zone, row.starts_at, row.ends_at, owners=(owner,)
    )
    return told_to(actor, each, is_own=is_own)


def in_use(set_up: SetUp) -> list[LocationFacts]:
    """Return the locations that are in use, by name."""
    return sorted((one for one in set_up.locations.values() if one.is_active), key=lambda one: one.name)


def location_of(set_up: SetUp, uid: str) -> LocationFacts:
    """Return the location asked for, the first one when none is; raises ``NotFound``."""
    found = [one for one in in_use(set_up) if not uid or one.uid == uid]
    if not found:
        raise NotFound("There is no such location.")
    return found[0]


def _rooms(set_up: SetUp, location: LocationFacts) -> list[RoomFacts]:
    here = (room for room in set_up.rooms.values() if room.is_active and room.location_id == location.id)
    return sorted(here, key=lambda room: room.name)


def belongs(set_up: SetUp, therapist_id: int, location_id: int) -> bool:
    """Return whether a therapist works at a location in any week, or nowhere yet.

    One who joined after the set-up was read appears with the next look.
    """
    therapist = set_up.therapists.get(therapist_id)
    if therapist is None:
        return False
    return not therapist.weekly or any(row.location_id == location_id for row in therapist.weekly)


def _one_of(team: Sequence[Therapist], uid: str, actor: Actor) -> Therapist:
    chosen = [one for one in team if one.uid == uid] if uid else [one for one in team if one.id == actor.therapist_id]
    if uid and not chosen:
        raise NotFound("There is no such therapist.")
    if not (chosen or team):
        raise NotFound("No therapist works here yet. Add one in Set-up.")
    return (chosen or list(team))[0]


def _hours(
    session: Session, set_up: SetUp, location: LocationFacts, team: Sequence[Therapist], address: DiaryAddress
) -> Hours:
    window = days_window(address.first_on, address.last_on, location.zone)
    within = Span(floor_minute(window.starts_at), floor_minute(window.ends_at))
    exceptions = load_exceptions(session, address.first_on, address.last_on, within)
    facts = [set_up.therapists[one.id] for one in team]
    return hours_of(location, exceptions, facts, (address.first_on, address.last_on))


def kept_in_columns(diary: OpenDiary) -> list[KeptFree]:
    """Return the time kept free that stands in the columns shown."""
    shown = diary.rooms if diary.address.by == By.ROOM else diary.therapists
    return own_of(diary.kept, {one.uid for one in shown})


def columns_of(diary: OpenDiary) -> list[Column]:
    """Return the columns: therapists with those off today last, or rooms; a week has none."""
    if diary.address.by == By.WEEK:
        return []
    if diary.address.by == By.ROOM:
        return _room_columns(diary)
    counts = _counts(diary)
    columns = [_therapist_column(diary, one, counts[one.uid]) for one in diary.therapists]
    return sorted(columns, key=lambda column: column.is_off)


def _therapist_column(diary: OpenDiary, therapist: Therapist, count: int) -> Column:
    is_off = not (count or diary.hours.works_on(therapist.uid, diary.address.on))
    room = next((room.name for room in diary.rooms if room.id == therapist.usual_room_id), "")
    sub = "off today" if is_off else " · ".join(part for part in (room, _visits(count)) if part)
    return Column(therapist.uid, therapist.name, sub, therapist.colour, is_off)


def _room_columns(diary: OpenDiary) -> list[Column]:
    counts = _counts(diary)
    columns = [Column(room.uid, room.name, _visits(counts[room.uid])) for room in diary.rooms]
    without = counts[NO_ROOM]
    return [*columns, Column(NO_ROOM, "No room", _visits(without))] if without else columns


def _counts(diary: OpenDiary) -> Counter[str]:
    return Counter(column_of(visit, diary.address.by) for visit in diary.visits if visit.is_visit)


def _visits(count: int) -> str:
    if not count:
        return "no visits"
    return "1 visit" if count == 1 else f"{count} visits"


def closed_of(diary: OpenDiary) -> list[Closed]:
    """Return what the diary hatches."""
    if diary.address.by == By.ROOM:
        return [span for room in diary.rooms for span in closed_for_room(diary.hours, room.uid)]
    is_week = diary.address.by == By.WEEK
    return [
        span
        for one in diary.therapists
        for span in closed_for_therapist(diary.hours, one.uid, "" if is_week else one.uid)
    ]
