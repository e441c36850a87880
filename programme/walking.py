"""How long the way from one session to the next takes on foot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import asin, ceil, cos, radians, sin, sqrt

from efus_conference.models import Edition
from programme.models import Room, Venue, WalkingTime

MINUTES_WITHIN_A_VENUE = 5
METRES_PER_MINUTE = 75  # 4.5 km/h, people who look at a map
DETOUR = 1.3  # streets are no straight lines
MINUTES_AT_THE_DOORS = 5  # out of one house and into the other
EARTH_RADIUS = 6_371_000  # metres


@dataclass(frozen=True)
class Ways:
    """The walking times of an edition, read at once by `ways_of`."""

    given: dict[tuple[int, int], int] = field(default_factory=dict)

    def minutes(self, first: Room | None, second: Room | None) -> int | None:
        """Between two rooms; 0 for one and the same, None where it is not known."""
        if first is None or second is None:
            return None
        if first.pk == second.pk:
            return 0
        if first.venue is None or second.venue is None:
            return None
        return self.between(first.venue, second.venue)

    def between(self, first: Venue, second: Venue) -> int | None:
        """Between two venues, or two rooms of one; None where it is not known."""
        if first.pk == second.pk:
            return MINUTES_WITHIN_A_VENUE
        pair = (min(first.pk, second.pk), max(first.pk, second.pk))
        return self.given[pair] if pair in self.given else _estimate(first, second)


def ways_of(edition: Edition) -> Ways:
    """One query. Rooms asked about must have been read with their venue."""
    rows: Iterable[tuple[int, int, int]] = WalkingTime.objects.filter(first__edition=edition).values_list(
        "first_id", "second_id", "minutes"
    )
    return Ways({(first, second): minutes for first, second, minutes in rows})


def _estimate(first: Venue, second: Venue) -> int | None:
    """From their coordinates (haversine), in steps of five minutes upwards."""
    if None in (first.latitude, first.longitude, second.latitude, second.longitude):
        return None
    (lat1, lon1), (lat2, lon2) = (
        (radians(float(venue.latitude or 0)), radians(float(venue.longitude or 0)))
        for venue in (first, second)
    )
    across = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    metres = 2 * EARTH_RADIUS * asin(sqrt(across)) * DETOUR
    return 5 * ceil((metres / METRES_PER_MINUTE + MINUTES_AT_THE_DOORS) / 5)
