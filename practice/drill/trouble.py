"""What goes wrong in a year, and when: broken connections, outages, crashes. Pure, and the same for a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

DROP, ACCEPT_AND_DROP = "drop", "accept_and_drop"
NO_SUCH_ADDRESS = 550
STEPS = tuple(f"mail.F{number}" for number in range(1, 10))
"""Where a worker can die: before and after the claim, within each step of the conversation, after the result."""

ON_CONNECTING = "mail.F3"

ACKNOWLEDGEMENT = frozenset({"mail.F7", "mail.F8"})
"""Deaths between the end of a mail and the note that it was accepted: one more copy may leave."""

BROKEN = (
    ("connect", 421),
    ("mail", DROP),
    ("mail", 451),
    ("rcpt", 450),
    ("rcpt", 452),
    ("data", 421),
    ("data", DROP),
    ("rcpt", NO_SUCH_ADDRESS),
    ("dot", 451),
    ("dot", DROP),
    ("dot", ACCEPT_AND_DROP),
)
"""Each passes, and the mail leaves later; but who is said not to exist is written to no more until the desk asks."""


@dataclass(frozen=True, slots=True)
class Break:
    """What happens the next time a conversation reaches a stage."""

    stage: str
    act: int | str


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which mail does not leave as it should."""

    begins_at: datetime
    ends_at: datetime
    what: str

    def touches(self, since: datetime, until: datetime) -> bool:
        """Return whether a mail that was due at *since* and left at *until* may have been kept up by it."""
        return self.begins_at <= until and since <= self.ends_at


def outages(chance: Random, begins_at: datetime, days: int) -> Sequence[Window]:
    """Return the stretches without a mail server (three to eight hours), or in which it refuses our sign-in."""
    found = []
    for number in range(max(1, days // 45)):
        at = begins_at + timedelta(minutes=chance.randrange(days * 24 * 60))
        lasts = timedelta(minutes=chance.randrange(180, 480))
        found.append(Window(at, at + lasts, "sign_in" if number % 4 == 3 else "down"))
    return sorted(found, key=lambda window: window.begins_at)


def crashes(chance: Random, begins_at: datetime, days: int) -> Sequence[tuple[datetime, str]]:
    """Return when a worker dies and at which step: every step in turn, about once in three days."""
    return sorted(
        (begins_at + timedelta(minutes=chance.randrange(days * 24 * 60)), STEPS[number % len(STEPS)])
        for number in range(max(len(STEPS), days // 3))
    )


def next_break(chance: Random) -> Break | None:
    """Return what the server does wrong in the next round, in one of fifty."""
    return Break(*chance.choice(BROKEN)) if chance.random() < 0.02 else None
