"""The benchmark practice: 50 therapists with a room each, 28 days 08:00 to 20:00, 20 bookings of 30 minutes a day.

One zone, no buffers, no breaks, the same layout on every machine, so that the answers are known beforehand.
"""

import json
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from practice.core.local_time import to_utc

THERAPISTS = 50
DAYS = 28
BOOKINGS_A_DAY = 20
CLIENTS = 500
ZONE = "America/Toronto"
FIRST_ON = date(2027, 1, 4)
LAST_ON = FIRST_ON + timedelta(days=DAYS - 1)
DAY_NINE = FIRST_ON + timedelta(days=8)
NOW = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)

THERAPIST_1_STARTS = 132
ANYONE_DAY_NINE_STARTS = 41
ANYONE_STARTS = 1100

# The seed whose layout gives the three answers above; only ``random()`` is drawn from it, which Python keeps stable.
_SEED = 12341
_HALF_HOURS = 24
_FREE_A_DAY = _HALF_HOURS - BOOKINGS_A_DAY
_NAMESPACE = uuid.UUID("6f0f4a30-9f0c-4c1e-8c3a-5b1a5f4c2d10")

_ROOM_DIARY = THERAPISTS
_CLIENT_DIARY = 2 * THERAPISTS


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking; numbers count from 1."""

    number: int
    therapist: int
    starts_at: datetime


def uid_of(kind: str, number: int) -> str:
    """Return the uid of a row: the same on every machine, in the form of a random one."""
    return str(uuid.UUID(bytes=uuid.uuid5(_NAMESPACE, f"{kind} {number}").bytes, version=4))


def build(engine: Engine, *, history: int = 0) -> None:
    """Fill a migrated, empty database with the practice and *history* past bookings."""
    with engine.begin() as connection:
        _write_set_up(connection)
    bookings = [*_window(), *_history(history)]
    with engine.begin() as connection:
        write_many(connection, "appointment", (appointment_row(booking) for booking in bookings))
        write_many(connection, "allocation", (row for booking in bookings for row in allocation_rows(booking)))
        continue_numbering(connection)
    settle(engine)


def settle(engine: Engine) -> None:
    """Let the database look at what it holds, as one in service does by itself."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _window() -> Iterator[Booking]:
    dice = random.Random(_SEED)
    number = 0
    for therapist in range(1, THERAPISTS + 1):
        for offset in range(DAYS):
            free = set(sorted(range(_HALF_HOURS), key=lambda _: dice.random())[:_FREE_A_DAY])
            for half_hour in range(_HALF_HOURS):
                if half_hour not in free:
                    number += 1
                    yield Booking(number, therapist, starts_at(FIRST_ON + timedelta(days=offset), half_hour))


def _history(amount: int) -> Iterator[Booking]:
    """Yield past bookings, day by day backwards from a week before the window."""
    number = THERAPISTS * DAYS * BOOKINGS_A_DAY
    for index in range(amount):
        day, in_day = divmod(index, THERAPISTS * BOOKINGS_A_DAY)
        therapist, half_hour = divmod(in_day, BOOKINGS_A_DAY)
        yield Booking(number + index + 1, therapist + 1, starts_at(FIRST_ON - timedelta(days=7 + day), half_hour))


def starts_at(on: date, half_hour: int) -> datetime:
    """Return when a half hour counted from 8:00 begins."""
    local = datetime.combine(on, datetime.min.time()) + timedelta(minutes=8 * 60 + 30 * half_hour)
    return to_utc(local, ZONE)


def _write_set_up(connection: Connection) -> None:
    rooms = [_ROOM_DIARY + number for number in _numbers(THERAPISTS)]
    clients = [_CLIENT_DIARY + number for number in _numbers(CLIENTS)]
    for kind, diaries in (("therapist", list(_numbers(THERAPISTS))), ("room", rooms), ("client", clients)):
        write_many(connection, "diary", ({"id": diary, "kind": kind, "version": 1} for diary in diaries))
    write_many(connection, "location", [location_row()])
    write_many(connection, "opening_hours", (hours_row("opening", 1, weekday) for weekday in range(7)))
    write_many(connection, "service", [service_row()])
    write_many(connection, "room", (room_row(number) for number in _numbers(THERAPISTS)))
    write_many(connection, "therapist", (therapist_row(number) for number in _numbers(THERAPISTS)))
    offered = ({"therapist_id": number, "service_id": 1} for number in _numbers(THERAPISTS))
    write_many(connection, "therapist_service", offered)
    weekly = (
        {**hours_row("weekly", 1, weekday, number), "therapist_id": number}
        for number in _numbers(THERAPISTS)
        for weekday in range(7)
    )
    write_many(connection, "weekly_hours", weekly)
    write_many(connection, "client", (client_row(number) for number in _numbers(CLIENTS)))


def _numbers(amount: int) -> range:
    return range(1, amount + 1)


def location_row() -> dict[str, Any]:
    """Return the row of the place."""
    return {
        "id": 1,
        "uid": uid_of("location", 1),
        "version": 1,
        "name": "Fifty Tables",
        "address": "1 Bench Street",
        "phone": "",
        "zone": ZONE,
        "arrive_early_minutes": 10,
        "is_active": True,
    }


def hours_row(kind: str, location: int, weekday: int, owner: int = 1) -> dict[str, Any]:
    """Return the row of a weekday's hours; an owner has seven."""
    number = (owner - 1) * 7 + weekday + 1
    return {
        "id": number,
        "uid": uid_of(f"{kind} hours", number),
        "location_id": location,
        "weekday": weekday,
        "opens_minute": 8 * 60,
        "closes_minute": 20 * 60,
    }


def service_row() -> dict[str, Any]:
    """Return the row of the service."""
    return {
        "id": 1,
        "uid": uid_of("service", 1),
        "version": 1,
        "code": "BENCH30",
        "name": "Thirty minutes",
        "kind": "hands_on",
        "duration_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "price_cents": 6000,
        "grid_minutes": 15,
        "notice_minutes": 0,
        "portal_notice_minutes": 120,
        "horizon_days": 180,
        "needs_room": True,
        "room_needs": "[]",
        "is_active": True,
    }


def room_row(number: int) -> dict[str, Any]:
    """Return the row of a room."""
    return {
        "id": number,
        "uid": uid_of("room", number),
        "version": 1,
        "location_id": 1,
        "diary_id": _ROOM_DIARY + number,
        "name": f"Room {number:02}",
        "features": "[]",
        "is_active": True,
    }


def therapist_row(number: int) -> dict[str, Any]:
    """Return the row of a therapist."""
    return {
        "id": number,
        "uid": uid_of("therapist", number),
        "version": 1,
        "diary_id": number,
        "name": f"Therapist {number:02}",
        "colour": number % 8 + 1,
        "registration_number": f"B{number:04}",
        "registration_status": "active",
        "usual_room_id": number,
        "is_active": True,
    }


def client_row(number: int) -> dict[str, Any]:
    """Return the row of a client."""
    return {
        "id": number,
        "uid": uid_of("client", number),
        "version": 1,
        "diary_id": _CLIENT_DIARY + number,
        "first_name": "Client",
        "last_name": f"Number{number}",
        "preferred_name": "",
        "pronouns": "",
        "name_key": f"client number{number}",
        "language": "en",
        "messages_to": "self",
        "desk_note": "",
        "created_at": NOW,
    }


def appointment_row(booking: Booking) -> dict[str, Any]:
    """Return the row of a booking."""
    return {
        "id": booking.number,
        "uid": uid_of("appointment", booking.number),
        "version": 1,
        "client_id": _client_of(booking),
        "service_id": 1,
        "therapist_id": booking.therapist,
        "room_id": booking.therapist,
        "location_id": 1,
        "state": "booked",
        "local_start": booking.starts_at.replace(tzinfo=None) - timedelta(hours=5),
        "zone": ZONE,
        "starts_at": booking.starts_at,
        "ends_at": booking.starts_at + timedelta(minutes=30),
        "duration_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "price_cents": 6000,
        "sequence": 0,
        "change_seq": 1,
        "reconciled_seq": 1,
        "tell_client": True,
        "desk_note": "",
        "created_at": NOW - timedelta(days=30),
    }


def _client_of(booking: Booking) -> int:
    """Return the client: ten for each therapist, so that nobody is in two places at once."""
    return (booking.therapist - 1) * 10 + booking.number % 10 + 1


def allocation_rows(booking: Booking) -> list[dict[str, Any]]:
    """Return the rows of the time that a booking takes."""
    diaries = (booking.therapist, _ROOM_DIARY + booking.therapist, _CLIENT_DIARY + _client_of(booking))
    return [
        {
            "id": (booking.number - 1) * 3 + place + 1,
            "appointment_id": booking.number,
            "diary_id": diary,
            "lane": 0,
            "starts_at": booking.starts_at,
            "ends_at": booking.starts_at + timedelta(minutes=30),
            "buffer_before": 0,
            "buffer_after": 0,
            "occupies": True,
        }
        for place, diary in enumerate(diaries)
    ]


def write_many(connection: Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that have the same columns, fast."""
    rows = list(rows)
    if not rows:
        return
    columns = list(rows[0])
    if connection.dialect.name == "postgresql":
        _copy(connection, table, columns, rows)
    else:
        _insert(connection, table, columns, rows)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row.values()))


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    marks = ", ".join("?" for _ in columns)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    cursor: Any = connection.connection.cursor()
    cursor.executemany(statement, ([_for_sqlite(value) for value in row.values()] for row in rows))


def _for_sqlite(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC) if value.tzinfo else value:%Y-%m-%d %H:%M:%S.%f}"
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def continue_numbering(connection: Connection) -> None:
    """Let the next insert of each table take the number after ours."""
    if connection.dialect.name != "postgresql":
        return
    for table in ("diary", "location", "opening_hours", "service", "room", "therapist", "weekly_hours", "client"):
        _set_sequence(connection, table)
    for table in ("appointment", "allocation"):
        _set_sequence(connection, table)


def _set_sequence(connection: Connection, table: str) -> None:
    connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
