"""The cities that hosted an edition, as maps: Europe, and before it the world where one lies farther away."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.maps import EUROPE, WORLD, Area, Map, Spot, draw
from efus_conference.models import Edition

# The classes of dots, the most modest first: a city that hosted twice, and hosts next, is a place to come to.
PAST, CURRENT = "map-dot-checked", "map-dot-stage"


def maps_of_hosts(editions: Sequence[Edition]) -> list[Map]:
    """Of editions with their hosts read; none where no place is known. Co-hosts are on the edition's own page."""
    spots = _spots(editions)
    in_europe = [spot for spot in spots if EUROPE.holds(spot.longitude, spot.latitude)]
    maps = []
    if len(in_europe) < len(spots):
        maps.append(_map(WORLD, spots, _("The host cities in the world")))
    if in_europe:
        maps.append(_map(EUROPE, in_europe, _("The host cities in Europe")))
    return maps


def _spots(editions: Sequence[Edition]) -> list[Spot]:
    """One of each city, with the years of its editions: “Naples 2000, 2004”."""
    years: dict[int, list[str]] = {}
    named: dict[int, tuple[str, float, float]] = {}
    current: set[int] = set()
    for edition in editions:
        for host in edition.main_hosts:
            city = host.organisation
            if city.longitude is None or city.latitude is None:
                continue
            named[city.pk] = city.name, float(city.longitude), float(city.latitude)
            years.setdefault(city.pk, []).append(str(edition.year))
            if edition.is_current:
                current.add(city.pk)
    return [
        Spot(
            _("%(city)s %(years)s") % {"city": name, "years": ", ".join(years[pk])},
            CURRENT if pk in current else PAST,
            longitude,
            latitude,
        )
        for pk, (name, longitude, latitude) in named.items()
    ]


def _map(area: Area, spots: list[Spot], title: str) -> Map:
    description = ngettext(
        "%(number)d city as a dot at its place; the list names it with its years.",
        "%(number)d cities as dots at their places; the list names them with their years.",
        len(spots),
    ) % {"number": len(spots)}
    return draw(area, spots, looks=[PAST, CURRENT], title=title, description=description)
