"""Visits as values, valid by default."""

from datetime import UTC, datetime, timedelta
from itertools import count

from practice.core.local_time import wall_time
from practice.desk.visits import Named, Person, State, Visit

ZONE = "America/Toronto"
_numbers = count(1)


def make_visit(starts_at: datetime, *, minutes: int = 60, client: str | None = "Clara Client", **over: object) -> Visit:
    """A booked hour of Clara with Tara in Room 1, in Toronto."""
    number = next(_numbers)
    values = {
        "id": number,
        "uid": f"visit-{number}",
        "version": 1,
        "state": State.BOOKED,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "local_start": wall_time(starts_at, ZONE),
        "zone": ZONE,
        "client": Person(number, f"client-{number}", client) if client else None,
        "service": Named("service-1", "Relax 60"),
        "therapist": Named("tara", "Tara Therapist", 1),
        "room": Named("room-1", "Room 1"),
        "buffer_before": 0,
        "buffer_after": 10,
        "confirmed_at": None,
        "hold_ends_at": None,
        "held_by_id": None,
        "tentative_reason": None,
        "price_cents": 11000,
        "therapist_id": 1,
        "location_id": 1,
        "location_uid": "harbour",
        "fee_proposed_cents": None,
        "fee_waived_reason": None,
        "cancel_reason": None,
        "desk_note": "",
    }
    return Visit(**values | over)


def at(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    """An instant by Toronto's clock in November 2026."""
    return datetime(2026, 11, day, hour + 5, minute, tzinfo=UTC)
