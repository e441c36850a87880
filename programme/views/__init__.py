from programme.views.booklet import booklet
from programme.views.cards import card_of_edition, card_of_session
from programme.views.changes import changes
from programme.views.feeds import changes_atom, schedule_as_json, schedule_as_xml, schedule_ics, sessions_csv
from programme.views.now import now, room
from programme.views.portraits import portrait
from programme.views.rooms import rooms
from programme.views.sessions import session
from programme.views.speakers import speaker, speakers
from programme.views.timetable import timetable

__all__ = [
    "booklet",
    "card_of_edition",
    "card_of_session",
    "changes",
    "changes_atom",
    "now",
    "portrait",
    "room",
    "rooms",
    "schedule_as_json",
    "schedule_as_xml",
    "schedule_ics",
    "session",
    "sessions_csv",
    "speaker",
    "speakers",
    "timetable",
]
