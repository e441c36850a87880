from programme.admin.appearances import AppearanceAdmin
from programme.admin.materials import MaterialAdmin
from programme.admin.released import ReleasedSessionAdmin
from programme.admin.releases import ReleaseAdmin
from programme.admin.sessions import SessionAdmin
from programme.admin.speakers import SpeakerAdmin
from programme.admin.venues import VenueAdmin, WalkingTimeAdmin
from programme.admin.vocabulary import RoomAdmin, SessionKindAdmin, ThemeAdmin

__all__ = [
    "AppearanceAdmin",
    "MaterialAdmin",
    "ReleaseAdmin",
    "ReleasedSessionAdmin",
    "RoomAdmin",
    "SessionAdmin",
    "SessionKindAdmin",
    "SpeakerAdmin",
    "ThemeAdmin",
    "VenueAdmin",
    "WalkingTimeAdmin",
]
