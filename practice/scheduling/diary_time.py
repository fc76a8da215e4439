"""Time taken on one diary, as columns of integers: a diary of a month has hundreds of entries, a practice has many."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

LONGEST_TREATMENT = timedelta(hours=12)
"""Enforced by the database, so that a look may leave out what started earlier: it bounds the index from below."""

WIDEST_BUFFERS = timedelta(minutes=240)
"""Two buffers of 120 minutes may lie between two treatments."""


class Taken(NamedTuple):
    """One appointment's treatment time in UTC minutes, and the buffers around it in minutes."""

    begins: int
    ends: int
    before: int = 0
    after: int = 0


class TakenGroup(NamedTuple):
    """Appointments with the same buffers; the treatment time of one is ``begins[i]`` to ``ends[i]``."""

    before: int
    after: int
    begins: Sequence[int]
    ends: Sequence[int]


class DiaryTime:
    """Everything that is taken on a diary in a window, in no particular order; never changed once made."""

    __slots__ = ("groups", "remembered")

    def __init__(self, groups: tuple[TakenGroup, ...] = ()) -> None:
        self.groups = groups
        # What was computed from this diary before, kept for as long as the diary itself is kept.
        self.remembered: dict[object, int] = {}

    def __iter__(self) -> Iterator[Taken]:
        for before, after, begins, ends in self.groups:
            for begin, end in zip(begins, ends, strict=True):
                yield Taken(begin, end, before, after)

    def with_buffers(self) -> tuple[list[int], list[int]]:
        """Return all begins and all ends of appointments with their buffers, each sorted."""
        begins = [begin - group.before for group in self.groups for begin in group.begins]
        ends = [end + group.after for group in self.groups for end in group.ends]
        return sorted(begins), sorted(ends)

    def without_buffers(self) -> tuple[list[int], list[int]]:
        """Return all begins and all ends of the treatment times alone, each sorted."""
        begins = [begin for group in self.groups for begin in group.begins]
        ends = [end for group in self.groups for end in group.ends]
        return sorted(begins), sorted(ends)

    def plus(self, more: Sequence[Taken]) -> "DiaryTime":
        """Return this diary with more time taken."""
        extra = tuple(TakenGroup(one.before, one.after, (one.begins,), (one.ends,)) for one in more)
        return DiaryTime(self.groups + extra)


NOTHING_TAKEN = DiaryTime()

BUFFER_BASE = 256
"""Two buffers of at most 120 minutes travel as one number: before times this, plus after."""


def in_groups(begins: Sequence[int], ends: Sequence[int], buffers: Sequence[int]) -> DiaryTime:
    """Return a diary from three columns of equal length; one service's appointments usually share their buffers."""
    kinds = set(buffers)
    if len(kinds) == 1:
        return DiaryTime((_group(kinds.pop(), begins, ends),))
    return DiaryTime(
        tuple(
            _group(
                kind,
                [begin for begin, own in zip(begins, buffers, strict=True) if own == kind],
                [end for end, own in zip(ends, buffers, strict=True) if own == kind],
            )
            for kind in kinds
        )
    )


def _group(buffers: int, begins: Sequence[int], ends: Sequence[int]) -> TakenGroup:
    before, after = divmod(buffers, BUFFER_BASE)
    return TakenGroup(before, after, begins, ends)
