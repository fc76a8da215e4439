"""How often a plan treats: blocks of a frequency, the sessions they number, and the caps (clinical.md 5.1). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_SESSIONS = 12
"""Sessions per version; more need a new version and a fresh consent."""

MOST_A_WEEK = 3
DAYS_OF_WEEK = 7
TIMES = "\u00d7"


@dataclass(frozen=True, slots=True)
class Block:
    """``times`` sessions every ``every_weeks`` weeks, ``periods`` times over; gaps in days between two sessions."""

    times: int
    every_weeks: int
    periods: int
    gap_min: int
    gap_max: int

    @property
    def sessions(self) -> int:
        """Return how many sessions the block has."""
        return self.times * self.periods

    @property
    def weeks(self) -> int:
        """Return how many weeks the block lasts."""
        return self.every_weeks * self.periods

    @property
    def words(self) -> str:
        """Return the block as people say it."""
        often = f"{self.times} a week" if self.every_weeks == 1 else f"{self.times} every {self.every_weeks} weeks"
        return f"{often} {TIMES} {self.periods}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """One session of a version: its number in the plan, its block, and the days since the session before it."""

    number: int
    block: int
    gap_min: int
    gap_max: int
    is_checkpoint: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The course of one version: blocks, the minutes of a session, and after which numbers it is re-assessed."""

    blocks: tuple[Block, ...]
    minutes: int
    checkpoints: tuple[int, ...]
    first_number: int = 1

    @property
    def sessions(self) -> int:
        """Return how many sessions the version has."""
        return sum(block.sessions for block in self.blocks)

    @property
    def last_number(self) -> int:
        """Return the number of its last session."""
        return self.first_number + self.sessions - 1

    @property
    def words(self) -> str:
        """Return the course as people say it."""
        return f"{self.sessions} sessions: {', then '.join(block.words for block in self.blocks)}"


def numbered(shape: Shape) -> Iterator[Numbered]:
    """Yield the sessions of a version in order; the gap before a session is that of its own block."""
    number = shape.first_number
    for position, block in enumerate(shape.blocks):
        for _ in range(block.sessions):
            yield Numbered(number, position, block.gap_min, block.gap_max, number in shape.checkpoints)
            number += 1


def checkpoints_every(every: int, last_number: int, first_number: int = 1) -> tuple[int, ...]:
    """Return the numbers after which to re-assess: every so many sessions, and always after the last."""
    found = set(range(first_number - 1 + every, last_number + 1, every))
    return tuple(sorted(found | {last_number}))


def faults_of(shape: Shape) -> dict[str, str]:
    """Return what no course can follow, by field: every fault at once."""
    faults = dict(_block_faults(shape.blocks))
    if not 15 <= shape.minutes <= 240:
        faults["minutes"] = "A session lasts 15 to 240 minutes."
    if not faults:
        faults |= _checkpoint_faults(shape)
    return faults


def _block_faults(blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    if not blocks:
        yield "blocks", "A plan needs at least one block of sessions."
    for position, block in enumerate(blocks):
        for name, sentence in _faults_of_block(block):
            yield f"block_{position + 1}_{name}", f"Block {position + 1}: {sentence}"
    if sum(block.sessions for block in blocks) > MOST_SESSIONS:
        yield "blocks", f"A version has {MOST_SESSIONS} sessions at most; more need a new version and a fresh consent."


def _faults_of_block(block: Block) -> Iterator[tuple[str, str]]:
    if block.times < 1 or block.periods < 1 or block.every_weeks < 1:
        yield "times", "say how many sessions, every how many weeks, and how many times over."
        return
    if block.times > MOST_A_WEEK * block.every_weeks:
        yield "times", f"never more than {MOST_A_WEEK} sessions a week."
    if block.gap_min < 1 or block.gap_max < block.gap_min:
        yield "gap_min", "the gap is at least one day, and not longer than the longest."
    elif not block.gap_min * block.times <= DAYS_OF_WEEK * block.every_weeks <= block.gap_max * block.times:
        yield "gap_max", f"with gaps of {block.gap_min} to {block.gap_max} days nobody can come {block.words}."


def _checkpoint_faults(shape: Shape) -> dict[str, str]:
    numbers = shape.checkpoints
    if list(numbers) != sorted(set(numbers)) or any(
        not shape.first_number <= number <= shape.last_number for number in numbers
    ):
        return {"checkpoints": f"Checkpoints are sessions from {shape.first_number} to {shape.last_number}, in order."}
    if shape.last_number not in numbers:
        return {"checkpoints": f"The last session, {shape.last_number}, is a checkpoint."}
    return {}
