from programme.views.changes import changes
from programme.views.feeds import changes_atom, schedule_as_json, schedule_as_xml, schedule_ics, sessions_csv
from programme.views.sessions import session
from programme.views.speakers import portrait, speaker, speakers
from programme.views.timetable import timetable

__all__ = [
    "changes",
    "changes_atom",
    "portrait",
    "schedule_as_json",
    "schedule_as_xml",
    "schedule_ics",
    "session",
    "sessions_csv",
    "speaker",
    "speakers",
    "timetable",
]
