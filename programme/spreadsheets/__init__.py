"""Sessions and speakers as spreadsheets. A session is known by its code, a speaker by the address of their page.

An edition, a kind, a room, a theme and an organisation stand there by their addresses; moments with their offset
from UTC, at the venue.
"""

from programme.spreadsheets.people import AppearanceResource, SpeakerResource
from programme.spreadsheets.sessions import SessionResource
from programme.spreadsheets.venues import RoomResource, VenueResource

__all__ = ["AppearanceResource", "RoomResource", "SessionResource", "SpeakerResource", "VenueResource"]
