"""Between the course as a value and its rows: blocks, checkpoints, and the sessions that they number."""

from practice.treatment_plans.blocks import Block, Shape
from practice.treatment_plans.version_models import PlanBlock, PlanVersion


def shape_of(version: PlanVersion) -> Shape:
    """Return the course of a version whose blocks are loaded."""
    blocks = tuple(
        Block(block.times, block.every_weeks, block.periods, block.gap_min_days, block.gap_max_days)
        for block in version.blocks
    )
    return Shape(blocks, version.minutes, checkpoints_of(version), version.first_number)


def checkpoints_of(version: PlanVersion) -> tuple[int, ...]:
    """Return the numbers of the sessions after which a version is re-assessed."""
    return tuple(int(number) for number in version.checkpoints.split())


def write_shape(version: PlanVersion, shape: Shape) -> None:
    """Write a course into a draft, its old blocks replaced."""
    version.minutes, version.first_number = shape.minutes, shape.first_number
    version.checkpoints = " ".join(map(str, shape.checkpoints))
    rows = [_row(position, block) for position, block in enumerate(shape.blocks)]
    version.blocks = rows


def _row(position: int, block: Block) -> PlanBlock:
    return PlanBlock(
        position=position,
        times=block.times,
        every_weeks=block.every_weeks,
        periods=block.periods,
        gap_min_days=block.gap_min,
        gap_max_days=block.gap_max,
    )


def from_tenths(tenths: int | None) -> float | None:
    """Return a number that is kept times ten."""
    return None if tenths is None else tenths / 10
