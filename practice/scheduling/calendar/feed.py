"""What a calendar draws: the appointments of some days and the hours at which nobody can be booked.

At most three statements, plain columns, whatever the number of appointments and the length of the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clinic.models import ClinicState, Room, Therapist
from practice.scheduling.diary_time import LONGEST_TREATMENT
from practice.scheduling.free_time.facts import current_set_up
from practice.scheduling.free_time.hours import in_utc, open_spans, working_spans
from practice.scheduling.free_time.packing import minute_of
from practice.scheduling.free_time.pulse import Pulse
from practice.scheduling.free_time.set_up import exception_columns, exceptions_of
from practice.scheduling.free_time.slots import gaps, is_registered_on
from practice.scheduling.lifecycle import OCCUPIES_TIME
from practice.scheduling.local_days import DAY, days_between, floor_minute, instant_of, local_day
from practice.scheduling.models import Allocation, Appointment, Block
from practice.scheduling.question import Exceptions, LocationFacts, RoomFacts, SetUp, Span, TherapistFacts
from practice.scheduling.wishes import get_by_uid, resolve_location


class By(StrEnum):
    """What the columns of a calendar are."""

    THERAPIST = "therapist"
    ROOM = "room"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedQuery:
    """Local days, first and last included; no uid means all columns of the location."""

    first_on: date
    last_on: date
    by: By
    location_uid: str | None = None
    uids: tuple[str, ...] = ()


BLOCK = "block"
"""The state of time kept free without a client; its kind and title stand where a client's names do."""


class Visit(NamedTuple):
    """One appointment or block in plain values; times in UTC minutes. A block stands in one column only."""

    uid: str
    version: int
    state: str
    therapist_id: int | None
    room_id: int | None
    service_id: int | None
    begins: int
    ends: int
    preferred_name: str | None
    first_name: str | None
    last_name: str | None

    @property
    def name(self) -> str:
        """Return the client's name, empty for a hold."""
        return called_name(self.first_name or "", self.preferred_name or "", self.last_name or "")


@dataclass(frozen=True, slots=True)
class Feed:
    """The columns, what stands in them, and when they cannot be booked."""

    query: FeedQuery
    set_up: SetUp
    location: LocationFacts
    columns: Sequence[TherapistFacts | RoomFacts]
    visits: Sequence[Visit]
    unavailable: dict[int, list[Span]]


def read_feed(session: Session, query: FeedQuery, *, now: datetime) -> Feed:
    """Return the calendar of some days in at most three statements; raises :class:`NotFound` for an unknown uid."""
    row = session.execute(_first_look(query)).one()
    set_up = current_set_up(session, Pulse(row[0], {}, None, {}))
    location = resolve_location(set_up, query.location_uid)
    columns = _columns(query, set_up, location)
    within = Span(local_day(query.first_on, location.zone).begins, local_day(query.last_on, location.zone).ends)
    both = union_all(_visits(query, columns, location, within, now), _blocks(query, columns, within))
    visits = sorted((Visit._make(each) for each in session.execute(both)), key=lambda each: (each.begins, each.uid))
    return Feed(
        query, set_up, location, columns, visits, _unavailable(query, location, columns, exceptions_of(row[1:]))
    )


def _first_look(query: FeedQuery) -> Select[*tuple[Any, ...]]:
    # The zone is not known yet; a day on both sides covers every zone.
    begins = floor_minute(datetime.combine(query.first_on, time.min, tzinfo=UTC)) - DAY
    within = Span(begins, begins + ((query.last_on - query.first_on).days + 3) * DAY)
    version = select(ClinicState.version).where(ClinicState.id == 1).scalar_subquery()
    return select(version, *exception_columns(query.first_on, query.last_on, within))


def _columns(query: FeedQuery, set_up: SetUp, location: LocationFacts) -> list[TherapistFacts | RoomFacts]:
    known: dict[int, Any] = dict(set_up.therapists if query.by is By.THERAPIST else set_up.rooms)
    if query.uids:
        return [get_by_uid(known, uid, query.by) for uid in dict.fromkeys(query.uids)]
    here = [one for one in known.values() if one.is_active and _belongs(one, location)]
    return sorted(here, key=lambda one: (one.name, one.id))


def _belongs(one: TherapistFacts | RoomFacts, location: LocationFacts) -> bool:
    if isinstance(one, RoomFacts):
        return one.location_id == location.id
    return not one.weekly or any(row.location_id == location.id for row in one.weekly)


def _visits(
    query: FeedQuery,
    columns: Sequence[TherapistFacts | RoomFacts],
    location: LocationFacts,
    within: Span,
    now: datetime,
) -> Select[*tuple[Any, ...]]:
    first_at, last_at = instant_of(within.begins), instant_of(within.ends)
    column = Appointment.therapist_id if query.by is By.THERAPIST else Appointment.room_id
    return (
        select(
            Appointment.uid,
            Appointment.version,
            Appointment.state,
            Appointment.therapist_id,
            Appointment.room_id,
            Appointment.service_id,
            minute_of(Appointment.starts_at),
            minute_of(Appointment.ends_at),
            Client.preferred_name,
            Client.first_name,
            Client.last_name,
        )
        .outerjoin(Client, is_kept_record(Appointment.client_id))
        .where(
            Appointment.starts_at > first_at - LONGEST_TREATMENT,
            Appointment.starts_at < last_at,
            Appointment.ends_at > first_at,
            Appointment.location_id == location.id,
            column.in_([one.id for one in columns]),
            Appointment.state.in_(sorted(OCCUPIES_TIME)),
            or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now),
        )
    )


def _blocks(query: FeedQuery, columns: Sequence[TherapistFacts | RoomFacts], within: Span) -> Select[*tuple[Any, ...]]:
    """Return what is kept free in the columns, wherever, in the shape of a visit."""
    first_at, last_at = instant_of(within.begins), instant_of(within.ends)
    owner: type[Therapist | Room] = Therapist if query.by is By.THERAPIST else Room
    therapist_id, room_id = (owner.id, null()) if query.by is By.THERAPIST else (null(), owner.id)
    return (
        select(
            Block.uid,
            Block.version,
            literal(BLOCK),
            therapist_id,
            room_id,
            null(),
            minute_of(Block.starts_at),
            minute_of(Block.ends_at),
            null(),
            Block.kind,
            Block.title,
        )
        .join(Allocation, Allocation.block_id == Block.id)
        .join(owner, owner.diary_id == Allocation.diary_id)
        .where(
            # The block's own times again, where the index of a diary bounds them: a diary is as long as its years.
            Allocation.starts_at > first_at - LONGEST_TREATMENT,
            Allocation.starts_at < last_at,
            Allocation.ends_at > first_at,
            owner.id.in_([one.id for one in columns]),
        )
    )


def _unavailable(
    query: FeedQuery, location: LocationFacts, columns: Sequence[TherapistFacts | RoomFacts], exceptions: Exceptions
) -> dict[int, list[Span]]:
    days = [local_day(on, location.zone) for on in days_between(query.first_on, query.last_on)]
    free: dict[int, list[Span]] = {}
    for one in columns:
        working: list[Span] = []
        for day in days:
            if isinstance(one, RoomFacts):
                working += in_utc(open_spans(location, exceptions.closures, day.on), day)
            elif is_registered_on(one, day.on):
                working += working_spans(one, location, exceptions, day)
        begins, ends = sorted(span.begins for span in working), sorted(span.ends for span in working)
        window = Span(days[0].begins, days[-1].ends)
        free[one.id] = [Span(*gap) for gap in gaps(begins, ends, window, 1)]
    return free
