"""The course planner: twelve visits, ten therapists, a diary 60 % full; free times read, three courses found."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from benchmarks import floors, practice_50
from benchmarks.availability import forget
from benchmarks.practice_50 import FIRST_ON, NOW, ZONE, hours_row, uid_of, write_many
from benchmarks.ratios import Row, Work, interleave
from benchmarks.stage import Stage, statements_of
from practice.core.local_time import day_bounds
from practice.scheduling.free_time.many_days import DaysQuery, find_days
from practice.treatment_plans.course import Answer, CourseQuestion, Due, FreeStart, Gap, Wishes, With
from practice.treatment_plans.course_search import propose_courses

PROMISED_MS = 150.0
THERAPISTS = range(51, 61)
DIARIES = range(601, 611)
ROOM_DIARIES = range(611, 621)
LOCATION, SERVICE, LONGER = 2, 2, 3
FULL = 0.6
DAYS = 182
OPENS, CLOSES = 9 * 60, 19 * 60
TWICE, WEEKLY, FORTNIGHTLY = Gap(2, 5, 7), Gap(5, 9, 14), Gap(11, 17, 28)
COURSES = {
    "2 a week x 3, then weekly x 6": (*[TWICE] * 6, *[WEEKLY] * 6),
    "weekly x 8, then each 2 weeks x 4": (*[WEEKLY] * 8, *[FORTNIGHTLY] * 4),
}
REASSESSED = {6, 12}


@dataclass(frozen=True, slots=True)
class Case:
    """One course for one client, with or without a preferred therapist."""

    title: str
    dues: tuple[Due, ...]
    wishes: Wishes

    @property
    def last_on(self) -> date:
        """Return the last day that is looked at: three weeks after the course would end."""
        return FIRST_ON + timedelta(days=21 + sum(due.gap.aim for due in self.dues) // 2)


def rows(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure what is published about the planner; the practice gets a second place, so this suite is the last."""
    with stage.engine.begin() as connection:
        _open_second_place(connection)
    with stage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if stage.is_postgresql else "ANALYZE"))
    for case in _cases():
        yield _row(stage, case, rounds)


def _row(stage: Stage, case: Case, rounds: int) -> Row:
    cold = forget(stage)
    cold()
    if len(plan(stage, case).courses) != 3:
        raise SystemExit(f"{case.title}: not three proposals")
    bare: Work = lambda: floors.bare_rows(stage.engine, [*DIARIES, *ROOM_DIARIES], *_window(case))  # noqa: E731  # named
    outcome = interleave({"bare": bare, "plan": lambda: plan(stage, case)}, before={"plan": cold}, rounds=rounds)
    cold()
    return Row(
        f"{case.title}, three proposals / {PROMISED_MS:g} ms",
        outcome.median("bare"),
        outcome.median("plan"),
        [took / PROMISED_MS for took in outcome.times["plan"]],
        promise=1,
        statements=statements_of(stage.engine, lambda: plan(stage, case)),
        note="(everything forgotten before; the floor is the bare select of the same rows)",
    )


def plan(stage: Stage, case: Case) -> Answer:
    """Return the proposals, the free times read afresh."""
    query = DaysQuery(
        service_ids=(SERVICE, LONGER),
        client_uid=uid_of("client", 1),
        location_uid=uid_of("location", LOCATION),
        first_on=FIRST_ON,
        last_on=case.last_on,
    )
    with stage.sessions() as session:
        found = find_days(session, query, now=NOW)
    free = {
        key: {on: [FreeStart(*one) for one in starts] for on, starts in days.items()}
        for key, days in found.free.items()
    }
    question = CourseQuestion(dues=case.dues, free=free, earliest=FIRST_ON.toordinal(), wishes=case.wishes)
    return propose_courses(question)


def _cases() -> Iterator[Case]:
    for title, gaps in COURSES.items():
        dues = tuple(_due(number, gap) for number, gap in enumerate(gaps, 1))
        yield Case(
            f"{title}, a preferred therapist", dues, Wishes(therapist=With.PREFER, therapist_ids=frozenset({53}))
        )
        yield Case(f"{title}, any therapist", dues, Wishes())


def _due(number: int, gap: Gap) -> Due:
    return Due(number, LONGER, 75, gap) if number in REASSESSED else Due(number, SERVICE, 60, gap)


def _window(case: Case) -> tuple[Any, Any]:
    return day_bounds(FIRST_ON, ZONE)[0], day_bounds(case.last_on, ZONE)[1]


def _open_second_place(connection: Connection) -> None:
    for kind, diaries in (("therapist", DIARIES), ("room", ROOM_DIARIES)):
        write_many(connection, "diary", ({"id": diary, "kind": kind, "version": 1} for diary in diaries))
    place = practice_50.location_row() | {"id": LOCATION, "uid": uid_of("location", LOCATION), "name": "Ten Tables"}
    write_many(connection, "location", [place])
    write_many(connection, "opening_hours", (_open("opening", weekday, 8 + weekday) for weekday in range(6)))
    write_many(connection, "service", [_service(SERVICE, 60), _service(LONGER, 75)])
    write_many(connection, "room", (_room(number) for number in THERAPISTS))
    write_many(connection, "therapist", (_therapist(number) for number in THERAPISTS))
    offered = ({"therapist_id": one, "service_id": service} for one in THERAPISTS for service in (SERVICE, LONGER))
    write_many(connection, "therapist_service", offered)
    weekly = (
        _open("weekly", weekday, 1000 + 6 * number + weekday) | {"therapist_id": number}
        for number in THERAPISTS
        for weekday in range(6)
    )
    write_many(connection, "weekly_hours", weekly)
    _fill(connection)
    practice_50.continue_numbering(connection)


def _open(kind: str, weekday: int, number: int) -> dict[str, Any]:
    hours = {"opens_minute": OPENS, "closes_minute": CLOSES}
    return hours_row(kind, LOCATION, weekday) | hours | {"id": number, "uid": uid_of(f"{kind} hours", number)}


def _service(number: int, minutes: int) -> dict[str, Any]:
    named = {"id": number, "uid": uid_of("service", number), "code": f"BENCH{minutes}", "name": f"{minutes} minutes"}
    return practice_50.service_row() | named | {"duration_minutes": minutes}


def _room(number: int) -> dict[str, Any]:
    return practice_50.room_row(number) | {"location_id": LOCATION, "diary_id": ROOM_DIARIES[number - THERAPISTS[0]]}


def _therapist(number: int) -> dict[str, Any]:
    return practice_50.therapist_row(number) | {"diary_id": DIARIES[number - THERAPISTS[0]]}


def _fill(connection: Connection) -> None:
    """Take three fifths of all half hours, by chance, the same on every machine."""
    dice = random.Random(60)
    first = {
        table: int(connection.scalar(text(f"SELECT max(id) FROM {table}")) or 0)
        for table in ("appointment", "allocation")
    }
    bookings = [
        practice_50.Booking(0, number, practice_50.starts_at(FIRST_ON + timedelta(days=day), half_hour))
        for number in THERAPISTS
        for day in range(DAYS)
        for half_hour in range((OPENS - 480) // 30, (CLOSES - 480) // 30)
        if (FIRST_ON + timedelta(days=day)).weekday() < 6 and dice.random() < FULL
    ]
    numbered = [replace(one, number=first["appointment"] + at) for at, one in enumerate(bookings, 1)]
    write_many(connection, "appointment", (_appointment(one) for one in numbered))
    allocations = [row for one in numbered for row in _allocations(one)]
    write_many(
        connection, "allocation", (row | {"id": first["allocation"] + at} for at, row in enumerate(allocations, 1))
    )


def _appointment(booking: practice_50.Booking) -> dict[str, Any]:
    placed = {"client_id": 1, "therapist_id": booking.therapist, "room_id": booking.therapist, "location_id": LOCATION}
    return practice_50.appointment_row(booking) | placed


def _allocations(booking: practice_50.Booking) -> list[dict[str, Any]]:
    at = booking.therapist - THERAPISTS[0]
    therapist, room, _ = practice_50.allocation_rows(booking)
    return [therapist | {"diary_id": DIARIES[at]}, room | {"diary_id": ROOM_DIARIES[at]}]
