"""Today at a glance: who is in the room, who comes next, and whatever somebody must act on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.accounts.permissions import may
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.local_time import wall_time
from practice.desk.calls.call_list import CallLine, calls_due
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.listed import Row, day_list
from practice.desk.diary.open_diary import OpenDiary, open_diary
from practice.desk.diary.own_part import own_part, usual_location
from practice.desk.diary.working_hours import gaps_of
from practice.desk.mail_health import mail_trouble
from practice.desk.queries import days_window, list_visits
from practice.desk.reaching import whom_to_phone
from practice.desk.today.behind import expected_of, path_of
from practice.desk.today.day_strip import Strip, frame_of, strip_of
from practice.desk.today.rows import IN_THE_ROOM, Group, groups_of
from practice.desk.truth_line import DeskCounts, Fact, Links, truth_line
from practice.desk.visits import Named, State, Visit
from practice.scheduling.delays.service import minutes_behind
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import LocationFacts, Span

MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class TherapistNow:
    """One therapist at this moment: who is with her, who is next, how many are still to come."""

    therapist: Named
    current: Visit | None
    following: Visit | None
    left: int
    is_due: bool
    is_over: bool
    strip: Strip
    behind: int
    behind_url: str


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
    """What the page shows; ``is_own`` when it is one therapist's own day."""

    on: date
    tomorrow: date
    location: LocationFacts
    locations: Sequence[LocationFacts]
    address: DiaryAddress
    is_own: bool
    facts: Sequence[Fact]
    therapists: Sequence[TherapistNow]
    groups: Sequence[Group]
    finished: int
    unconfirmed: Sequence[Visit]
    unconfirmed_count: int
    tomorrow_url: str
    has_calls: bool
    calls: Sequence[CallLine]
    calls_count: int
    gaps: Sequence[Gap]
    may_fill: bool


@dataclass(frozen=True, slots=True)
class _Day:
    """What was read of the day."""

    diary: OpenDiary
    rows: Sequence[Row]
    unconfirmed: Sequence[Visit]
    gaps: Sequence[Gap]
    calls: Sequence[CallLine]
    tomorrow_url: str
    behind: Mapping[int, int]


def today_page(session: Session, location_uid: str, *, actor: Actor, now: datetime) -> TodayPage:
    """Return the page of one location; a therapist sees the own day only. Raises ``NotFound``."""
    own_id = own_therapist_id(session, actor, "today.read")
    day = _read(session, location_uid, own_id, actor=actor, now=now)
    diary = day.diary
    return TodayPage(
        on=diary.address.on,
        tomorrow=diary.address.on + timedelta(days=1),
        location=diary.location,
        locations=diary.locations,
        address=diary.address,
        is_own=own_id is not None,
        facts=_facts(session, day, now),
        therapists=_board(day, now),
        groups=_groups(session, day, now),
        finished=sum(row.visit.state == State.COMPLETED for row in day.rows),
        unconfirmed=day.unconfirmed[:MOST_SHOWN],
        unconfirmed_count=len(day.unconfirmed),
        tomorrow_url=day.tomorrow_url,
        has_calls=may(actor, "task.read"),
        calls=day.calls[:MOST_SHOWN],
        calls_count=len(day.calls),
        gaps=day.gaps[:MOST_SHOWN],
        may_fill=may(actor, "wait_list.read"),
    )


def _read(session: Session, location_uid: str, own_id: int | None, *, actor: Actor, now: datetime) -> _Day:
    at = location_uid or usual_location(session, own_id)
    address = DiaryAddress(on=practice_today(session, now), location=at)
    diary = own_part(open_diary(session, address, actor=actor, now=now), own_id)
    tomorrow = replace(diary.address, on=diary.address.on + timedelta(days=1))
    return _Day(
        diary=diary,
        rows=day_list(diary.visits, actor=actor, now=now).rows,
        unconfirmed=_unconfirmed_tomorrow(session, diary, own_id, now),
        gaps=_gaps(diary, now),
        calls=calls_due(session, until=diary.window.ends_at, now=now) if may(actor, "task.read") else (),
        tomorrow_url=tomorrow.path("list"),
        behind=minutes_behind(session, [one.id for one in diary.therapists], on=diary.address.on),
    )


def _facts(session: Session, day: _Day, now: datetime) -> list[Fact]:
    counts = DeskCounts(
        unconfirmed_today=sum(visit.awaits_confirmation for visit in _visits(day) if visit.starts_at > now),
        unconfirmed_tomorrow=len(day.unconfirmed),
        calls_due=len(day.calls),
        gaps=len(day.gaps),
        mail_trouble=mail_trouble(session, now=now),
    )
    return truth_line(day.diary.visits, counts, Links(tomorrow=day.tomorrow_url), now=now)


def _visits(day: _Day) -> list[Visit]:
    return [row.visit for row in day.rows]


def _groups(session: Session, day: _Day, now: datetime) -> list[Group]:
    late = {row.visit.client.id for row in day.rows if row.late and row.visit.client}
    expected = expected_of(_visits(day), day.behind, now=now)
    return groups_of(day.rows, whom_to_phone(session, late, now=now), expected)


def _board(day: _Day, now: datetime) -> list[TherapistNow]:
    diary = day.diary
    frame = frame_of(diary.hours, diary.visits)
    return [
        replace(_at_present(diary, one.uid, frame, now), behind=day.behind.get(one.id, 0))
        for one in diary.therapists
        if frame and _works(diary, one.uid)
    ]


def _named(diary: OpenDiary) -> list[Named]:
    return [Named(one.uid, one.name, one.colour) for one in diary.therapists]


def _works(diary: OpenDiary, uid: str) -> bool:
    has_visits = any(visit.therapist.uid == uid for visit in diary.visits)
    return has_visits or diary.hours.works_on(uid, diary.address.on)


def _at_present(diary: OpenDiary, uid: str, frame: Span, now: datetime) -> TherapistNow:
    visits = [visit for visit in diary.visits if visit.therapist.uid == uid]
    coming = [visit for visit in visits if visit.is_expected]
    current = next((visit for visit in visits if visit.state in IN_THE_ROOM), None)
    working = diary.hours.working.get(uid, {}).get(diary.address.on, [])
    named = next(one for one in _named(diary) if one.uid == uid)
    is_due = bool(coming) and coming[0].starts_at <= now
    is_over = current is not None and current.ends_at <= now
    kept = [each for each in diary.kept if uid in each.columns]
    strip = strip_of(frame, working, visits, kept, now=now)
    return TherapistNow(named, current, next(iter(coming), None), len(coming), is_due, is_over, strip, 0, path_of(uid))


def _unconfirmed_tomorrow(session: Session, diary: OpenDiary, own_id: int | None, now: datetime) -> list[Visit]:
    tomorrow = diary.address.on + timedelta(days=1)
    visits = list_visits(
        session,
        location_id=diary.location.id,
        window=days_window(tomorrow, tomorrow, diary.location.zone),
        therapist_id=own_id,
        now=now,
    )
    return [visit for visit in visits if visit.awaits_confirmation]


def _gaps(diary: OpenDiary, now: datetime) -> list[Gap]:
    zone = diary.location.zone
    named = {one.uid: one for one in _named(diary)}
    found = [
        Gap(named[uid], wall_time(instant_of(span.begins), zone), wall_time(instant_of(span.ends), zone))
        for uid, span in gaps_of(diary.hours, diary.visits, diary.kept, now=now)
    ]
    return sorted(found, key=lambda gap: gap.starts)
