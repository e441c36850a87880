"""What search engines read of a session, an edition and its programme: schema.org, as JSON-LD.

It says what the page says, and names those whom the page names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from efus_conference.linked_data import SCHEMA, Facts
from efus_conference.mail import site_address
from efus_conference.models import Edition
from programme.calendars import location_of
from programme.languages import reader
from programme.models import ReleaseChange, ReleasedSession
from programme.wording import PersonLine, SessionLine


def session_facts(row: ReleasedSession, edition: Edition, people: Iterable[PersonLine]) -> Facts:
    """One query where the session was moved, else none; the edition has been read with its hosts."""
    start = row.starts_at.astimezone(edition.zone)
    before = None if row.is_cancelled else _planned_before(row)
    status = "EventCancelled" if row.is_cancelled else "EventRescheduled" if before else "EventScheduled"
    facts = {
        "@context": SCHEMA,
        "@type": "Event",
        "identifier": row.session.guid.urn,
        "url": site_address(reverse("programme:session", args=[edition.slug, row.session.code])),
        "name": row.title,
        "description": row.text("abstract") or row.text("subtitle"),
        "startDate": start.isoformat(timespec="seconds"),
        "endDate": row.ends_at.astimezone(edition.zone).isoformat(timespec="seconds"),
        "previousStartDate": before.astimezone(edition.zone).isoformat(timespec="seconds") if before else "",
        "eventStatus": f"{SCHEMA}/{status}",
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "inLanguage": list(dict.fromkeys([*row.floor_languages, *row.interpretation_languages])),
        "location": _place(location_of(row) or edition.place, edition),
        "image": _card("session_card", edition, row.session.code),
        "performer": [
            {"@type": "Person", "name": person.name, "url": site_address(person.url)} for person in people
        ],
        "superEvent": _edition(edition),
    }
    return _said(facts)


def edition_facts(edition: Edition, sessions: Sequence[SessionLine] = ()) -> Facts:
    """An edition, with its sessions where a page has them."""
    facts = {
        "@context": SCHEMA,
        **_edition(edition),
        "description": edition.summary or edition.theme,
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "image": _card("edition_card", edition),
        "organizer": {
            "@type": "Organization",
            "name": _("European Forum for Urban Security"),
            "url": "https://efus.eu",
        },
        "subEvent": [_line(line) for line in sessions],
    }
    return _said(facts)


def _edition(edition: Edition) -> Facts:
    return _said(
        {
            "@type": "Event",
            "name": f"{_('Security, Democracy & Cities')}, {edition.name}",
            "url": site_address(edition.get_absolute_url()),
            "startDate": edition.starts_on.isoformat() if edition.starts_on else "",
            "endDate": edition.ends_on.isoformat() if edition.ends_on else "",
            "eventStatus": f"{SCHEMA}/EventScheduled",
            "location": _place(edition.venue or edition.place, edition),
        }
    )


def _line(line: SessionLine) -> Facts:
    status = "EventCancelled" if line.is_cancelled else "EventScheduled"
    return {
        "@type": "Event",
        "name": line.title,
        "url": site_address(line.url),
        "startDate": line.starts_iso,
        "endDate": line.ends_iso,
        "eventStatus": f"{SCHEMA}/{status}",
        "location": {"@type": "Place", "name": line.room or location_of(line.row)},
    }


def _place(name: str, edition: Edition) -> Facts:
    countries = [host.organisation.country for host in edition.main_hosts]
    address = {
        "@type": "PostalAddress",
        "addressLocality": edition.place,
        "addressCountry": countries[0] if countries else "",
    }
    return {"@type": "Place", "name": name, "address": _said(address)}


def _planned_before(row: ReleasedSession) -> datetime | None:
    """When it was to begin before its time was last changed; None where it never was."""
    if row.sequence == 0:
        return None
    moves = row.session.changes.filter(kind=ReleaseChange.Kind.MOVED).order_by("-release__number")
    for move in moves:
        before, after = (facts["during"][0] for facts in (move.before, move.after))
        if before != after:
            return datetime.fromisoformat(before)
    return None


def _card(name: str, edition: Edition, *code: str) -> str:
    address = site_address(reverse(f"programme_machine:{name}", args=[edition.slug, *code]))
    return f"{address}?lang={reader()}"


def _said(facts: Facts) -> Facts:
    """Without what is not known: an empty value would say that there is none."""
    return {key: value for key, value in facts.items() if value not in ("", [], None)}
