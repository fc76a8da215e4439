"""Today at a glance: who is in the room, who comes next, and whatever somebody must act on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.accounts.permissions import may
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.local_time import wall_time
from practice.desk.call_list import Call, list_calls_due
from practice.desk.day_list import Row, day_list
from practice.desk.diary_address import DiaryAddress
from practice.desk.diary_page import diary_facts
from practice.desk.open_diary import OpenDiary, open_diary
from practice.desk.queries import days_window, list_visits
from practice.desk.truth_line import Fact
from practice.desk.visits import Named, State, Visit
from practice.desk.working_hours import gaps_of
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import LocationFacts

IN_THE_ROOM = frozenset({State.ARRIVED, State.IN_PROGRESS})
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class TherapistNow:
    """One therapist at this moment: who is with her, who is next, how many are still to come."""

    therapist: Named
    current: Visit | None
    following: Visit | None
    left: int
    works_today: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A free time of today in wall time."""

    therapist: Named
    starts: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """Return its length."""
        return (self.ends - self.starts) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TodayPage:
    """What the page shows; rows are those of the day's list."""

    on: date
    location: LocationFacts
    address: DiaryAddress
    facts: Sequence[Fact]
    therapists: Sequence[TherapistNow]
    here: Sequence[Row]
    expected: Sequence[Row]
    finished: int
    unconfirmed: Sequence[Visit]
    unconfirmed_count: int
    tomorrow_url: str
    calls: Sequence[Call]
    gaps: Sequence[Gap]

    @property
    def is_over(self) -> bool:
        """Return whether nobody is here or expected any more."""
        return not (self.here or self.expected)


def today_page(session: Session, location_uid: str, *, actor: Actor, now: datetime) -> TodayPage:
    """Return the page of one location; a therapist sees the own day only. Raises ``NotFound``."""
    own_id = own_therapist_id(session, actor, "today.read")
    address = DiaryAddress(on=practice_today(session, now), location=location_uid)
    diary = _narrowed(open_diary(session, address, actor=actor, now=now), own_id)
    rows = day_list(diary.visits, actor=actor, now=now).rows
    unconfirmed = _unconfirmed_tomorrow(session, diary, own_id, now)
    return TodayPage(
        on=diary.address.on,
        location=diary.location,
        address=diary.address,
        facts=diary_facts(session, diary, now=now),
        therapists=[_at_present(diary, one.uid, Named(one.uid, one.name, one.colour)) for one in diary.therapists],
        here=[row for row in rows if row.visit.state in IN_THE_ROOM],
        expected=[row for row in rows if row.visit.is_expected],
        finished=sum(row.visit.state == State.COMPLETED for row in rows),
        unconfirmed=unconfirmed[:MOST_SHOWN],
        unconfirmed_count=len(unconfirmed),
        tomorrow_url=replace(diary.address, on=diary.address.on + timedelta(days=1)).path("list"),
        calls=list_calls_due(session, before=diary.window.ends_at, limit=MOST_SHOWN) if may(actor, "task.read") else [],
        gaps=_gaps(diary, now)[:MOST_SHOWN],
    )


def _narrowed(diary: OpenDiary, therapist_id: int | None) -> OpenDiary:
    if therapist_id is None:
        return diary
    own = [one for one in diary.therapists if one.id == therapist_id]
    uids = {one.uid for one in own}
    visits = [visit for visit in diary.visits if visit.therapist.uid in uids]
    hours = replace(diary.hours, working={uid: days for uid, days in diary.hours.working.items() if uid in uids})
    return replace(diary, therapists=own, visits=visits, hours=hours)


def _at_present(diary: OpenDiary, uid: str, named: Named) -> TherapistNow:
    visits = [visit for visit in diary.visits if visit.therapist.uid == uid]
    coming = [visit for visit in visits if visit.is_expected]
    current = next((visit for visit in visits if visit.state in IN_THE_ROOM), None)
    works = bool(visits) or diary.hours.works_on(uid, diary.address.on)
    return TherapistNow(named, current, next(iter(coming), None), len(coming), works)


def _unconfirmed_tomorrow(session: Session, diary: OpenDiary, own_id: int | None, now: datetime) -> list[Visit]:
    tomorrow = diary.address.on + timedelta(days=1)
    visits = list_visits(
        session,
        location_id=diary.location.id,
        window=days_window(tomorrow, tomorrow, diary.location.zone),
        therapist_id=own_id,
        now=now,
    )
    return [visit for visit in visits if visit.state == State.BOOKED and visit.confirmed_at is None]


def _gaps(diary: OpenDiary, now: datetime) -> list[Gap]:
    zone = diary.location.zone
    named = {one.uid: Named(one.uid, one.name, one.colour) for one in diary.therapists}
    found = [
        Gap(named[uid], wall_time(instant_of(span.begins), zone), wall_time(instant_of(span.ends), zone))
        for uid, span in gaps_of(diary.hours, diary.visits, now)
    ]
    return sorted(found, key=lambda gap: gap.starts)
