"""The next gaps: free stretches of at least a length, or those in which a service fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today
from practice.core.local_time import wall_time
from practice.desk.choice import Choice
from practice.desk.month.fullness import Gap, gaps_of_day
from practice.desk.month.reads import Weeks, read_weeks
from practice.desk.visits import Named
from practice.scheduling.free_time.search import StartsQuery, find_starts
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.question import LocationFacts

LOOKS_AHEAD = 28
ENOUGH_SHOWN = 40
USUAL_MINUTES = 60
NOON, EVENING = 12, 17


class Part(StrEnum):
    """A part of the day, by the wall time at which a gap can be used."""

    ANY = ""
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_WORDS: Mapping[str, str] = {
    Part.MORNING: "Morning, before 12",
    Part.AFTERNOON: "Afternoon, 12 to 17",
    Part.EVENING: "Evening, from 17",
}
_HOURS: Mapping[Part, tuple[int, int]] = {
    Part.ANY: (0, 24),
    Part.MORNING: (0, NOON),
    Part.AFTERNOON: (NOON, EVENING),
    Part.EVENING: (EVENING, 24),
}


@dataclass(frozen=True, slots=True)
class GapsAsked:
    """What is looked for; empty uids mean any, ``weekday`` None any day. A service brings its own length."""

    location: str = ""
    service: str = ""
    therapist: str = ""
    minutes: int = USUAL_MINUTES
    from_on: date | None = None
    weekday: int | None = None
    part: Part = Part.ANY

    def fits_into(self, local: datetime) -> bool:
        """Return whether a wall time lies on the weekday and in the part of the day."""
        begins, ends = _HOURS[self.part]
        return self.weekday in {None, local.weekday()} and begins <= local.hour < ends


@dataclass(frozen=True, slots=True)
class FoundGap:
    """One gap in wall time; ``starts`` are the first fitting starts of the service that was asked for."""

    therapist: Named
    begins: datetime
    ends: datetime
    starts: Sequence[datetime]
    book_url: str
    fill_url: str

    @property
    def on(self) -> date:
        """Return its day."""
        return self.begins.date()

    @property
    def minutes(self) -> int:
        """Return its length."""
        return (self.ends - self.begins) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class GapsPage:
    """What the page shows; nothing was looked for after ``searched_to``."""

    asked: GapsAsked
    location: LocationFacts
    days: Mapping[date, Sequence[FoundGap]]
    services: Sequence[tuple[str, str]]
    therapists: Sequence[tuple[str, str]]
    first_on: date
    searched_to: date
    today: date
    is_cut: bool

    @property
    def later_url(self) -> str:
        """Return the search that goes on where this one ended."""
        last = max(self.days) if self.is_cut and self.days else self.searched_to
        asked = self.asked
        values = {
            "at": self.location.uid,
            "service": asked.service,
            "therapist": asked.therapist,
            "minutes": "" if asked.service else str(asked.minutes),
            "from_on": (last + timedelta(days=1)).isoformat(),
            "weekday": "" if asked.weekday is None else str(asked.weekday),
            "part": str(asked.part),
        }
        return f"/gaps?{urlencode({name: value for name, value in values.items() if value})}"


def gaps_page(session: Session, asked: GapsAsked, *, own_id: int | None = None, now: datetime) -> GapsPage:
    """Return the gaps of four weeks from a day on in a constant number of statements; raises ``NotFound``.

    With *own_id* they are the gaps of this therapist.
    """
    today = practice_today(session, now)
    first_on = max(asked.from_on or today, today)
    days = (first_on, first_on + timedelta(days=LOOKS_AHEAD - 1))
    read = read_weeks(session, asked.location, asked.therapist, days=days, own_id=own_id, now=now)
    starts = _starts(session, asked, read.location, days, now=now) if asked.service else None
    found = _found(read, asked, starts, now)
    shown = _whole_days(found)
    return GapsPage(
        asked=asked,
        location=read.location,
        days=shown,
        services=[(one.uid, one.name) for one in read.services],
        therapists=[(one.uid, one.name) for one in read.team],
        first_on=first_on,
        searched_to=days[1],
        today=today,
        is_cut=sum(map(len, shown.values())) < len(found),
    )


def _whole_days(found: Sequence[FoundGap]) -> dict[date, list[FoundGap]]:
    """Return the gaps by day until enough are shown; a day is never cut, for the search goes on with the next one."""
    shown: dict[date, list[FoundGap]] = {}
    for on, gaps in groupby(found, key=lambda gap: gap.on):
        shown[on] = list(gaps)
        if sum(map(len, shown.values())) >= ENOUGH_SHOWN:
            break
    return shown


def _found(read: Weeks, asked: GapsAsked, starts: Mapping[str, Sequence[int]] | None, now: datetime) -> list[FoundGap]:
    zone, named = read.location.zone, {one.uid: Named(one.uid, one.name, one.colour) for one in read.team}
    found = []
    for on in read.hours.days:
        at_least = 1 if starts is not None else asked.minutes
        for gap in gaps_of_day(read.working_on(on), read.taken, at_least=at_least, not_before=floor_minute(now)):
            usable = _usable(gap, starts, asked, zone)
            if usable:
                found.append(_shown(gap, named[gap.therapist], usable, asked, read.location))
    return found


def _usable(gap: Gap, starts: Mapping[str, Sequence[int]] | None, asked: GapsAsked, zone: str) -> list[datetime]:
    """Return the wall times at which the gap can be used: the service's starts in it, else its beginning."""
    if starts is None:
        last = gap.span.ends - asked.minutes
        minutes: Sequence[int] = range(gap.span.begins, last + 1, 15)
    else:
        minutes = [start for start in starts.get(gap.therapist, ()) if gap.span.begins <= start < gap.span.ends]
    walls = [wall_time(instant_of(minute), zone) for minute in minutes]
    return [wall for wall in walls if asked.fits_into(wall)]


def _shown(
    gap: Gap, therapist: Named, usable: Sequence[datetime], asked: GapsAsked, location: LocationFacts
) -> FoundGap:
    begins, ends = (wall_time(instant_of(minute), location.zone) for minute in gap.span)
    wanted = {"location": location.uid, "service": asked.service, "therapist": therapist.uid}
    time = {"choice": str(Choice(usable[0], therapist.uid))} if asked.service else {"from_on": f"{begins:%Y-%m-%d}"}
    about = {
        "begins": begins.isoformat(timespec="minutes"),
        "ends": ends.isoformat(timespec="minutes"),
        "therapist": therapist.uid,
        "location": location.uid,
    }
    return FoundGap(
        therapist=therapist,
        begins=begins,
        ends=ends,
        starts=usable if asked.service else (),
        book_url=f"/book?{urlencode({name: value for name, value in (wanted | time).items() if value})}",
        fill_url=f"/wait-list/gap?{urlencode(about)}",
    )


def _starts(
    session: Session, asked: GapsAsked, location: LocationFacts, days: tuple[date, date], *, now: datetime
) -> dict[str, list[int]]:
    """Return the offered starts of the service by therapist uid; at most four statements."""
    therapists = (asked.therapist,) if asked.therapist else ()
    query = StartsQuery(service_uid=asked.service, location_uid=location.uid, therapist_uids=therapists)
    found = find_starts(session, query, first_on=days[0], last_on=days[1], now=now)
    by_therapist: dict[str, list[int]] = {}
    for start in found.starts:
        for number in start.therapist_ids:
            by_therapist.setdefault(found.facts.set_up.therapists[number].uid, []).append(start.begins)
    return by_therapist
