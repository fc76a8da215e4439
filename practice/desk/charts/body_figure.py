"""The body from the back and from the front with the regions of the body map on it, as outlines. Pure.

From the back the client's left is on the left; from the front it is on the right.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from practice.desk.charts.outlines import Point, closed, middle_of, mirrored, moved
from practice.visits.body_map import REGIONS, Painted, Side

WIDTH, HEIGHT = 150, 440
"""The box of one figure; its middle is the spine."""
MIDDLE = WIDTH / 2
STRONG_FROM, MIDDLING_FROM = 7, 4

Place = tuple[str, Side]


class View(StrEnum):
    """Where one looks from."""

    BACK = "back"
    FRONT = "front"


# The half of the body on the right of the spine, the spine at 0.
_HALF: Sequence[Point] = (
    (0, 52), (8, 54), (11, 62), (30, 70), (43, 79), (48, 96), (51, 120), (54, 146), (58, 172), (62, 198),
    (66, 216), (62, 230), (56, 222), (53, 204), (49, 178), (44, 150), (40, 122), (37, 104), (36, 124), (33, 150),
    (33, 168), (37, 188), (41, 208), (42, 232), (39, 262), (34, 292), (31, 310), (33, 330), (32, 352), (27, 380),
    (22, 404), (25, 416), (29, 426), (20, 430), (11, 427), (9, 412), (10, 396), (8, 366), (7, 336), (9, 312),
    (8, 292), (5, 262), (2.5, 234), (0, 226),
)  # fmt: skip
_HEAD: Sequence[Point] = ((0, 6), (11, 10), (16, 24), (13, 40), (5, 51), (0, 53))

_WAIST = _HALF.index((33, 150))
_LOWER: Sequence[Point] = ((0, 132), (26, 132), (35, 136), *_HALF[_WAIST:])
"""The half from the waist down, without arms: nothing above it is ever painted."""

# Regions of one half, seen from the back; what lies in the middle comes whole.
_BEHIND: Mapping[str, Sequence[Point]] = {
    "low_back": ((10, 144), (32, 146), (33, 166), (34, 174), (22, 177), (10, 176)),
    "buttock": ((10, 184), (22, 181), (29, 188), (31, 206), (27, 222), (14, 228), (5, 222), (4, 204)),
    "hip_lateral": ((32, 180), (37, 188), (41, 208), (42, 224), (35, 226), (34, 206)),
    "thigh_posterior": ((6, 234), (18, 233), (30, 229), (29, 260), (26, 286), (18, 289), (10, 286), (7, 262)),
    "thigh_lateral": ((34, 230), (41, 231), (38, 262), (33, 290), (29, 289), (32, 262)),
    "knee_posterior": ((10, 293), (20, 296), (32, 294), (31, 310), (31, 316), (20, 319), (10, 316), (10, 304)),
    "calf_posterior": ((10, 323), (18, 326), (24, 325), (25, 350), (22, 378), (18, 394), (12, 390), (10, 362)),
    "leg_lateral": ((28, 322), (32, 324), (32, 352), (28, 376), (24, 394), (22, 394), (26, 374), (28, 350)),
    "heel": ((11, 400), (16, 398), (22, 401), (22, 410), (21, 416), (11, 416), (10, 408)),
    "sole": ((10, 422), (16, 420), (24, 421), (28, 426), (26, 436), (18, 438), (11, 435)),
}
_BEHIND_MIDDLE: Mapping[str, Sequence[Point]] = {
    "low_back": ((-8, 144), (8, 144), (8, 160), (7, 174), (-7, 174), (-8, 160)),
    "sacrum": ((-9, 180), (0, 178), (9, 180), (6, 194), (0, 202), (-6, 194)),
    "saddle": ((0, 218), (4, 226), (4, 236), (0, 242), (-4, 236), (-4, 226)),
}
_BEFORE: Mapping[str, Sequence[Point]] = {
    "abdomen": ((10, 150), (31, 150), (33, 168), (34, 184), (22, 190), (10, 190)),
    "groin": ((6, 206), (22, 198), (34, 194), (36, 206), (20, 218), (6, 226)),
    "thigh_anterior": ((6, 236), (20, 226), (36, 216), (36, 246), (31, 278), (27, 292), (18, 295), (10, 290), (7, 262)),
    "leg_anterior": ((11, 324), (20, 322), (29, 324), (29, 350), (25, 378), (20, 394), (13, 392), (11, 362)),
    "foot_dorsum": ((11, 402), (16, 400), (22, 403), (26, 416), (28, 425), (20, 428), (12, 425), (10, 413)),
}
_BEFORE_MIDDLE: Mapping[str, Sequence[Point]] = {
    "abdomen": ((-8, 150), (8, 150), (8, 170), (8, 190), (-8, 190), (-8, 170)),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One place of the map as it is drawn: its outline, and where its number stands."""

    region: str
    side: Side
    outline: str
    at: Point

    @property
    def place(self) -> str:
        """Return the name of the place in forms and addresses."""
        return f"{self.region}.{self.side}"

    @property
    def words(self) -> str:
        """Return the place in words."""
        return place_words(self.region, self.side)


@dataclass(frozen=True, slots=True)
class Figure:
    """One view of the body with its places."""

    view: View
    body: str
    head: str
    lower: str
    shapes: Sequence[Shape]
    left_x: float

    @property
    def right_x(self) -> float:
        """Return where the client's right is named."""
        return WIDTH - self.left_x


@dataclass(frozen=True, slots=True)
class Hurt:
    """A painted place as it is drawn: the stronger, the fuller; ``css`` tells three strengths."""

    shape: Shape
    quality: str
    intensity: int

    @property
    def css(self) -> str:
        """Return the strength as a class."""
        return strength(self.intensity)


def strength(intensity: int) -> str:
    """Return the class of an intensity from 0 to 10: the numbers are always said beside it."""
    if intensity >= STRONG_FROM:
        return "is-strong"
    return "is-middling" if intensity >= MIDDLING_FROM else "is-light"


def place_words(region: str, side: str) -> str:
    """Return a place of the map in words."""
    label = REGIONS[region].label
    return label if side == Side.CENTRE else f"{label}, {side}"


def hurts(figure: Figure, painted: Iterable[Painted]) -> list[Hurt]:
    """Return what is painted on one view."""
    entries = {(each.region, each.side): each for each in painted}
    found = ((shape, entries.get((shape.region, shape.side))) for shape in figure.shapes)
    return [Hurt(shape, str(entry.quality), entry.intensity) for shape, entry in found if entry is not None]


def _figure(view: View, half: Mapping[str, Sequence[Point]], whole: Mapping[str, Sequence[Point]]) -> Figure:
    on_right = Side.RIGHT if view is View.BACK else Side.LEFT
    on_left = Side.LEFT if view is View.BACK else Side.RIGHT
    shapes = [_shape(region, Side.CENTRE, moved(points, MIDDLE)) for region, points in whole.items()]
    for region, points in half.items():
        placed = moved(points, MIDDLE)
        shapes += [_shape(region, on_right, placed), _shape(region, on_left, mirrored(placed, MIDDLE))]
    return Figure(
        view,
        _whole(_HALF),
        _whole(_HEAD),
        _whole(_LOWER),
        sorted(shapes, key=lambda shape: list(REGIONS).index(shape.region)),
        12 if view is View.BACK else WIDTH - 12,
    )


def _whole(half: Sequence[Point]) -> str:
    """Return the outline of both halves; the first and the last point lie on the spine."""
    placed = moved(half, MIDDLE)
    return closed([*placed, *mirrored(placed, MIDDLE)[1:-1]])


def _shape(region: str, side: Side, points: Sequence[Point]) -> Shape:
    return Shape(region, side, closed(points), middle_of(points))


FIGURES: Sequence[Figure] = (
    _figure(View.BACK, _BEHIND, _BEHIND_MIDDLE),
    _figure(View.FRONT, _BEFORE, _BEFORE_MIDDLE),
)
PLACES: Sequence[Place] = tuple((shape.region, shape.side) for figure in FIGURES for shape in figure.shapes)
"""Every place of the body map, as it is drawn."""
