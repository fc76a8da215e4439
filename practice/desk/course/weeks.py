"""A course as weeks: a row for each week, a column for each weekday, so that its rhythm is seen at a glance. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from practice.treatment_plans.course import DAYS_A_WEEK, Course, CourseQuestion, Due, Pattern, Visit

STAYS, NEW, WAS = "stays", "new", "was"


@dataclass(frozen=True, slots=True)
class Cell:
    """One visit in the calendar: its number, time, therapist, and what becomes of a booking there."""

    number: int
    on: date
    minute: int
    therapist_id: int
    is_usual: bool
    is_tentative: bool
    kind: str

    @property
    def clock(self) -> str:
        """Return the time as the wall shows it."""
        return f"{self.minute // 60:02}:{self.minute % 60:02}"


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday, a cell or nothing for each day."""

    monday: date
    cells: tuple[Cell | None, ...]

    @property
    def words(self) -> str:
        """Return the Monday as a calendar's margin says it."""
        return f"{self.monday:%b} {self.monday.day}"


def cells_of(question: CourseQuestion, course: Course) -> list[Cell]:
    """Return every visit of a course, those that are fixed too."""
    places = {place for due in question.dues for place in due.presents}
    return [
        _cell(due, visit, course.pattern, places, is_tentative=due.number in course.tentative)
        for due, visit in zip(question.dues, course.visits, strict=True)
    ]


def _cell(due: Due, visit: Visit, pattern: Pattern, places: set[Visit], *, is_tentative: bool) -> Cell:
    kind = WAS if due.fixed else STAYS if visit in places else NEW
    return Cell(
        due.number,
        date.fromordinal(visit.on),
        visit.minute,
        visit.therapist_id,
        visit.therapist_id == pattern.therapist_id,
        is_tentative,
        kind,
    )


def weeks_of(cells: Sequence[Cell], first_on: date, last_on: date) -> list[Week]:
    """Return the weeks from one day to another, empty ones too."""
    by_day: Mapping[date, Cell] = {cell.on: cell for cell in cells}
    monday = first_on - timedelta(days=first_on.weekday())
    found = []
    while monday <= last_on:
        days = [monday + timedelta(days=at) for at in range(DAYS_A_WEEK)]
        found.append(Week(monday, tuple(by_day.get(day) for day in days)))
        monday += timedelta(days=DAYS_A_WEEK)
    return found
