from programme.models.releases import (
    Release,
    ReleaseChange,
    ReleasedSession,
    ReleasedSessionQuerySet,
)
from programme.models.sessions import Appearance, Session, SessionQuerySet
from programme.models.speakers import Speaker, SpeakerQuerySet
from programme.models.vocabulary import Room, SessionKind, Theme

__all__ = [
    "Appearance",
    "Release",
    "ReleaseChange",
    "ReleasedSession",
    "ReleasedSessionQuerySet",
    "Room",
    "Session",
    "SessionKind",
    "SessionQuerySet",
    "Speaker",
    "SpeakerQuerySet",
    "Theme",
]
