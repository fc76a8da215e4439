"""Panels under each other on one row of sessions: lines of a measure on its scale, the change that matters shaded."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from practice.desk.charts.outlines import Point, line
from practice.visits.definitions import Better, Definition

TALL, LOW = 170, 84
CLOSE = 12
"""Words nearer to each other than this would touch."""


@dataclass(frozen=True, slots=True)
class Size:
    """The room of a drawing: its width, the margins beside the panels, above, between and below them."""

    width: int
    left: int
    right: int
    head: int
    gap: int
    foot: int


WIDE = Size(640, 26, 40, 30, 34, 24)
SPARK = Size(150, 5, 5, 5, 0, 5)


@dataclass(frozen=True, slots=True)
class Series:
    """One line: values by the place of their session, how it is drawn, and the word at its end."""

    css: str
    word: str
    values: Mapping[int, float]
    has_numbers: bool = False
    is_joined: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """One panel as it is asked for; ``baseline`` is what the change that matters counts from."""

    title: str
    definition: Definition
    series: Sequence[Series]
    baseline: float | None = None
    height: int = LOW
    is_paired: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One value where it is drawn."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One series as it is drawn, broken where the plan rested."""

    css: str
    word: str
    pieces: Sequence[str]
    dots: Sequence[Dot]
    word_y: float
    has_numbers: bool


@dataclass(frozen=True, slots=True)
class Band:
    """From where on a change matters."""

    y: float
    height: float
    edge_y: float
    words: str
    words_y: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure as it is drawn."""

    title: str
    top: float
    bottom: float
    grid: Sequence[tuple[float, str]]
    band: Band | None
    lines: Sequence[Line]
    pairs: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The panels with their common row of sessions; ``rests`` are where the plan rested, ``checks`` re-assessments."""

    height: float
    columns: Sequence[tuple[float, str]]
    panels: Sequence[Panel]
    checks: Sequence[tuple[float, str]]
    rests: Sequence[float]
    size: Size

    @property
    def right(self) -> int:
        """Return where the drawing ends and the words of the lines begin."""
        return self.size.width - self.size.right


@dataclass(frozen=True, slots=True)
class Sessions:
    """The common row: a label for each session, words over re-assessments, and places before which a plan rested."""

    labels: Sequence[str]
    checks: Mapping[int, str] = field(default_factory=dict)
    breaks: Collection[int] = ()


def sheet(wanted: Sequence[Wanted], sessions: Sessions, size: Size = WIDE) -> Sheet:
    """Return panels drawn under each other; no line is drawn through a rest (clinical.md 8)."""
    labels, checks = sessions.labels, sessions.checks
    row = _Row(len(labels), frozenset(sessions.breaks), size)
    panels, top = list[Panel](), float(size.head)
    for each in wanted:
        panels.append(_panel(each, row, top))
        top += each.height + size.gap
    return Sheet(
        top - size.gap + size.foot,
        [(row.x(place), label) for place, label in enumerate(labels)],
        panels,
        [(row.x(place), word) for place, word in sorted(checks.items())],
        [row.x(place - 0.5) for place in sorted(row.breaks)],
        size,
    )


def target(definition: Definition, baseline: float) -> float | None:
    """Return the score from which a change from *baseline* matters; None when the scale has no room for it.

    Both the points and the percentage must be met (clinical.md 8).
    """
    if definition.mic_abs is None or definition.better is Better.NEITHER or not definition.can_gain(baseline):
        return None
    step = max(definition.mic_abs, abs(baseline) * (definition.mic_pct or 0) / 100)
    return baseline + step if definition.better is Better.HIGHER else baseline - step


def number_words(value: float) -> str:
    """Return a number with one place at most: ``4.9``, ``5``."""
    return f"{round(value, 1):g}"


@dataclass(frozen=True, slots=True)
class _Row:
    count: int
    breaks: frozenset[int]
    size: Size

    def x(self, place: float) -> float:
        width = (self.size.width - self.size.left - self.size.right) / max(self.count, 1)
        return round(self.size.left + (place + 0.5) * width, 1)


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    top: float
    height: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.top + self.height * (1 - share), 1)


def _panel(wanted: Wanted, row: _Row, top: float) -> Panel:
    scale = _Scale(wanted.definition.low, wanted.definition.high, top, wanted.height)
    lines = [_line(series, row, scale) for series in wanted.series if series.values]
    return Panel(
        wanted.title,
        top,
        top + wanted.height,
        [(scale.y(value), number_words(value)) for value in _marks(scale, wanted.height)],
        _band(wanted, scale),
        _apart(lines),
        _pairs(lines) if wanted.is_paired else (),
    )


def _marks(scale: _Scale, height: float) -> Iterator[float]:
    parts = 5 if height >= TALL else 2
    step = (scale.high - scale.low) / parts
    return (scale.low + number * step for number in range(parts + 1))


def _band(wanted: Wanted, scale: _Scale) -> Band | None:
    aim = None if wanted.baseline is None else target(wanted.definition, wanted.baseline)
    if aim is None:
        return None
    is_up = wanted.definition.better is Better.HIGHER
    edge, end = scale.y(aim), scale.y(scale.high if is_up else scale.low)
    words = f"{'≥' if is_up else '≤'} {number_words(aim)}"
    return Band(min(edge, end), round(abs(end - edge), 1), edge, words, edge + (-4 if is_up else 11))


def _line(series: Series, row: _Row, scale: _Scale) -> Line:
    dots = {place: Dot(row.x(place), scale.y(value), number_words(value)) for place, value in series.values.items()}
    places = sorted(dots)
    runs = _runs(places, dots, row.breaks) if series.is_joined else ()
    pieces = [line(points) for points in runs if len(points) > 1]
    last = dots[places[-1]]
    return Line(series.css, series.word, pieces, [dots[place] for place in places], last.y, series.has_numbers)


def _runs(places: Sequence[int], dots: Mapping[int, Dot], breaks: frozenset[int]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for at, place in enumerate(places):
        if at and any(places[at - 1] < each <= place for each in breaks):
            yield run
            run = []
        run.append((dots[place].x, dots[place].y))
    yield run


def _pairs(lines: Sequence[Line]) -> list[tuple[float, float, float]]:
    """Return where two values of one session are joined: x, and y of both."""
    if len(lines) < 2:
        return []
    after = {dot.x: dot.y for dot in lines[1].dots}
    return [(dot.x, dot.y, after[dot.x]) for dot in lines[0].dots if dot.x in after]


def _apart(lines: Sequence[Line]) -> list[Line]:
    """Move the words at the ends of lines apart where they would touch."""
    moved: list[Line] = []
    lowest = float("-inf")
    for each in sorted(lines, key=lambda one: one.word_y):
        y = max(each.word_y, lowest + CLOSE)
        moved.append(Line(each.css, each.word, each.pieces, each.dots, y, each.has_numbers))
        lowest = y
    return sorted(moved, key=lambda one: [each.word for each in lines].index(one.word))
