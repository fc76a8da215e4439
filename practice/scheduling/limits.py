"""Limits as values: the most that a therapist does, that a client gets, and what a client wishes. Pure.

None is no limit. Days and weeks (from Monday) are local ones, minutes are of hands-on work.
"""

from typing import NamedTuple

from practice.scheduling.diary_time import Work


class Limits(NamedTuple):
    """The most that one therapist does; ``rest_after`` minutes without a pause of ``rest`` minutes are the most."""

    visits_a_day: int | None = None
    visits_a_week: int | None = None
    minutes_a_day: int | None = None
    minutes_a_week: int | None = None
    rest_after: int | None = None
    rest: int = 30

    @property
    def count_days(self) -> bool:
        """Return whether a whole day of the diary must be known."""
        return any(limit is not None for limit in self[:5])

    @property
    def count_weeks(self) -> bool:
        """Return whether a whole week of the diary must be known."""
        return self.visits_a_week is not None or self.minutes_a_week is not None


NO_LIMITS = Limits()


class ClientLimits(NamedTuple):
    """What holds for every client: days between two visits of one kind, and visits on one day."""

    gap_days_hands_on: int = 0
    gap_days_assessment: int = 0
    gap_days_phone: int = 0
    visits_a_day: int | None = None

    def gap_days(self, work: int) -> int:
        """Return the days that must lie between two visits of a kind; 0 for none."""
        gaps = {
            Work.HANDS_ON: self.gap_days_hands_on,
            Work.ASSESSMENT: self.gap_days_assessment,
            Work.PHONE: self.gap_days_phone,
        }
        return gaps.get(Work(work), 0)


NO_CLIENT_LIMITS = ClientLimits()


class Wishes(NamedTuple):
    """By whom a client wishes to be treated, from whom she is kept apart; ``apart`` are diaries of other clients."""

    must: frozenset[int] = frozenset()
    never: frozenset[int] = frozenset()
    prefer: frozenset[int] = frozenset()
    must_be: frozenset[str] = frozenset()
    never_be: frozenset[str] = frozenset()
    prefer_being: frozenset[str] = frozenset()
    blocked: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()

    def suit(self, therapist_id: int, gender: str) -> bool:
        """Return whether a therapist is what the client asked for."""
        return (
            (not self.must or therapist_id in self.must)
            and (not self.must_be or gender in self.must_be)
            and therapist_id not in self.never
            and gender not in self.never_be
        )

    def allow(self, therapist_id: int, gender: str) -> bool:
        """Return whether a therapist may be proposed at all."""
        return therapist_id not in self.blocked and self.suit(therapist_id, gender)

    def rank(self, therapist_id: int, gender: str) -> int:
        """Return 0 for somebody preferred, 1 for anybody else."""
        return 0 if therapist_id in self.prefer or gender in self.prefer_being else 1


NO_WISHES = Wishes()
