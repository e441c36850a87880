"""iCalendar (RFC 5545, with the names of RFC 7986): the public feed here, the private one in the registration.

Two calls on the same rows give the same bytes: DTSTAMP and LAST-MODIFIED are the last release that changed a
session, so that an ETag holds until something changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from efus_conference.mail import site_address
from programme.languages import interpretation_sentence
from programme.models import ReleasedSession, SessionKind

REFRESH = timedelta(hours=1)
# A calendar knows an event by this for ever, so it must outlive every host name of the site.
UID_DOMAIN = "security-democracy-cities"
# The names of CSS (RFC 7986, 5.9) that come nearest to the look's colours of the kinds.
COLOURS: dict[str, str] = {
    SessionKind.Colour.PLENARY: "midnightblue",
    SessionKind.Colour.WORKSHOP: "darkcyan",
    SessionKind.Colour.FOCUS: "purple",
    SessionKind.Colour.VISIT: "darkgoldenrod",
    SessionKind.Colour.QUIET: "dimgray",
}

# The European Union's summer time: it begins and ends everywhere at 01:00 UTC, on the last Sunday of March and
# of October (Directive 2000/84/EC; the months since 1996). Offset from UTC in winter, names, and the zones.
_RULES = (
    (0, "WET", "WEST", ("Europe/Lisbon", "Atlantic/Canary")),
    (0, "GMT", "BST", ("Europe/London",)),
    (
        1,
        "CET",
        "CEST",
        (
            "Europe/Amsterdam", "Europe/Andorra", "Europe/Belgrade", "Europe/Berlin", "Europe/Bratislava",
            "Europe/Brussels", "Europe/Budapest", "Europe/Copenhagen", "Europe/Ljubljana", "Europe/Luxembourg",
            "Europe/Madrid", "Europe/Malta", "Europe/Monaco", "Europe/Oslo", "Europe/Paris", "Europe/Prague",
            "Europe/Rome", "Europe/Sarajevo", "Europe/Skopje", "Europe/Stockholm", "Europe/Tirane",
            "Europe/Vienna", "Europe/Warsaw", "Europe/Zagreb", "Europe/Zurich",
        ),
    ),
    (
        2,
        "EET",
        "EEST",
        (
            "Asia/Nicosia", "Europe/Athens", "Europe/Bucharest", "Europe/Helsinki", "Europe/Kyiv",
            "Europe/Riga", "Europe/Sofia", "Europe/Tallinn", "Europe/Vilnius",
        ),
    ),
)  # fmt: skip
_VTIMEZONE = """BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:DAYLIGHT
DTSTART:19960331T{start:02}0000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:{summer}
TZOFFSETFROM:+{winter_offset:02}00
TZOFFSETTO:+{summer_offset:02}00
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T{end:02}0000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:{winter}
TZOFFSETFROM:+{summer_offset:02}00
TZOFFSETTO:+{winter_offset:02}00
END:STANDARD
END:VTIMEZONE
"""
VTIMEZONES = {
    zone: _VTIMEZONE.format(
        zone=zone,
        start=offset + 1,
        end=offset + 2,
        winter_offset=offset,
        summer_offset=offset + 1,
        winter=winter,
        summer=summer,
    )
    for offset, winter, summer, zones in _RULES
    for zone in zones
}


def event_for(
    released: ReleasedSession,
    *,
    language: str,
    status: Literal["CONFIRMED", "TENTATIVE"] = "CONFIRMED",
    transparency: Literal["OPAQUE", "TRANSPARENT"] = "OPAQUE",
    themes: Mapping[int, str] | None = None,
) -> Event:
    """A released session as VEVENT, in a language. A cancelled one is CANCELLED whatever `status` says.

    The caller has read the session, its kind, room (with its venue) and edition with it, and says what its
    themes are called where they shall be among the categories.
    """
    event = Event()
    with translation.override(language):
        title = released.title
        event.add("uid", f"{released.session.guid}@{UID_DOMAIN}")
        event.add("sequence", released.sequence)
        event.add("dtstamp", released.changed_at.astimezone(UTC))
        event.add("last-modified", released.changed_at.astimezone(UTC))
        event.add("dtstart", _at_the_venue(released.starts_at, released.edition.timezone))
        event.add("dtend", _at_the_venue(released.ends_at, released.edition.timezone))
        event.add("status", "CANCELLED" if released.is_cancelled else status)
        event.add("transp", "TRANSPARENT" if released.is_cancelled else transparency)
        # Many programs show a cancelled event of a subscribed calendar like any other.
        event.add("summary", _("Cancelled: %(title)s") % {"title": title} if released.is_cancelled else title)
        if place := location_of(released):
            event.add("location", place)
        if description := _description(released):
            event.add("description", description)
        names = themes or {}
        event.add(
            "categories",
            [released.kind.name, *sorted(names[key] for key in released.theme_ids if key in names)],
        )
        event.add("color", COLOURS.get(released.kind.colour, COLOURS[SessionKind.Colour.QUIET]))
        event.add("url", site_address(released.get_absolute_url()))
    return event


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """A whole calendar, with the time zones its events use."""
    events = list(events)
    made = Calendar()
    made.add("prodid", "-//Efus//Security, Democracy & Cities//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("color", "midnightblue")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    used = {value.params["TZID"] for event in events for value in (event["DTSTART"], event["DTEND"])
            if "TZID" in value.params}  # fmt: skip
    for zone in sorted(used):
        made.add_component(Timezone.from_ical(VTIMEZONES[zone]))
    for event in events:
        made.add_component(event)
    content: bytes = made.to_ical()
    return content


def _at_the_venue(moment: datetime, zone: str) -> datetime:
    """In the venue's zone where we have its rules as text, else in UTC."""
    return moment.astimezone(ZoneInfo(zone) if zone in VTIMEZONES else UTC)


def location_of(released: ReleasedSession) -> str:
    """A room with its venue and street; of what takes place elsewhere, the meeting point. Each part once."""
    room, meeting_point = released.room, released.text("meeting_point")
    if room is None or (meeting_point and released.kind.colour == SessionKind.Colour.VISIT):
        return meeting_point
    if room.venue:
        parts = [room.name, room.venue.name, room.address or room.venue.address]
    else:
        parts = [room.name, room.address or released.edition.venue]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _description(released: ReleasedSession) -> str:
    parts = [
        released.text("subtitle"),
        released.text("abstract"),
        interpretation_sentence(released),
        _departure_and_return(released),
        *(released.text(name) for name in ("how_to_get_there", "accessibility", "what_to_bring")),
    ]
    return "\n\n".join(part for part in parts if part)


def _departure_and_return(released: ReleasedSession) -> str:
    """“Departure at 14:15, return by 17:30.”, by the clocks of the place."""
    zone = released.edition.zone
    departs, returns = (
        f"{moment.astimezone(zone):%H:%M}" if moment else ""
        for moment in (released.departs_at, released.returns_at)
    )
    if departs and returns:
        return _("Departure at %(departs)s, return by %(returns)s.") % {
            "departs": departs,
            "returns": returns,
        }
    if departs:
        return _("Departure at %(departs)s.") % {"departs": departs}
    return _("Return by %(returns)s.") % {"returns": returns} if returns else ""
