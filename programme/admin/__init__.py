from programme.admin.releases import ReleaseAdmin
from programme.admin.sessions import SessionAdmin
from programme.admin.speakers import SpeakerAdmin
from programme.admin.vocabulary import RoomAdmin, SessionKindAdmin, ThemeAdmin

__all__ = ["ReleaseAdmin", "RoomAdmin", "SessionAdmin", "SessionKindAdmin", "SpeakerAdmin", "ThemeAdmin"]
