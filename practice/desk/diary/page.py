"""The diary's page: its title and ways to other diaries, the line of truth, and the grid's settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.core.local_time import to_local
from practice.desk.diary.address import By, DiaryAddress
from practice.desk.diary.kept_free import OF_THE_DESK
from practice.desk.diary.open_diary import OpenDiary
from practice.desk.diary.working_hours import drawn_hours, gaps_of
from practice.desk.mail_health import mail_trouble
from practice.desk.queries import count_calls_due, count_unconfirmed, days_window
from practice.desk.truth_line import DeskCounts, Fact, Links, truth_line
from practice.scheduling.question import LocationFacts

_PARTS = ("list", "month")
_WAYS = {
    str(By.THERAPIST): ("Therapists", "v t"),
    str(By.ROOM): ("Rooms", "v r"),
    str(By.WEEK): ("Week", "v w"),
    "month": ("Month", "v m"),
    "list": ("List", "v l"),
}
"""The ways to look at a day, each with its keys."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several diaries of the same day."""

    label: str
    url: str
    active: bool
    press: str = ""


@dataclass(frozen=True, slots=True)
class DiaryPage:
    """What the template of the grid shows. ``offset`` is the location's distance to UTC now: ``-05:00``."""

    address: DiaryAddress
    first_on: date
    last_on: date
    location: LocationFacts
    therapist: Therapist | None
    choices: Sequence[Choice]
    locations: Sequence[Choice]
    therapists: Sequence[Choice]
    facts: Sequence[Fact]
    opens: int
    closes: int
    offset: str
    today: date

    @property
    def is_week(self) -> bool:
        """Return whether it shows a week."""
        return self.address.by == By.WEEK

    @property
    def booking_url(self) -> str:
        """Return where to book here, looking from the day shown on."""
        day = f"&from_on={self.first_on.isoformat()}" if self.first_on > self.today else ""
        return f"/book?location={self.location.uid}{day}"

    @property
    def keep_url(self) -> str:
        """Return where time is kept free here, on the day shown."""
        who = f"&therapist={self.therapist.uid}" if self.therapist else ""
        return f"/blocks/new?on={self.address.on.isoformat()}&location={self.location.uid}{who}"

    @property
    def zone_words(self) -> str:
        """Return the zone as people say it: ``Toronto time``."""
        return self.location.zone.rpartition("/")[2].replace("_", " ") + " time"


def diary_page(session: Session, diary: OpenDiary, *, is_list: bool = False, now: datetime) -> DiaryPage:
    """Return the page of a diary that was read already."""
    address, local_now = diary.address, to_local(now, diary.location.zone)
    kept = [each for each in diary.kept if each.kind in OF_THE_DESK]
    opens, closes = drawn_hours(diary.hours, [*diary.visits, *kept])
    return DiaryPage(
        address=address,
        first_on=address.first_on,
        last_on=address.last_on,
        location=diary.location,
        therapist=diary.therapists[0] if address.by == By.WEEK else None,
        choices=choices_of(address, shown="list" if is_list else str(address.by)),
        locations=_locations(diary),
        therapists=_therapists(diary),
        facts=diary_facts(session, diary, now=now),
        opens=opens,
        closes=closes,
        offset=_offset(local_now),
        today=local_now.date(),
    )


def diary_facts(session: Session, diary: OpenDiary, *, now: datetime) -> list[Fact]:
    """Return the line of truth for the days shown; three statements."""
    zone = diary.location.zone
    today = to_local(now, zone).date()
    tomorrow = today + timedelta(days=1)
    counts = DeskCounts(
        unconfirmed_tomorrow=count_unconfirmed(
            session, location_id=diary.location.id, window=days_window(tomorrow, tomorrow, zone)
        ),
        calls_due=count_calls_due(session, before=days_window(today, today, zone).ends_at, now=now),
        gaps=len(gaps_of(diary.hours, diary.visits, diary.kept, now=now)),
        mail_trouble=mail_trouble(session, now=now),
    )
    links = Links(tomorrow=replace(diary.address, on=tomorrow, by=By.THERAPIST).path("list"))
    return truth_line([visit for visit in diary.visits if not visit.is_busy], counts, links, now=now)


def choices_of(address: DiaryAddress, *, shown: str) -> list[Choice]:
    """Return the ways to look at a day; *shown* is the one that is open."""
    plain = replace(address, by=By.THERAPIST, therapist="")
    urls = {str(by): replace(plain, by=by).path() for by in By} | {part: plain.path(part) for part in _PARTS}
    return [Choice(words, urls[name], name == shown, press) for name, (words, press) in _WAYS.items()]


def _locations(diary: OpenDiary) -> list[Choice]:
    return [
        Choice(one.name, replace(diary.address, location=one.uid, therapist="").path(), one.uid == diary.location.uid)
        for one in diary.locations
    ]


def _therapists(diary: OpenDiary) -> list[Choice]:
    return [
        Choice(one.name, replace(diary.address, therapist=one.uid).path(), one.uid == diary.address.therapist)
        for one in diary.team
    ]


def _offset(local_now: datetime) -> str:
    raw = local_now.strftime("%z")
    return f"{raw[:3]}:{raw[3:5]}"
