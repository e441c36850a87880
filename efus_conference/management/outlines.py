"""Makes the outlines of maps out of Natural Earth's countries: projected, cut to the map's window, thinned out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from efus_conference.maps import WIDTH, Area, Point

# A degree beyond which a place is so far from the window that its projection is of no use.
FAR = {"europe": (-60.0, 100.0, 8.0, 88.0), "world": (-180.0, 180.0, -60.0, 84.5)}
TOLERANCE = 1.3  # units of the drawing by which a line may be off
SMALLEST = 5.0  # square units; smaller islands are left out
MARGIN = 8.0  # units beyond the window at which countries are cut


def path_of(topology: dict[str, Any], area: Area) -> str:
    """One path of the drawing around all countries of a TopoJSON file, in whole units."""
    places = list(_arcs(topology))
    near = [any(_is_near(place, area) for place in arc) for arc in places]
    arcs = [_thinned(_projected(arc, area)) for arc in places]
    parts = []
    for numbers in _rings(topology):
        # A ring that is far away all around could lie across the window once it is drawn towards it.
        if not any(near[_index(number)] for number in numbers):
            continue
        ring = _joined(arcs, numbers)
        drawn = _compact(_cut(ring, (-MARGIN, WIDTH + MARGIN, -MARGIN, area.height + MARGIN)))
        if abs(_surface(drawn)) >= SMALLEST:
            parts.append(_path(drawn))
    return "".join(parts)


def _arcs(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """The lines between two crossings, as the file has them: longitudes and latitudes."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        yield line


def _is_near(place: Point, area: Area) -> bool:
    left, right, bottom, top = FAR[area.name]
    return left <= place[0] <= right and bottom <= place[1] <= top


def _projected(line: list[Point], area: Area) -> list[Point]:
    """In units of the drawing; what is far away is drawn to where a projection still makes sense of it."""
    left, right, bottom, top = FAR[area.name]
    return [area.place(min(max(x, left), right), min(max(y, bottom), top)) for x, y in line]


def _rings(topology: dict[str, Any]) -> Iterator[list[int]]:
    """Of each the numbers of its arcs; the complement of one that is taken backwards (TopoJSON, 2.1.4)."""
    for country in topology["objects"]["countries"]["geometries"]:
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        for polygon in polygons:
            yield from polygon


def _index(number: int) -> int:
    return number if number >= 0 else ~number


def _joined(arcs: list[list[Point]], numbers: list[int]) -> list[Point]:
    points: list[Point] = []
    for number in numbers:
        line = arcs[_index(number)] if number >= 0 else arcs[_index(number)][::-1]
        points += line[1:] if points else line
    return points


def _thinned(line: list[Point]) -> list[Point]:
    """Douglas and Peucker's: the ends stay, so that neighbours keep one border."""
    if len(line) < 3:
        return line
    keep = {0, len(line) - 1}
    if line[0] == line[-1]:  # an island: its farthest point is an end too
        far = max(range(len(line)), key=lambda at: _apart(line[at], line[0]))
        keep.add(far)
    todo = list(pairwise(sorted(keep)))
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        at = max(range(first + 1, last), key=lambda at: _off(line[at], line[first], line[last]))
        if _off(line[at], line[first], line[last]) > TOLERANCE:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [line[at] for at in sorted(keep)]


def _apart(one: Point, other: Point) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def _off(point: Point, first: Point, last: Point) -> float:
    """The distance of a point from a stretch."""
    length = _apart(first, last)
    if not length:
        return _apart(point, first)
    (x, y), (x1, y1), (x2, y2) = point, first, last
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length**2
    along = min(max(along, 0), 1)
    return _apart(point, (x1 + along * (x2 - x1), y1 + along * (y2 - y1)))


def _cut(ring: list[Point], window: tuple[float, float, float, float]) -> list[Point]:
    """Sutherland and Hodgman's: the ring within the window, one side after the other."""
    left, right, top, bottom = window
    for axis, limit, sign in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        inside: list[Point] = []
        for before, point in zip([ring[-1], *ring[:-1]] if ring else [], ring, strict=True):
            here, there = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if here != there:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                inside.append(
                    (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1]))
                )
            if here:
                inside.append(point)
        ring = inside
    return ring


def _compact(ring: list[Point]) -> list[tuple[int, int]]:
    """In whole units, no point twice in a row."""
    points: list[tuple[int, int]] = []
    for x, y in ring:
        point = (round(x), round(y))
        if not points or point != points[-1]:
            points.append(point)
    return points[:-1] if len(points) > 1 and points[0] == points[-1] else points


def _surface(ring: list[tuple[int, int]]) -> float:
    turned = [*ring[1:], *ring[:1]]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, turned, strict=True)) / 2


def _path(ring: list[tuple[int, int]]) -> str:
    """Steps from point to point take fewer letters than places."""
    (x, y), *_rest = ring
    steps = "".join(
        f"{x2 - x1}{'' if y2 - y1 < 0 else ','}{y2 - y1}{' '}" for (x1, y1), (x2, y2) in pairwise(ring)
    )
    return f"M{x},{y}l{steps.strip().replace(' -', '-')}z"
