"""Pages and writes at twenty requests a second on fifty thousand visits, twenty therapists at the place looked at.

The load is open: each request has its moment, and waits count from there, so that a slow answer delays no question.
"""

import queue
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from sqlalchemy import text

from benchmarks import practice_50
from benchmarks.booking import Booker, Times, client_of
from benchmarks.practice_50 import uid_of
from benchmarks.serving import Client, serving
from benchmarks.stage import TOKEN, Stage, make_app, stage

HISTORY = 22_000
AT_THE_PLACE = 20
A_SECOND = 20
SECONDS = 60
CLIENTS = 12
READ_MS, WRITE_MS = 150, 250
WRITES = "POST /api/v1/appointments"
DAY_CALENDAR = f"/diary/{practice_50.DAY_NINE}"
AVAILABILITY = (
    f"/api/v1/availability?service={uid_of('service', 1)}&location={uid_of('location', 1)}"
    f"&from={practice_50.FIRST_ON}&to={practice_50.LAST_ON}"
)

EVENTS = f"{DAY_CALENDAR}/events"
OTHERS = (
    f"{DAY_CALENDAR}/list",
    "/today",
    f"/appointments/{uid_of('appointment', 77)}",
    f"/appointments/{uid_of('appointment', 77)}/move",
    f"/clients/{uid_of('client', 7)}",
    "/clients?q=number7",
    "/book",
    "/messages",
    AVAILABILITY,
    WRITES,
)
PAGES = (DAY_CALENDAR, EVENTS, *OTHERS)
IN_TURN = tuple(path for other in OTHERS for path in (DAY_CALENDAR, EVENTS, other))
"""Two requests of three are the day calendar's, as where it stays open; the others take turns."""


@dataclass
class Waits:
    """Milliseconds from the moment a request was due until its answer was read, by what was asked for."""

    by_path: dict[str, list[float]] = field(default_factory=dict)

    def p99(self, paths: Sequence[str]) -> float:
        """Return the wait that one request in a hundred exceeds."""
        waits = sorted(wait for path in paths for wait in self.by_path[path])
        return waits[int(len(waits) * 0.99)]


def show(kind: str) -> None:
    """Print the waits of every page and whether the promises are kept."""
    with stage(kind, history=HISTORY) as built:
        move_away(built)
        with serving(make_app, built.url) as port, serving(make_app, built.url) as other_port:
            # One process on SQLite, two on two cores where a practice may have as many as it likes.
            ports = (port, other_port) if built.is_postgresql else (port,)
            for each in ports:
                warm_up(each)
            waits = under_load(ports)
    print(f"{A_SECOND} requests a second for {SECONDS} s, {AT_THE_PLACE} therapists, 50,000 visits; ms")
    for path, each in waits.by_path.items():
        print(f"  {path[:70]:72}median {statistics.median(each):7.1f}  worst {max(each):7.1f}")
    for title, paths, promise in promises():
        p99 = waits.p99(paths)
        print(f"p99 of {title}: {p99:.0f} ms <= {promise}{'' if p99 <= promise else '  MISSED'}")


def promises() -> Iterator[tuple[str, Sequence[str], float]]:
    """Yield what is promised of which pages."""
    yield "reads", [path for path in PAGES if path != WRITES], READ_MS
    yield "the day calendar and its events", [DAY_CALENDAR, EVENTS], READ_MS
    yield "writes", [WRITES], WRITE_MS


def move_away(built: Stage) -> None:
    """Give the therapists beyond the twentieth a place of their own, with their rooms, hours and visits."""
    with built.engine.begin() as connection:
        connection.execute(text(_PLACE), {"uid": uid_of("location", 2)})
        connection.execute(text(_OPEN), {"uid": uid_of("opening hours", 1000)[:-1]})
        for table, therapist in (("room", "id"), ("weekly_hours", "therapist_id"), ("appointment", "therapist_id")):
            connection.execute(text(f"UPDATE {table} SET location_id = 2 WHERE {therapist} > {AT_THE_PLACE}"))
        connection.execute(text("UPDATE clinic_state SET version = version + 1"))


_PLACE = """
    INSERT INTO location (id, uid, version, name, address, phone, zone, arrive_early_minutes, is_active)
    SELECT 2, :uid, 1, 'Thirty Tables', address, phone, zone, arrive_early_minutes, is_active FROM location
"""
_OPEN = """
    INSERT INTO opening_hours (id, uid, location_id, weekday, opens_minute, closes_minute)
    SELECT id + 1000, :uid || weekday, 2, weekday, opens_minute, closes_minute FROM opening_hours
"""


def warm_up(port: int) -> None:
    """Ask for every page once: templates are read and statements put together."""
    client = Client(port, TOKEN)
    for path in PAGES:
        if path != WRITES:
            client.get(path)


def under_load(ports: Sequence[int]) -> Waits:
    """Ask at an even pace from several connections; return the waits."""
    waits = Waits({path: [] for path in PAGES})
    due: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
    times = Times()
    lines = islice(cycle(ports), CLIENTS)
    people = [threading.Thread(target=_ask, args=(port, due, waits, times)) for port in lines]
    for person in people:
        person.start()
    begins = time.perf_counter()
    for number, path in enumerate(islice(cycle(IN_TURN), A_SECOND * SECONDS)):
        at = begins + number / A_SECOND
        threading.Event().wait(max(0.0, at - time.perf_counter()))
        due.put((at, path))
    for _ in people:
        due.put(None)
    for person in people:
        person.join()
    return waits


def _ask(port: int, due: "queue.SimpleQueue[tuple[float, str] | None]", waits: Waits, times: Times) -> None:
    reader, booker = Client(port, TOKEN), Booker(port)
    while (asked := due.get()) is not None:
        at, path = asked
        if path == WRITES:
            therapist, start = times.next()
            booker.book(therapist, client_of(therapist), start)
        else:
            reader.get(path)
        waits.by_path[path].append((time.perf_counter() - at) * 1000)
