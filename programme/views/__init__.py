from programme.views.changes import changes
from programme.views.feeds import schedule_ics
from programme.views.sessions import session
from programme.views.speakers import portrait, speaker, speakers
from programme.views.timetable import timetable

__all__ = ["changes", "portrait", "schedule_ics", "session", "speaker", "speakers", "timetable"]
