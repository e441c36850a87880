"""The register as a map: Europe, and before it the world where somebody signed who lives farther away."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations.register.entries import Assurance, Entry
from efus_conference.maps import EUROPE, WORLD, Area, Map, Spot, draw

# The classes of dots, as the key beside the map has them: map-dot-checked.
LOOKS = {assurance: f"map-dot-{assurance.name.lower()}" for assurance in Assurance}


def maps_of(listed: Sequence[Entry]) -> list[Map]:
    """The maps that show all entries of which a place is known; none where there is no such entry."""
    spots = [
        Spot(entry.name, LOOKS[entry.assurance], *entry.place) for entry in listed if entry.place is not None
    ]
    in_europe = [spot for spot in spots if EUROPE.holds(spot.longitude, spot.latitude)]
    maps = []
    if len(in_europe) < len(spots):
        maps.append(_map(WORLD, spots, _("Where the signatories are in the world")))
    if in_europe:
        maps.append(_map(EUROPE, in_europe, _("Where the signatories are in Europe")))
    return maps


def _map(area: Area, spots: list[Spot], title: str) -> Map:
    description = ngettext(
        "%(number)d signatory as a dot at its place; the table names it.",
        "%(number)d signatories as dots at their places; the table names them.",
        len(spots),
    ) % {"number": len(spots)}
    return draw(area, spots, looks=list(LOOKS.values()), title=title, description=description)


def without_place(listed: Sequence[Entry]) -> list[Entry]:
    """Those that no map shows: European and national bodies have no place, or none is known."""
    return [entry for entry in listed if entry.place is None]
