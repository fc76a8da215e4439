"""The courses of the clients whom the demo follows, as series of visits counted from each one's first day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from practice.demo.diary import Fate, Plan, Visit
from practice.demo.people import Guardian, Person, born, mail_address, telephone
from practice.demo.premises import MONDAY, THERAPISTS, TUESDAY, WEDNESDAY

REASSESS = "REASSESS-60"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course: ``days`` counts from the first visit, ``stands_on`` is the day on which it stands today.

    ``exceptions`` are days that end otherwise than completed, ``stopped_on`` the day on which what was left was
    cancelled, ``elsewhere`` days with another therapist.
    """

    client: str
    therapist: str
    weekday: int
    stands_on: int
    minute: int
    days: Sequence[int]
    service: str = "SCI-60"
    reassessed: frozenset[int] = frozenset()
    exceptions: Mapping[int, Fate] = field(default_factory=dict)
    stopped_on: int | None = None
    elsewhere: Mapping[int, str] = field(default_factory=dict)

    def first_day(self, today: date) -> date:
        """Return the latest day of the right weekday from which the course has come as far as it has."""
        latest = today - timedelta(days=self.stands_on)
        return latest - timedelta(days=(latest.weekday() - self.weekday) % 7)


COURSES = (
    Course(
        client="maya",
        therapist="ines",
        weekday=MONDAY,
        stands_on=55,
        minute=10 * 60 + 15,
        days=(0, 3, 7, 10, 14, 17, 24, 31, 38, 45),
        reassessed=frozenset({17, 45}),
    ),
    Course(
        client="dev",
        therapist="bram",
        weekday=TUESDAY,
        stands_on=70,
        minute=15 * 60,
        days=(0, 7, 14, 21, 28, 35, 42, 49, 63, 77, 91, 105),
        reassessed=frozenset({21, 49, 105}),
    ),
    Course(
        client="rosalind",
        therapist="ines",
        weekday=MONDAY,
        stands_on=24,
        minute=14 * 60,
        days=(0, 3, 7, 10, 14, 17, 24, 31, 38, 45),
        reassessed=frozenset({17}),
        stopped_on=18,
    ),
    Course(
        client="tomas",
        therapist="yuki",
        weekday=MONDAY,
        stands_on=16,
        minute=9 * 60,
        days=(0, 4, 7, 11, 14, 18, 25, 32, 39, 46),
        exceptions={14: Fate.SENT_HOME, **dict.fromkeys((18, 25, 32, 39, 46), Fate.STOPPED)},
    ),
    Course(
        client="aisha",
        therapist="yuki",
        weekday=WEDNESDAY,
        stands_on=40,
        minute=13 * 60 + 30,
        days=(0, 7, 14, 21, 28, 37, 44),
        service="PRENATAL-60",
        exceptions={28: Fate.CANCELLED},
    ),
    Course(
        client="colin",
        therapist="leo",
        weekday=MONDAY,
        stands_on=54,
        minute=16 * 60 + 45,
        days=(0, 3, 8, 11, 15, 18, 22, 25, 29, 36, 43, 50),
        reassessed=frozenset({22, 50}),
        exceptions={11: Fate.NO_SHOW, 25: Fate.NO_SHOW},
        elsewhere={8: "bram"},
    ),
)


def place_courses(plan: Plan) -> None:
    """Place every course that its therapist can still give; a holiday shifts a visit to the next possible day."""
    for course in COURSES:
        for number, after in enumerate(course.days):
            plan.add_on_or_after(_visit(course, number, after, course.first_day(plan.calendar.today)))


def _visit(course: Course, number: int, after: int, first_day: date) -> Visit:
    is_stopped = course.stopped_on is not None and after >= course.stopped_on
    service = REASSESS if after in course.reassessed else course.service
    cancelled_after = course.stopped_on if is_stopped else after - 1
    fate = Fate.CANCELLED if is_stopped else course.exceptions.get(after, Fate.COMPLETED)
    return Visit(
        client=course.client,
        therapist=course.elsewhere.get(after, course.therapist),
        service="INITIAL" if number == 0 else service,
        day=first_day + timedelta(days=after),
        minute=course.minute,
        fate=fate,
        series=course.client,
        cancel_on=first_day + timedelta(days=cancelled_after or 0) if fate is Fate.CANCELLED else None,
    )


def story_people(today: date) -> list[Person]:
    """Return the clients of the courses, and four whose case is still open."""
    named = (
        ("maya", "Maya Ferrante", 42),
        ("dev", "Dev Okonjo", 58),
        ("rosalind", "Rosalind Petty", 35),
        ("tomas", "Tomas Lindqvist", 49),
        ("aisha", "Aisha Rahmani", 31),
        ("colin", "Colin Baptiste", 27),
        ("noor", "Noor Haddad", 66),
        ("piet", "Piet Vos", 71),
        ("lena", "Lena Brandt", 24),
        ("yumi", "Yumi Ito", 45),
        ("marta", "Marta Oliveira", 39),
    )
    people = [_named(today, number, *each) for number, each in enumerate(named)]
    sam = Person(key="sam", first_name="Sam", last_name="Ito", born_on=born(today, 17, 90), guardian=Guardian("yumi"))
    return [*people, sam]


def _named(today: date, number: int, key: str, name: str, age: int) -> Person:
    first, last = name.split(" ")
    return Person(
        key=key,
        first_name=first,
        last_name=last,
        born_on=born(today, age, 30 + number * 11),
        email=mail_address(first, last),
        phone=telephone(300 + number),
    )


def next_working_day(plan: Plan, therapist: str, after: date) -> date:
    """Return the first day from *after* on which the therapist treats; *after* itself when none follows soon."""
    days = (after + timedelta(days=later) for later in range(21))
    return next((day for day in days if plan.calendar.shifts(THERAPISTS[therapist], day)), after)
