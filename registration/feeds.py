"""The private calendar of one registration (RFC 5545)."""

from __future__ import annotations

from datetime import UTC

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Event

from programme.calendars import UID_DOMAIN, calendar, event_for
from registration.agenda import AgendaEntry, entries_of
from registration.models import Registration


def agenda_calendar(registration: Registration) -> bytes:
    """The whole agenda, in the current language; the same bytes until something changes."""
    name = _("%(conference)s: %(person)s") % {
        "conference": registration.edition.name,
        "person": registration.name,
    }
    return calendar(name, [_event(entry, registration) for entry in entries_of(registration)])


def _event(entry: AgendaEntry, registration: Registration) -> Event:
    """A seat blocks the time, and so does a session one speaks in; a star only pencils it in.

    So does a wait and an offer: no seat is theirs yet. A cancelled session stays, marked so.
    """
    event = event_for(
        entry.released,
        language=get_language() or "en",
        status="CONFIRMED" if entry.is_fixed else "TENTATIVE",
        transparency="OPAQUE" if entry.is_fixed else "TRANSPARENT",
    )
    # Its own, so that a calendar that holds two people's agendas, or the public feed too, keeps them apart.
    event["uid"] = f"{entry.released.session.guid}-{registration.pk}@{UID_DOMAIN}"
    for name in ("dtstamp", "last-modified"):
        event.pop(name)
        event.add(name, entry.changed_at.astimezone(UTC))
    return event
