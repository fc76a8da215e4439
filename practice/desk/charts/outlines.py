"""Outlines through points, as the path that SVG draws; smooth ones pass through every point. Pure."""

from collections.abc import Sequence

Point = tuple[float, float]


def line(points: Sequence[Point]) -> str:
    """Return straight lines from point to point."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def closed(points: Sequence[Point]) -> str:
    """Return a smooth closed outline (Catmull and Rom's curve as cubic pieces)."""
    count = len(points)
    start = points[0]
    pieces = [
        _piece(points[number - 1], points[number], points[(number + 1) % count], points[(number + 2) % count])
        for number in range(count)
    ]
    return f"M{start[0]:g} {start[1]:g}{''.join(pieces)}Z"


def mirrored(points: Sequence[Point], middle: float) -> list[Point]:
    """Return the points on the other side of an upright line, in the order that keeps the outline's turn."""
    return [(2 * middle - x, y) for x, y in reversed(points)]


def moved(points: Sequence[Point], by: float) -> list[Point]:
    """Return the points further to the right."""
    return [(x + by, y) for x, y in points]


def middle_of(points: Sequence[Point]) -> Point:
    """Return the middle of the box around the points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _piece(before: Point, start: Point, end: Point, after: Point) -> str:
    first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
    second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
    return "C" + " ".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in (first, second, end))
