"""Rooms and the buildings they are in, as the pages print them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from django.urls import reverse

from efus_conference.models import Edition
from programme.models import Room, Venue


@dataclass(frozen=True)
class Place:
    """Where a room is: its own facts, and those of its building where it has none."""

    room: Room
    url: str
    venue: str
    address: str
    map_url: str
    directions: list[str]
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
        directions=[text for text in (venue.directions if venue else "", room.directions) if text],
        accessibility=venue.accessibility if venue else "",
    )


def map_url(venue: Venue | None, address: str, edition: Edition) -> str:
    """A link to OpenStreetMap, which shows the spot, or looks for the address; the page itself loads no map."""
    if venue is not None and venue.latitude is not None and venue.longitude is not None:
        spot = f"mlat={venue.latitude}&mlon={venue.longitude}#map=18/{venue.latitude}/{venue.longitude}"
        return f"https://www.openstreetmap.org/?{spot}"
    # Invented addresses are on no map.
    if not address or edition.is_demonstration:
        return ""
    return f"https://www.openstreetmap.org/search?query={quote_plus(f'{address}, {edition.place}')}"
