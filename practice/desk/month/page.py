"""The month at a glance: how full each day is, and how many times fit for one service."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from practice.core.local_time import local_start, to_local
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.page import Choice, choices_of
from practice.desk.month.fullness import WHOLE, DayFill, fill_of
from practice.desk.month.reads import Weeks, read_weeks
from practice.scheduling.free_time.search import StartsQuery, find_starts
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.question import LocationFacts

WEEK = timedelta(days=7)
LAST_OF_WEEK = timedelta(days=6)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day of the page: ``fits`` is how many times are free for the service asked for, None without one."""

    fill: DayFill
    url: str
    is_of_month: bool
    is_past: bool
    is_today: bool
    fits: int | None

    @property
    def on(self) -> date:
        """Return the day."""
        return self.fill.on

    @property
    def is_full(self) -> bool:
        """Return whether nothing can be booked on an open day that is not over."""
        return self.fill.is_open and not self.is_over and not (self.fill.free if self.fits is None else self.fits)

    @property
    def is_over(self) -> bool:
        """Return whether no working time of the day is left."""
        return self.is_past or (self.is_today and not self.fill.free and self.fill.percent < WHOLE)


@dataclass(frozen=True, slots=True)
class MonthPage:
    """What the page shows; ``address`` is the diary of the day that is chosen."""

    address: DiaryAddress
    service: str
    location: LocationFacts
    locations: Sequence[Choice]
    choices: Sequence[Choice]
    weeks: Sequence[Sequence[MonthDay]]
    services: Sequence[tuple[str, str]]
    therapists: Sequence[tuple[str, str]]
    today: date

    @property
    def days(self) -> Sequence[MonthDay]:
        """Return the days of the month that are still to come."""
        return [day for week in self.weeks for day in week if day.is_of_month and not day.is_over]

    @property
    def percent(self) -> int:
        """Return how full the rest of the month is."""
        bookable = sum(day.fill.bookable for day in self.days)
        return sum(day.fill.booked for day in self.days) * WHOLE // bookable if bookable else 0

    @property
    def full_days(self) -> int:
        """Return on how many open days nothing can be booked."""
        return sum(day.is_full for day in self.days)

    @property
    def next_free(self) -> MonthDay | None:
        """Return the next day of the month with room."""
        return next((day for day in self.days if day.fill.is_open and not day.is_full), None)

    def path(self, on: date) -> str:
        """Return the address of the month of another day, with the same choices."""
        asked = {"at": self.address.location, "therapist": self.address.therapist, "service": self.service}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/diary/{on.isoformat()}/month" + (f"?{query}" if query else "")

    @property
    def previous(self) -> str:
        """Return the month before."""
        return self.path(_same_day(self.address.on, self.address.on.replace(day=1) - DAY))

    @property
    def following(self) -> str:
        """Return the month after."""
        return self.path(_same_day(self.address.on, _last_of(self.address.on) + DAY))

    @property
    def before(self) -> str:
        """Return the month page of the day before the first one shown."""
        return self.path(self.weeks[0][0].on - DAY)

    @property
    def after(self) -> str:
        """Return the month page of the day after the last one shown."""
        return self.path(self.weeks[-1][-1].on + DAY)

    @property
    def gaps_url(self) -> str:
        """Return where the next gaps are listed for the same wish."""
        asked = {"at": self.address.location, "therapist": self.address.therapist, "service": self.service}
        return f"/gaps?{urlencode({name: value for name, value in asked.items() if value})}"


def month_page(session: Session, address: DiaryAddress, service_uid: str, *, now: datetime) -> MonthPage:
    """Return the month around a day in a constant number of statements; raises ``NotFound``."""
    first_on, last_on = shown_days(address.on)
    read = read_weeks(session, address.location, address.therapist, days=(first_on, last_on), now=now)
    address = replace(address, location=read.location.uid)
    fits = _fits(session, address, service_uid, (first_on, last_on), now=now) if service_uid else None
    today = to_local(now, read.location.zone).date()
    days = [_day(read, address, on, fits, today=today, now=now) for on in read.hours.days]
    return MonthPage(
        address=address,
        service=service_uid,
        location=read.location,
        locations=_places(read, address),
        choices=choices_of(address, shown="month"),
        weeks=[days[start : start + 7] for start in range(0, len(days), 7)],
        services=[(one.uid, one.name) for one in read.services],
        therapists=[(one.uid, one.name) for one in read.team],
        today=today,
    )


def _places(read: Weeks, address: DiaryAddress) -> list[Choice]:
    return [
        Choice(one.name, replace(address, location=one.uid, therapist="").path("month"), one is read.location)
        for one in read.locations
    ]


def shown_days(on: date) -> tuple[date, date]:
    """Return the first and the last day of the weeks that a month touches, Monday to Sunday."""
    first, last = on.replace(day=1), _last_of(on)
    return first - timedelta(days=first.weekday()), last + (LAST_OF_WEEK - timedelta(days=last.weekday()))


def _last_of(on: date) -> date:
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def _same_day(on: date, within: date) -> date:
    return within.replace(day=min(on.day, _last_of(within).day))


def _day(
    read: Weeks, address: DiaryAddress, on: date, fits: Mapping[date, int] | None, *, today: date, now: datetime
) -> MonthDay:
    return MonthDay(
        fill=fill_of(on, read.working_on(on), read.taken, not_before=floor_minute(now)),
        url=replace(address, on=on, therapist="").path(),
        is_of_month=on.month == address.on.month,
        is_past=on < today,
        is_today=on == today,
        fits=None if fits is None else fits.get(on, 0),
    )


def _fits(
    session: Session, address: DiaryAddress, service_uid: str, days: tuple[date, date], *, now: datetime
) -> dict[date, int]:
    """Return on how many starts of each day a service fits; at most four statements."""
    therapists = (address.therapist,) if address.therapist else ()
    query = StartsQuery(service_uid=service_uid, location_uid=address.location, therapist_uids=therapists)
    found = find_starts(session, query, first_on=days[0], last_on=days[1], now=now)
    counted: dict[date, int] = {}
    for start in found.starts:
        on = local_start(instant_of(start.begins), found.location.zone).date()
        counted[on] = counted.get(on, 0) + 1
    return counted
