"""Rooms, the buildings they are in, and what one needs to know to come along, as the pages print them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote_plus

from django.urls import reverse

from efus_conference.models import Edition
from programme.models import ReleasedSession, Room, Venue
from programme.wording import at_venue


@dataclass(frozen=True)
class Place:
    """Where a room is: its own facts, and those of its building where it has none."""

    room: Room
    url: str
    venue: str
    address: str
    map_url: str
    accessibility: str


def place_of(room: Room, edition: Edition) -> Place:
    """The room must have been read with its venue."""
    venue = room.venue
    address = room.address or (venue.address if venue else "")
    return Place(
        room=room,
        url=reverse("programme:room", args=[edition.slug, room.slug]),
        venue=venue.name if venue else "",
        address=address,
        map_url=map_url(venue, address, edition),
        accessibility=venue.accessibility if venue else "",
    )


@dataclass(frozen=True)
class House:
    """A building with its rooms in their order; the rooms that are in none come under one without a name."""

    venue: Venue | None
    name: str
    address: str
    map_url: str
    directions: str
    accessibility: str
    rooms: list[Place]


def houses_of(rooms: Iterable[Room], edition: Edition) -> list[House]:
    """In the order of the buildings. The rooms must have been read with their venue."""
    found: dict[int | None, House] = {}
    for room in sorted(rooms, key=lambda room: (room.venue is None, room.venue.order if room.venue else 0)):
        venue = room.venue
        house = found.setdefault(
            room.venue_id,
            House(
                venue,
                venue.name if venue else "",
                venue.address if venue else "",
                map_url(venue, venue.address, edition) if venue else "",
                venue.directions if venue else "",
                venue.accessibility if venue else "",
                [],
            ),
        )
        house.rooms.append(place_of(room, edition))
    return list(found.values())


def map_url(venue: Venue | None, address: str, edition: Edition) -> str:
    """A link to OpenStreetMap, which shows the spot, or looks for the address; the page itself loads no map."""
    if venue is not None and venue.latitude is not None and venue.longitude is not None:
        spot = f"mlat={venue.latitude}&mlon={venue.longitude}#map=18/{venue.latitude}/{venue.longitude}"
        return f"https://www.openstreetmap.org/?{spot}"
    # Invented addresses are on no map.
    if not address or edition.is_demonstration:
        return ""
    return f"https://www.openstreetmap.org/search?query={quote_plus(f'{address}, {edition.place}')}"


@dataclass(frozen=True)
class PracticalMatters:
    """What a field visit, or any session outside the house, asks of who comes along; "" for what is not said."""

    meeting_point: str
    departs: str
    departs_iso: str
    returns: str
    returns_iso: str
    how_to_get_there: str
    accessibility: str
    wheelchair_places: int | None
    what_to_bring: str
    identity_by: str

    @property
    def has_facts(self) -> bool:
        texts = (self.meeting_point, self.departs, self.returns, self.how_to_get_there, self.accessibility)
        return any((*texts, self.what_to_bring)) or self.wheelchair_places is not None


def practical_matters(row: ReleasedSession, edition: Edition) -> PracticalMatters:
    departs, returns = (
        moment and moment.astimezone(edition.zone) for moment in (row.departs_at, row.returns_at)
    )
    return PracticalMatters(
        meeting_point=row.text("meeting_point"),
        departs=f"{departs:%H:%M}" if departs else "",
        departs_iso=departs.isoformat() if departs else "",
        returns=f"{returns:%H:%M}" if returns else "",
        returns_iso=returns.isoformat() if returns else "",
        how_to_get_there=row.text("how_to_get_there"),
        accessibility=row.text("accessibility"),
        wheelchair_places=row.wheelchair_places,
        what_to_bring=row.text("what_to_bring"),
        identity_by=at_venue(row.identity_by, edition.zone) if row.identity_by else "",
    )
