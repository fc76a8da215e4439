"""Booking: against the bare lock, check, insert and commit; in process, over HTTP and in a race of sixteen."""

import http.client
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import Engine, text

from benchmarks import practice_50
from benchmarks.floors import bare_session
from benchmarks.ratios import Row, Work, interleave, row
from benchmarks.serving import serving
from benchmarks.stage import TOKEN, Stage, make_app, statements_of
from practice.core.actor import Actor, Role
from practice.core.transact import transact
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming.claim import LOCK_CLASS
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.wishes import TimeWish

T = TypeVar("T")
RITA = Actor(Role.RECEPTIONIST, name="Bench")
SERVICE = practice_50.uid_of("service", 1)
AFTER_THE_WINDOW = practice_50.LAST_ON + timedelta(days=1)
BATCH = 20
RACERS = 16
RACE_ROUNDS, RACE_WARM_UPS = 20, 2
PATIENCE_SECONDS = 60
BARE_DIARY = 1_000_000
"""Diary numbers of the floor: its allocations lie where nobody books."""
AUDIT_STATEMENTS = 3


class Times:
    """Free half hours after the benchmark's window, each given out once, for therapists in turn."""

    def __init__(self) -> None:
        self._numbers = count()
        self._lock = threading.Lock()

    def next(self) -> tuple[int, datetime]:
        """Return a therapist and a wall time that nobody else was given."""
        with self._lock:
            number = next(self._numbers)
        turn, therapist = divmod(number, practice_50.THERAPISTS)
        day, half_hour = divmod(turn, 24)
        start = datetime.combine(AFTER_THE_WINDOW + timedelta(days=day), datetime.min.time())
        return therapist + 1, start + timedelta(minutes=8 * 60 + 30 * half_hour)


def rows(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure everything that is published about booking."""
    times, floor = Times(), Floor(stage.engine)
    yield from in_process(stage, rounds, times, floor)
    with serving(make_app, stage.url) as port, serving(make_app, stage.url) as other_port:
        yield from over_http(stage, rounds, times, floor, port)
        ports = (port, other_port)
        yield from race_rows(floor, f"race of {RACERS}, equal times", ports, Contest(50, (0,)))
        yield from race_rows(floor, f"race of {RACERS}, overlapping times", ports, Contest(49, (0, 15)))


@dataclass
class Floor:
    """The least that books safely: lock, check, insert, commit, with the driver alone."""

    engine: Engine

    def __post_init__(self) -> None:
        self._minutes = count()
        with self.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO diary (id, kind, version) VALUES (:id, 'room', 1)"), {"id": BARE_DIARY}
            )

    def book(self, begins: datetime | None = None) -> bool:
        """Take half an hour of the floor's own diary; return whether it was free."""
        starts_at = begins or practice_50.NOW + timedelta(minutes=30 * next(self._minutes))
        ends_at = starts_at + timedelta(minutes=30)
        raw = self.engine.raw_connection()
        try:
            book = self._on_postgresql if self.engine.dialect.name == "postgresql" else self._on_sqlite
            return book(raw.driver_connection, starts_at, ends_at)
        finally:
            raw.close()

    def book_signed_in(self, begins: datetime | None = None) -> bool:
        """Select the session, as every signed-in route must, then take half an hour."""
        bare_session(self.engine, TOKEN)
        return self.book(begins)

    def _on_postgresql(self, connection: Any, starts_at: datetime, ends_at: datetime) -> bool:
        cursor = connection.cursor()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, BARE_DIARY))
        cursor.execute(
            "SELECT 1 FROM allocation WHERE diary_id = %s AND starts_at < %s AND ends_at > %s AND starts_at > %s",
            (BARE_DIARY, ends_at, starts_at, starts_at - timedelta(hours=12)),
        )
        is_free = cursor.fetchone() is None
        if is_free:
            cursor.execute(_INSERT.format("%s"), (*_VALUES, BARE_DIARY, starts_at, ends_at))
        connection.commit()
        return is_free

    def _on_sqlite(self, connection: Any, starts_at: datetime, ends_at: datetime) -> bool:
        first, last, bound = (
            f"{at:%Y-%m-%d %H:%M:%S.%f}" for at in (starts_at, ends_at, starts_at - timedelta(hours=12))
        )
        connection.execute("BEGIN IMMEDIATE")
        taken = connection.execute(
            "SELECT 1 FROM allocation WHERE diary_id = ? AND starts_at < ? AND ends_at > ? AND starts_at > ?",
            (BARE_DIARY, last, first, bound),
        ).fetchone()
        if taken is None:
            connection.execute(_INSERT.format("?"), (*_VALUES, BARE_DIARY, first, last))
        connection.execute("COMMIT")
        return taken is None


_VALUES = (1, 0, 0, 0, True)
_INSERT = (
    "INSERT INTO allocation (appointment_id, lane, buffer_before, buffer_after, occupies, diary_id, starts_at, ends_at)"
    " VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0})"
)


def book_next(stage: Stage, times: Times) -> None:
    """Book a time that nobody else was given, by the verb alone."""
    therapist, start = times.next()
    wish = TimeWish(service=SERVICE, local_start=start, therapist=practice_50.uid_of("therapist", therapist))
    with stage.sessions() as session:
        transact(
            session,
            lambda: book_time(
                session,
                wish=wish,
                client_uid=client_of(therapist),
                rules=SCHEDULING_RULES,
                actor=RITA,
                now=practice_50.NOW,
            ),
        )


def in_process(stage: Stage, rounds: int, times: Times, floor: Floor) -> Iterator[Row]:
    """Measure the verb alone."""
    book: Work = lambda: book_next(stage, times)  # noqa: E731  # a named work
    book()
    statements = statements_of(stage.engine, book) - AUDIT_STATEMENTS
    outcome = interleave({"bare": many(floor.book), "book": many(book)}, rounds=rounds)
    promise = None if stage.is_postgresql else 5
    title = "booking in process / bare lock + check + insert + commit"
    yield row(outcome, title, ours="book", floor="bare", promise=promise, statements=statements, note=_per(BATCH))


def client_of(therapist: int) -> str:
    """Return a client of her own for each therapist, so that nobody is in two places."""
    return practice_50.uid_of("client", therapist)


def many(work: Callable[[], object]) -> Work:
    """Return a batch of *work*."""

    def run() -> None:
        for _ in range(BATCH):
            work()

    return run


def _per(times: int) -> str:
    return f"(columns are times of {times})"


@dataclass(frozen=True, slots=True)
class Contest:
    """What the racers want: half an hour of one therapist, an hour after the round before, some a little later."""

    therapist: int
    offsets: tuple[int, ...]

    def act(self, booker: "Booker", turn: int, number: int) -> Callable[[], int]:
        """Return what one racer does in one round."""
        day, hour = divmod(turn, 11)
        start = datetime.combine(AFTER_THE_WINDOW + timedelta(days=60 + day), datetime.min.time())
        late = self.offsets[number % len(self.offsets)]
        client = practice_50.uid_of("client", number + 1)
        return lambda: booker.book(self.therapist, client, start + timedelta(hours=8 + hour, minutes=late))


class Booker:
    """One kept-alive connection that books."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

    def book(self, therapist: int, client: str, start: datetime) -> int:
        """Book and return the status."""
        body = {
            "service_uid": SERVICE,
            "therapist_uid": practice_50.uid_of("therapist", therapist),
            "client_uid": client,
            "local_start": start.isoformat(timespec="minutes"),
        }
        self._connection.request("POST", "/api/v1/appointments", json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status not in {201, 409}:
            raise SystemExit(f"booking: {answer.status} {told[:300]!r}")
        return answer.status


def over_http(stage: Stage, rounds: int, times: Times, floor: Floor, port: int) -> Iterator[Row]:
    """Measure the endpoint, signed in."""
    booker = Booker(port)

    def book() -> None:
        therapist, start = times.next()
        if booker.book(therapist, client_of(therapist), start) != 201:
            raise SystemExit("a free time was refused")

    outcome = interleave({"bare": many(floor.book_signed_in), "http": many(book)}, rounds=rounds)
    promise = 8 if stage.is_postgresql else None
    title = "booking over HTTP / bare session select + lock + check + insert + commit"
    yield row(outcome, title, ours="http", floor="bare", promise=promise, note=_per(BATCH))


def race_rows(floor: Floor, title: str, ports: Sequence[int], contest: Contest) -> Iterator[Row]:
    """Race sixteen clients for one time after the other: our rate over the bare locked rate, and the longest waits."""
    bookers = [Booker(ports[number % len(ports)]) for number in range(RACERS)]
    ours, bare, waits = [], [], []
    for turn in range(RACE_WARM_UPS + RACE_ROUNDS):
        took, answers, each = all_at_once([contest.act(booker, turn, number) for number, booker in enumerate(bookers)])
        if sorted(answers) != [201] + [409] * (RACERS - 1):
            raise SystemExit(f"{title}: {answers}")
        floor_start = practice_50.NOW + timedelta(days=400 + turn + 50 * contest.therapist)
        floor_took, won, _ = all_at_once([lambda at=floor_start: floor.book_signed_in(at)] * RACERS)
        if sum(won) != 1:
            raise SystemExit("the floor double-booked")
        if turn >= RACE_WARM_UPS:
            ours.append(took)
            bare.append(floor_took)
            waits += each
    rates = [theirs / mine for theirs, mine in zip(bare, ours, strict=True)]
    medians = (statistics.median(bare), statistics.median(ours))
    yield Row(f"{title}: attempts/s over bare locked, signed in", *medians, rates, promise=0.08, at_least=True)
    waits.sort()
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99)]
    note = f"(p50 and p99 of {len(waits)} answers, one 201 a round, all others 409)"
    yield Row(f"{title}: p99 / p50", p50, p99, [p99 / p50], promise=4, note=note)


def all_at_once(acts: Sequence[Callable[[], T]]) -> tuple[float, list[T], list[float]]:
    """Run every act in a thread of its own; return the whole time, what each came to and how long each took."""
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> tuple[T, float]:
        together.wait(PATIENCE_SECONDS)
        begins = time.perf_counter()
        outcome = act()
        return outcome, (time.perf_counter() - begins) * 1000

    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(run, acts))
    waits = [wait for _, wait in outcomes]
    return max(waits), [outcome for outcome, _ in outcomes], waits
