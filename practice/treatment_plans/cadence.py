"""How far behind its rhythm a plan is, before anybody drops out of it. Pure; days are ordinals."""

from collections.abc import Sequence
from dataclasses import dataclass

from practice.treatment_plans.course_dues import Planned


@dataclass(frozen=True, slots=True)
class Cadence:
    """Where a plan stands in its rhythm: the visit that is next, when it is due, and when it is booked, if it is.

    ``days`` is how far behind the plan is; it lapses when nothing is booked in time to keep its longest distance.
    """

    number: int
    due_on: int
    booked_on: int | None
    days: int
    is_lapsing: bool

    @property
    def words(self) -> str:
        """Return what the desk reads: ``4 days behind``."""
        behind = "on time" if not self.days else f"{self.days} day{'' if self.days == 1 else 's'} behind"
        return behind if self.booked_on is not None else f"{behind}, nothing booked"


def cadence(sessions: Sequence[Planned], begun_on: int, today: int) -> Cadence | None:
    """Return how far behind a plan is that is in force since a day; None when every session has been.

    The next visit is due the planned distance after the last one that was, or after the plan came into force.
    A visit that is booked too late is as far behind as it will be, one that is not booked as far as it is today.
    """
    been = [one.visit.on for one in sessions if one.is_settled and one.visit is not None and one.visit.on <= today]
    coming = [one for one in sessions if not (one.is_settled and one.visit is not None)]
    if not coming:
        return None
    upcoming, last_on = coming[0], max(been, default=begun_on)
    booked = [one.visit.on for one in coming if one.visit is not None and one.visit.on >= today]
    booked_on = min(booked, default=None)
    due_on, latest = last_on + (upcoming.gap.aim + 1) // 2, last_on + upcoming.gap.most
    reached_on = today if booked_on is None else booked_on
    return Cadence(upcoming.number, due_on, booked_on, max(reached_on - due_on, 0), reached_on > latest)
