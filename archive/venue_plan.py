"""Where the venues of an edition lie to each other: a small plan drawn on the server, and how long one walks.

No street map: outlines of a city would come from another host. North is up; a degree is the same length all over a
city, so that its longitudes are shortened by the cosine of its latitude and nothing else is projected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, pi, radians

from efus_conference.models import Edition
from programme.models import Venue
from programme.walking import EARTH_RADIUS, ways_of

WIDTH = 600  # units of the drawing
MARGIN = 60
LEAST_ACROSS = 300  # metres: venues next door to each other don't fill the plan
FURTHEST = 60_000  # metres: what is further away is not of this city, or mistyped
LENGTHS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)  # metres, of the scale
METRES_PER_DEGREE = EARTH_RADIUS * pi / 180


@dataclass(frozen=True)
class Mark:
    """A venue on the plan. What lies in one place has one mark, with all its numbers."""

    numbers: str
    names: str
    x: int
    y: int

    @property
    def half(self) -> int:
        """Of the width of its sign."""
        return 20 + 9 * (len(self.numbers) - 1)

    @property
    def left(self) -> int:
        return self.x - self.half

    @property
    def across(self) -> int:
        return 2 * self.half

    @property
    def top(self) -> int:
        return self.y - 20

    @property
    def base(self) -> int:
        """Of its numbers."""
        return self.y + 8


@dataclass(frozen=True)
class Walk:
    first: Venue
    second: Venue
    minutes: int


@dataclass(frozen=True)
class Plan:
    """`venues` with their numbers; the drawing is empty where fewer than two have coordinates."""

    venues: Sequence[tuple[int, Venue]]
    walks: Sequence[Walk]
    marks: Sequence[Mark]
    height: int
    scale: int  # metres
    scale_width: int  # in units of the drawing

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def scale_in_kilometres(self) -> int | None:
        return self.scale // 1000 if self.scale >= 1000 else None

    @property
    def scale_end(self) -> int:
        return 24 + self.scale_width

    @property
    def scale_line(self) -> int:
        return self.height - 22

    @property
    def scale_text(self) -> int:
        return self.height - 32


def plan_of(edition: Edition) -> Plan | None:
    """In two queries; None where no venue is known yet."""
    venues = list(edition.venues.all())
    if not venues:
        return None
    ways = ways_of(edition)
    walks = [
        Walk(first, second, minutes)
        for first, second in combinations(venues, 2)
        if (minutes := ways.between(first, second)) is not None
    ]
    numbered = list(enumerate(venues, start=1))
    marks, height, units = _drawn(numbered)
    scale = max((length for length in LENGTHS if length * units <= WIDTH / 3), default=LENGTHS[0])
    return Plan(numbered, walks, marks, height, scale, round(scale * units))


def _drawn(numbered: Sequence[tuple[int, Venue]]) -> tuple[list[Mark], int, float]:
    """The marks, the height of the drawing, and how many of its units a metre is."""
    placed = [
        (number, venue.name, float(venue.longitude), float(venue.latitude))
        for number, venue in numbered
        if venue.longitude is not None and venue.latitude is not None
    ]
    if len(placed) < 2:
        return [], 0, 0.0
    shortened = cos(radians(sum(latitude for *_, latitude in placed) / len(placed)))
    metres = [
        (number, name, longitude * METRES_PER_DEGREE * shortened, latitude * METRES_PER_DEGREE)
        for number, name, longitude, latitude in placed
    ]
    left, right = min(x for *_, x, _y in metres), max(x for *_, x, _y in metres)
    bottom, top = min(y for *_, y in metres), max(y for *_, y in metres)
    across = max(right - left, top - bottom, LEAST_ACROSS)
    if across > FURTHEST:
        return [], 0, 0.0
    units = (WIDTH - 2 * MARGIN) / across
    # What is narrow stands in the middle; the scale has a band of its own below.
    indent = (WIDTH - (right - left) * units) / 2
    height = round(2 * MARGIN + (top - bottom) * units) + 50
    places: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for number, name, x, y in metres:
        spot = round(indent + (x - left) * units), round(MARGIN + (top - y) * units)
        near = next((known for known in places if _touch(known, spot)), spot)
        places.setdefault(near, []).append((number, name))
    marks = [
        Mark(
            ", ".join(str(number) for number, _name in those),
            "\n".join(name for _number, name in those),
            x,
            y,
        )
        for (x, y), those in places.items()
    ]
    return marks, height, units


def _touch(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether the signs of two places would cover each other."""
    return abs(first[0] - second[0]) < 44 and abs(first[1] - second[1]) < 44
