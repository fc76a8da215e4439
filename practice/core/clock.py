"""The clock, injected once: entry points ask it and pass ``now`` down."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Returns the present instant as an aware UTC datetime."""

    def __call__(self) -> datetime: ...


def system_clock() -> datetime:
    """Return the machine's time; the only reading of it in the product."""
    return datetime.now(UTC)  # noqa: TID251  # the one place


class SettableClock:
    """A clock that stands still until it is moved: for tests and for replaying a practice's past."""

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Move the clock by *by* and return the new instant."""
        self.now += by
        return self.now
