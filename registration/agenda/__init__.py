"""What one registration has before it: its seats, waits and stars, put beside what is released."""

from registration.agenda.choices import Choice, choices_for
from registration.agenda.entries import AgendaEntry, entries, entries_of
from registration.agenda.matters import Clash, Offer, clashes_of, offers_of
from registration.agenda.people import Company
from registration.agenda.standing import Seats, Standing, standing_of
from registration.agenda.timetable import AgendaDay, days_of

__all__ = [
    "AgendaDay",
    "AgendaEntry",
    "Choice",
    "Clash",
    "Company",
    "Offer",
    "Seats",
    "Standing",
    "choices_for",
    "clashes_of",
    "days_of",
    "entries",
    "entries_of",
    "offers_of",
    "standing_of",
]
