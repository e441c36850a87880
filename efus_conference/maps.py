"""Maps as the pages draw them: outlines of the land from a file of ours, and dots on it, as one SVG.

Two areas, each in a projection that keeps areas true: Europe in Lambert's azimuthal one about 52° N 10° E (as
EPSG:3035), the world in Equal Earth. The outlines are projected and thinned out beforehand: see
`manage.py draw_outlines`. What a map shows stands in a list or a table beside it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

OUTLINES = Path(__file__).parent / "data" / "outlines.json"
WIDTH = 1000  # units of a drawing from its left to its right

Point = tuple[float, float]
Projection = Callable[[float, float], Point]


def lambert_about_europe(longitude: float, latitude: float) -> Point:
    """Kilometres to the right of 10° E and up from 52° N (Snyder, Map Projections, 1987, 24-2 to 24-4)."""
    radius = 6371.0
    east, north, middle = radians(longitude - 10), radians(latitude), radians(52)
    nearness = 1 + sin(middle) * sin(north) + cos(middle) * cos(north) * cos(east)
    k = radius * sqrt(2 / max(nearness, 1e-9))
    return (
        k * cos(north) * sin(east),
        k * (cos(middle) * sin(north) - sin(middle) * cos(north) * cos(east)),
    )


def equal_earth(longitude: float, latitude: float) -> Point:
    """To the right of Greenwich and up from the equator, in radii of the Earth (Šavrič and others, 2018)."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    angle = asin(sqrt(3) / 2 * sin(radians(latitude)))
    square = angle * angle
    slope = a1 + 3 * a2 * square + square**3 * (7 * a3 + 9 * a4 * square)
    return (
        2 * sqrt(3) * radians(longitude) * cos(angle) / (3 * slope),
        angle * (a1 + a2 * square + square**3 * (a3 + a4 * square)),
    )


@dataclass(frozen=True)
class Area:
    """What a map shows: a window into a projection, in its units."""

    name: str
    projection: Projection
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> int:
        return round(WIDTH * (self.top - self.bottom) / (self.right - self.left))

    def place(self, longitude: float, latitude: float) -> Point:
        """Where a place stands in the drawing, whether within it or not."""
        x, y = self.projection(longitude, latitude)
        scale = WIDTH / (self.right - self.left)
        return (x - self.left) * scale, (self.top - y) * scale

    def holds(self, longitude: float, latitude: float) -> bool:
        x, y = self.place(longitude, latitude)
        return 0 <= x <= WIDTH and 0 <= y <= self.height


# From Iceland and the Azores' side of Portugal to the Caucasus, from Malta and Cyprus to the North Cape.
EUROPE = Area("europe", lambert_about_europe, left=-2600, right=3200, bottom=-2150, top=2350)
# Without Antarctica, where nobody signs.
WORLD = Area(
    "world",
    equal_earth,
    left=equal_earth(-180, 0)[0],
    right=equal_earth(180, 0)[0],
    bottom=equal_earth(0, -58)[1],
    top=equal_earth(0, 84)[1],
)
AREAS = {area.name: area for area in (EUROPE, WORLD)}


@dataclass(frozen=True)
class Spot:
    """One thing to be shown: its name in full, the class of its dot, and where it is."""

    name: str
    look: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Dot:
    """A dot of the drawing: what stands there, one or several."""

    x: str
    y: str
    names: tuple[str, ...]
    look: str

    @property
    def title(self) -> str:
        return "\n".join(self.names)

    @property
    def is_several(self) -> bool:
        return len(self.names) > 1


@dataclass(frozen=True)
class Map:
    """`key` tells it from the others of its page."""

    key: str
    title: str
    description: str
    width: int
    height: int
    land: str
    dots: Sequence[Dot]


def draw(area: Area, spots: Iterable[Spot], *, looks: Sequence[str], title: str, description: str) -> Map:
    """The spots that lie in the area. What stands in one place shares a dot.

    `looks` names the classes of dots, the most modest first: a shared dot has the most modest of its own.
    """
    places: dict[Point, list[Spot]] = {}
    for spot in spots:
        if area.holds(spot.longitude, spot.latitude):
            x, y = area.place(spot.longitude, spot.latitude)
            places.setdefault((round(x, 1), round(y, 1)), []).append(spot)
    dots = [
        Dot(
            f"{x:g}",
            f"{y:g}",
            tuple(spot.name for spot in those),
            min((spot.look for spot in those), key=looks.index),
        )
        for (x, y), those in places.items()
    ]
    return Map(area.name, title, description, WIDTH, area.height, land(area), dots)


def land(area: Area) -> str:
    """The outlines of all countries in the area, as one path of the drawing."""
    return _outlines()[area.name]


@cache
def _outlines() -> dict[str, str]:
    outlines: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return {area: str(outlines[area]) for area in AREAS}
