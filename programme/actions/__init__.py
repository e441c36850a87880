from programme.actions.comparison import changed_fields, differences
from programme.actions.foresight import Preview, clashes_of, preview, warnings
from programme.actions.refusals import (
    DifferencesChanged,
    ReleaseRefused,
    RoomTaken,
    SessionsOfAnotherEdition,
    SessionsWithoutTimes,
)
from programme.actions.releases import release

__all__ = [
    "DifferencesChanged",
    "Preview",
    "ReleaseRefused",
    "RoomTaken",
    "SessionsOfAnotherEdition",
    "SessionsWithoutTimes",
    "changed_fields",
    "clashes_of",
    "differences",
    "preview",
    "release",
    "warnings",
]
