from programme.actions.comparison import changed_fields
from programme.actions.consents import give_consent, set_consent, withdraw_consent
from programme.actions.foresight import Preview, clashes_of, preview
from programme.actions.moving import Moved, Position, move_session, put_back
from programme.actions.portraits import set_portrait
from programme.actions.refusals import (
    DifferencesChanged,
    DraftMoved,
    MoveRefused,
    NeverReleased,
    NoSuchTime,
    ReleaseRefused,
    RoomOfAnotherEdition,
    RoomTaken,
    SessionsOfAnotherEdition,
    SessionsWithoutTimes,
)
from programme.actions.releases import release
from programme.actions.resetting import reset_draft
from programme.actions.situation import Situation, differences
from programme.actions.speaker_links import (
    ask_for_new_speaker_link,
    hand_over_link,
    new_speaker_token,
    remind,
    revoke_links,
    send_links,
)
from programme.actions.speaker_refusals import LinkRefused, NoAddress, NotASpeakerThere, TooManyMaterials
from programme.actions.speaking import (
    answer_sessions,
    decide_consent,
    delete_material,
    finish,
    hand_in,
    save_texts,
    set_own_portrait,
    take_back,
)

__all__ = [
    "DifferencesChanged",
    "DraftMoved",
    "LinkRefused",
    "MoveRefused",
    "Moved",
    "NeverReleased",
    "NoAddress",
    "NoSuchTime",
    "NotASpeakerThere",
    "Position",
    "Preview",
    "ReleaseRefused",
    "RoomOfAnotherEdition",
    "RoomTaken",
    "SessionsOfAnotherEdition",
    "SessionsWithoutTimes",
    "Situation",
    "TooManyMaterials",
    "answer_sessions",
    "ask_for_new_speaker_link",
    "changed_fields",
    "clashes_of",
    "decide_consent",
    "delete_material",
    "differences",
    "finish",
    "give_consent",
    "hand_in",
    "hand_over_link",
    "move_session",
    "new_speaker_token",
    "preview",
    "put_back",
    "release",
    "remind",
    "reset_draft",
    "revoke_links",
    "save_texts",
    "send_links",
    "set_consent",
    "set_own_portrait",
    "set_portrait",
    "take_back",
    "withdraw_consent",
]
