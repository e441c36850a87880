"""Where organisations are, as maps: Europe, and before it the world where one of them lies farther away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.maps import EUROPE, WORLD, Area, Map, Spot, draw
from efus_conference.models import Organisation

# The classes of dots, the most modest first: any other, signed, hosted.
OTHER, SIGNED, HOSTED = LOOKS = ("map-dot-recorded", "map-dot-checked", "map-dot-stage")


def maps_of(
    organisations: Iterable[Organisation], *, hosts: Collection[int] = (), signatories: Collection[int] = ()
) -> list[Map]:
    """None where no place is known. `hosts` and `signatories` are ids: their dots look otherwise."""
    spots = [
        Spot(
            each.name,
            HOSTED if each.pk in hosts else SIGNED if each.pk in signatories else OTHER,
            float(each.longitude),
            float(each.latitude),
        )
        for each in organisations
        if each.longitude is not None and each.latitude is not None
    ]
    in_europe = [spot for spot in spots if EUROPE.holds(spot.longitude, spot.latitude)]
    maps = []
    if len(in_europe) < len(spots):
        maps.append(_map(WORLD, spots))
    if in_europe:
        maps.append(_map(EUROPE, in_europe))
    return maps


def _map(area: Area, spots: Sequence[Spot]) -> Map:
    if len(spots) == 1:
        title = (
            _("Where %(name)s is in the world") if area is WORLD else _("Where %(name)s is in Europe")
        ) % {"name": spots[0].name}
        description = _("One dot at its place.")
    else:
        title = _("Where they are in the world") if area is WORLD else _("Where they are in Europe")
        description = ngettext(
            "%(number)d place as a dot; the list names it.",
            "%(number)d places as dots; the list names them.",
            len(spots),
        ) % {"number": len(spots)}
    return draw(area, spots, looks=list(LOOKS), title=title, description=description)
