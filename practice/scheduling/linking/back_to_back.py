"""What makes visits follow each other at once. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from practice.core.intervals import Interval
from practice.scheduling.linking.errors import NotBackToBack

MOST_LINKED = 3
LONGEST_WAIT = timedelta(minutes=60)
"""A client who waits longer between two visits comes twice."""

ONE_COMING = frozenset({"client_day_full", "client_gap"})
"""Rules about how often a client comes: linked visits are one coming."""


def require_back_to_back(treatments: Sequence[Interval]) -> None:
    """Raise :class:`NotBackToBack` unless each begins when the one before has ended, and soon after."""
    for number, (one, then) in enumerate(pairwise(treatments), 2):
        wait = then.starts_at - one.ends_at
        if not timedelta(0) <= wait <= LONGEST_WAIT:
            most = LONGEST_WAIT // timedelta(minutes=1)
            raise NotBackToBack(
                f"Visit {number} must begin when the one before it has ended, at most {most} minutes later.",
                number=number,
            )
