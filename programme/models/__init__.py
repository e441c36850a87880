from programme.models.consents import ConsentEvent, SpeakerLink, SpeakerLinkQuerySet
from programme.models.materials import Material, MaterialQuerySet
from programme.models.releases import (
    Release,
    ReleaseChange,
    ReleasedSession,
    ReleasedSessionQuerySet,
)
from programme.models.sessions import Appearance, Session, SessionQuerySet
from programme.models.speakers import Speaker, SpeakerQuerySet
from programme.models.venues import Venue, WalkingTime
from programme.models.vocabulary import Room, SessionKind, Theme

__all__ = [
    "Appearance",
    "ConsentEvent",
    "Material",
    "MaterialQuerySet",
    "Release",
    "ReleaseChange",
    "ReleasedSession",
    "ReleasedSessionQuerySet",
    "Room",
    "Session",
    "SessionKind",
    "SessionQuerySet",
    "Speaker",
    "SpeakerLink",
    "SpeakerLinkQuerySet",
    "SpeakerQuerySet",
    "Theme",
    "Venue",
    "WalkingTime",
]
