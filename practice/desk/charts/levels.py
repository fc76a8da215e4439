"""How far down the leg the pain reaches, and whether it draws back: the maps of a course side by side. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from practice.desk.charts.body_figure import FIGURES, Figure, Hurt, View, hurts, place_words, strength
from practice.visits.body_map import REGIONS, SADDLE, Painted, distal_level

LEVEL_WORDS: Mapping[int, str] = {0: "low back", 1: "buttock", 2: "thigh", 3: "knee", 4: "lower leg", 5: "foot"}
BESIDE_THE_PATH = 9
NONE = "\u2013"


@dataclass(frozen=True, slots=True)
class Cell:
    """One region at one session; an empty one was not painted."""

    words: str
    css: str
    quality: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Regions by sessions, the lowest level last; ``levels`` are the furthest painted, a dash for an empty map."""

    sessions: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    levels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One session's map on the figures that are shown."""

    session: str
    level: int | None
    views: Sequence[tuple[Figure, Sequence[Hurt]]]

    @property
    def words(self) -> str:
        """Return how far the pain reaches."""
        return "nothing painted" if self.level is None else f"{LEVEL_WORDS[self.level]}, level {self.level}"


Maps = Sequence[tuple[str, Sequence[Painted]]]
"""The maps of a course: session and what was painted, in order."""

_EMPTY = Cell("", "", "")


def heat_map(maps: Maps) -> HeatMap:
    """Return every region that was ever painted, by session."""
    places = {(each.region, each.side) for _, painted in maps for each in painted}
    order = list(REGIONS)
    rows = []
    for region, side in sorted(places, key=lambda place: (_depth(place[0]), order.index(place[0]), place[1])):
        cells = [_cell(painted, region, side) for _, painted in maps]
        rows.append((place_words(region, side), cells))
    return HeatMap([session for session, _ in maps], rows, [_level_words(painted) for _, painted in maps])


def first_and_last(maps: Maps) -> Sequence[Drawn]:
    """Return the first and the latest map, from the front too when something hurts there."""
    shown = [maps[0], maps[-1]] if len(maps) > 1 else list(maps)
    in_front = {place for figure in FIGURES if figure.view is View.FRONT for place in _places(figure)}
    has_front = any((each.region, each.side) in in_front for _, painted in shown for each in painted)
    figures = [figure for figure in FIGURES if has_front or figure.view is View.BACK]
    return [
        Drawn(session, distal_level(painted), [(figure, hurts(figure, painted)) for figure in figures])
        for session, painted in shown
    ]


def direction_words(maps: Maps) -> str:
    """Return in one sentence whether the pain draws back towards the spine (clinical.md 4.2)."""
    levels = [level for _, painted in maps if (level := distal_level(painted)) is not None]
    if not levels:
        return "Nothing is painted on the path of the nerve."
    first, last = levels[0], levels[-1]
    if len(levels) == 1 or first == last:
        return f"Furthest level {last}, {LEVEL_WORDS[last]}: {'the first map' if len(levels) == 1 else 'unchanged'}."
    way = "centralising" if last < first else "moving further down"
    return f"Furthest level {first} → {last}: {way}."


def shows_saddle(maps: Maps) -> bool:
    """Return whether the saddle area is painted on any map: an emergency sign."""
    return any(each.region == SADDLE for _, painted in maps for each in painted)


def _places(figure: Figure) -> Iterable[tuple[str, str]]:
    return ((shape.region, shape.side) for shape in figure.shapes)


def _depth(region: str) -> int:
    level = REGIONS[region].level
    return BESIDE_THE_PATH if level is None else level


def _cell(painted: Sequence[Painted], region: str, side: str) -> Cell:
    found = next((each for each in painted if (each.region, each.side) == (region, side)), None)
    if found is None:
        return _EMPTY
    return Cell(str(found.intensity), strength(found.intensity), str(found.quality))


def _level_words(painted: Sequence[Painted]) -> str:
    level = distal_level(painted)
    return NONE if level is None else str(level)
