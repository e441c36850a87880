from __future__ import annotations

import json
import re
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from efus_conference import maps
from efus_conference.maps import EUROPE, WORLD, Area, Spot, draw

Ring = list[tuple[float, float]]
LOOKS = ["modest", "bold"]


def rings(path: str) -> list[Ring]:
    found = []
    for ring in re.findall(r"M([^z]+)z", path):
        start, steps = ring.split("l")
        x, y = map(float, start.split(","))
        points = [(x, y)]
        numbers = [float(one) for one in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        found.append(points)
    return found


def is_on_land(area: Area, longitude: float, latitude: float) -> bool:
    x, y = area.place(longitude, latitude)
    crossed = 0
    for ring in rings(maps.land(area)):
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossed += 1
    return crossed % 2 == 1


@pytest.mark.parametrize("area", [EUROPE, WORLD], ids=["Europe", "the world"])
def test_places_and_outlines_agree(area: Area) -> None:
    on_land = {
        "Paris": (2.35, 48.85),
        "Madrid": (-3.7, 40.42),
        "Kyiv": (30.52, 50.45),
        "Ankara": (32.85, 39.93),
    }
    at_sea = {
        "Bay of Biscay": (-6, 46),
        "North Sea": (3.5, 56),
        "Tyrrhenian Sea": (12, 40),
        "Black Sea": (34, 43.3),
    }
    found = {name: is_on_land(area, *place) for name, place in {**on_land, **at_sea}.items()}
    assert found == {**dict.fromkeys(on_land, True), **dict.fromkeys(at_sea, False)}


def test_europe_reaches_from_iceland_to_cyprus_and_the_caucasus_and_no_farther() -> None:
    inside = [(-22, 64.1), (-9.1, 38.7), (14.5, 35.9), (33.4, 35.2), (25.8, 71.1), (44.8, 41.7)]
    outside = [(-73.6, 45.5), (-15.4, 28.1), (139.7, 35.7), (18.4, -33.9), (-170, -50)]
    assert [EUROPE.holds(*place) for place in inside + outside] == [True] * 6 + [False] * 5
    assert [WORLD.holds(*place) for place in inside + outside] == [True] * 11


def test_the_projections_keep_areas_true() -> None:
    """A small square of the globe takes as much of the map wherever it lies."""
    for area in (EUROPE, WORLD):
        sizes = []
        for longitude, latitude in ((-8.0, 40.0), (10.0, 52.0), (25.0, 65.0)):
            d = 0.01
            (x0, y0), (x1, y1), (x2, y2) = (
                area.place(*place)
                for place in ((longitude, latitude), (longitude + d, latitude), (longitude, latitude + d))
            )
            drawn = abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))
            sizes.append(drawn / cos(radians(latitude)))
        assert max(sizes) / min(sizes) == pytest.approx(1, abs=0.001)


def test_one_place_has_one_dot_and_claims_no_more_than_its_least() -> None:
    spots = [
        Spot("Brussels", "bold", 4.3488, 50.8505),
        Spot("safe.brussels", "modest", 4.3488, 50.8505),
        Spot("Turin", "bold", 7.6868, 45.0705),
        Spot("Montreal", "bold", -73.5878, 45.5088),
    ]
    drawn = draw(EUROPE, spots, looks=LOOKS, title="T", description="D")
    assert [(dot.names, dot.look, dot.is_several) for dot in drawn.dots] == [
        (("Brussels", "safe.brussels"), "modest", True),
        (("Turin",), "bold", False),
    ]
    everywhere = draw(WORLD, spots, looks=LOOKS, title="T", description="D")
    assert [dot.title for dot in everywhere.dots] == ["Brussels\nsafe.brussels", "Turin", "Montreal"]


def test_outlines_are_made_again_out_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A square of land about Germany, and an islet that is too small for the map."""
    square = [[5, 48], [10, 0], [0, 8], [-10, 0], [0, -8]]
    islet = [[0, 55], [0, 0], [0, 0]]
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [square, islet],
        "objects": {
            "countries": {
                "geometries": [
                    {"type": "Polygon", "arcs": [[0]]},
                    {"type": "MultiPolygon", "arcs": [[[~1]]]},
                ]
            }
        },
    }
    for name in ("countries-50m.json", "countries-110m.json"):
        (tmp_path / name).write_text(json.dumps(topology))
    made = tmp_path / "data" / "outlines.json"
    monkeypatch.setattr("efus_conference.management.commands.draw_outlines.OUTLINES", made)
    call_command("draw_outlines", tmp_path, verbosity=0)
    outlines = json.loads(made.read_text())
    assert [len(rings(outlines[name])) for name in ("europe", "world")] == [1, 1]
    corners = [EUROPE.place(5, 48), EUROPE.place(15, 48), EUROPE.place(15, 56), EUROPE.place(5, 56)]
    assert sorted(rings(outlines["europe"])[0]) == sorted((round(x), round(y)) for x, y in corners)


def test_without_the_package_the_command_says_what_it_misses(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"countries-50m\.json"):
        call_command("draw_outlines", tmp_path)
