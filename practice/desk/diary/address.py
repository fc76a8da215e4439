"""Which diary is asked for, and its address: a day by therapist or by room, or the week of one therapist. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from practice.desk.choice import FIRST_DAY, LAST_DAY

WEEK = 7


class By(StrEnum):
    """What the columns of a diary are."""

    THERAPIST = "therapist"
    ROOM = "room"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class DiaryAddress:
    """One diary: ``location`` and ``therapist`` are uids, empty for the first one."""

    on: date
    by: By = By.THERAPIST
    location: str = ""
    therapist: str = ""

    @property
    def days(self) -> int:
        """Return how many days it shows."""
        return WEEK if self.by == By.WEEK else 1

    @property
    def first_on(self) -> date:
        """Return its first day; a week begins on Monday."""
        return self.on - timedelta(days=self.on.weekday()) if self.by == By.WEEK else self.on

    @property
    def last_on(self) -> date:
        """Return its last day."""
        return self.first_on + timedelta(days=self.days - 1)

    def moved(self, steps: int) -> "DiaryAddress":
        """Return the diary as many days (or weeks) away."""
        return replace(self, on=self.on + timedelta(days=steps * self.days))

    def path(self, part: str = "") -> str:
        """Return the address of the page, or of one of its parts: ``events``, ``status``, ``list``."""
        asked = {"by": "" if self.by == By.THERAPIST else self.by, "at": self.location, "therapist": self.therapist}
        query = urlencode({name: value for name, value in asked.items() if value})
        path = f"/diary/{self.on.isoformat()}" + (f"/{part}" if part else "")
        return f"{path}?{query}" if query else path


def read_by(raw: str | None) -> By:
    """Return what ``?by=`` asks for; anything unknown means by therapist."""
    return By(raw) if raw in set(By) else By.THERAPIST


def read_day(raw: str | None, default: date) -> date | None:
    """Return the day of an address, *default* when none is given, None when it is no day that can be shown."""
    return find_day(raw) if raw else default


def find_day(raw: str) -> date | None:
    """Return a day as addresses write it, None for what is no day that can be shown."""
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY and raw == day.isoformat() else None
