"""Time taken on one diary, as columns of integers: a diary of a month has hundreds of entries, a practice has many."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

LONGEST_TREATMENT = timedelta(hours=12)
"""Enforced by the database, so that a look may leave out what started earlier: it bounds the index from below."""

WIDEST_BUFFERS = timedelta(minutes=240)
"""Two buffers of 120 minutes may lie between two treatments."""


class Work(IntEnum):
    """What time on a diary is: to the limits a visit, a call or nothing; to whoever asks why, what else it is for."""

    NONE = 0
    HANDS_ON = 1
    ASSESSMENT = 2
    PHONE = 3
    MEETING = 4
    LUNCH = 5
    PAPERWORK = 6
    TRAINING = 7
    CLEANING = 8


VISITS = frozenset({Work.HANDS_ON, Work.ASSESSMENT})


class Taken(NamedTuple):
    """One appointment's treatment time in UTC minutes, the buffers around it in minutes, what it is and where."""

    begins: int
    ends: int
    before: int = 0
    after: int = 0
    work: int = Work.HANDS_ON
    location_id: int = 0


class TakenGroup(NamedTuple):
    """Appointments alike in all but time; the treatment time of one is ``begins[i]`` to ``ends[i]``."""

    before: int
    after: int
    begins: Sequence[int]
    ends: Sequence[int]
    work: int = Work.HANDS_ON
    location_id: int = 0


NOWHERE_ELSE: Mapping[int, int] = MappingProxyType({})


class DiaryTime:
    """Everything that is taken on a diary in a window, in no particular order; never changed once made."""

    __slots__ = ("groups", "remembered")

    def __init__(self, groups: tuple[TakenGroup, ...] = ()) -> None:
        self.groups = groups
        # What was computed from this diary before, kept for as long as the diary itself is kept.
        self.remembered: dict[object, int] = {}

    def __iter__(self) -> Iterator[Taken]:
        for before, after, begins, ends, work, location_id in self.groups:
            for begin, end in zip(begins, ends, strict=True):
                yield Taken(begin, end, before, after, work, location_id)

    def with_buffers(self, apart: Mapping[int, int] = NOWHERE_ELSE) -> tuple[list[int], list[int]]:
        """Return all begins and all ends of appointments with their buffers, each sorted.

        *apart* are the minutes of travel from each location, which lie around what is taken there.
        """
        begins: list[int] = []
        ends: list[int] = []
        for group in self.groups:
            away = apart.get(group.location_id, 0)
            before, after = group.before + away, group.after + away
            begins += [begin - before for begin in group.begins]
            ends += [end + after for end in group.ends]
        return sorted(begins), sorted(ends)

    def without_buffers(self) -> tuple[list[int], list[int]]:
        """Return all begins and all ends of the treatment times alone, each sorted."""
        begins = [begin for group in self.groups for begin in group.begins]
        ends = [end for group in self.groups for end in group.ends]
        return sorted(begins), sorted(ends)

    def plus(self, more: Sequence[Taken]) -> "DiaryTime":
        """Return this diary with more time taken."""
        extra = tuple(
            TakenGroup(one.before, one.after, (one.begins,), (one.ends,), one.work, one.location_id) for one in more
        )
        return DiaryTime(self.groups + extra)


NOTHING_TAKEN = DiaryTime()

BUFFER_BASE = 128
"""Two buffers of at most 120 minutes, the work and the location are packed as one number with digits to this base."""

WORK_BASE = 16


def in_groups(begins: Sequence[int], ends: Sequence[int], traits: Sequence[int]) -> DiaryTime:
    """Return a diary from three columns of equal length; one service's appointments at a place share their traits."""
    kinds = set(traits)
    if len(kinds) == 1:
        return DiaryTime((_group(kinds.pop(), begins, ends),))
    return DiaryTime(
        tuple(
            _group(
                kind,
                [begin for begin, own in zip(begins, traits, strict=True) if own == kind],
                [end for end, own in zip(ends, traits, strict=True) if own == kind],
            )
            for kind in kinds
        )
    )


def _group(traits: int, begins: Sequence[int], ends: Sequence[int]) -> TakenGroup:
    traits, after = divmod(traits, BUFFER_BASE)
    traits, before = divmod(traits, BUFFER_BASE)
    location_id, work = divmod(traits, WORK_BASE)
    return TakenGroup(before, after, begins, ends, work, location_id)
