"""What a release changed for one person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from efus_conference.mail import Letter, composes, site_address
from programme.models import Release, ReleaseChange, ReleasedSession, Room
from registration.agenda import entries_of
from registration.mails.letters import facts, letters, read
from registration.models import Booking, Registration, Star
from registration.times import spoken_span

Kind = ReleaseChange.Kind


@composes("registration/release_digest")
def release_digest(registration_id: int, release_id: int) -> Iterable[Letter]:
    """What a release changed for one person; nothing when nothing of it concerns them any more."""
    registration = read(registration_id)
    if registration is None or not registration.is_live:
        return []
    with translation.override(registration.language):
        changes = _changes_for(registration, Release.objects.get(pk=release_id))
        if not changes:
            return []
        context = {
            **facts(registration),
            "changes": changes,
            "clashes": [entry.released.title for entry in entries_of(registration) if entry.is_clash],
        }
    return letters(registration, context)


@dataclass(frozen=True)
class ChangeForYou:
    """One session's change; old time and place are empty where they stayed."""

    title: str
    is_cancelled: bool
    is_restored: bool
    had_seat: bool
    has_seat: bool
    before: str
    after: str
    url: str


def _changes_for(registration: Registration, release: Release) -> list[ChangeForYou]:
    seats = _seats(registration)
    starred = Star.objects.filter(registration=registration).values_list("session_id", flat=True)
    concerning = release.changes.filter(
        kind__in=[Kind.MOVED, Kind.CANCELLED, Kind.RESTORED], session__in={*starred, *seats}
    )
    changes = list(concerning.select_related("session"))
    released = {
        row.pk: row
        for row in ReleasedSession.objects.select_related("session", "edition").filter(
            pk__in=[change.session_id for change in changes]
        )
    }
    rooms = Room.objects.in_bulk(
        {facts.get("room") for c in changes for facts in (c.before, c.after)} - {None}
    )
    return [
        ChangeForYou(
            title=released[change.session_id].title,
            is_cancelled=change.kind == Kind.CANCELLED,
            is_restored=change.kind == Kind.RESTORED,
            had_seat=change.session_id in seats,
            has_seat=seats.get(change.session_id) in Booking.STANDING,
            before=_when_and_where(change.before, rooms, registration),
            after=_when_and_where(change.after, rooms, registration),
            url=site_address(reverse("registration:my_session", args=[change.session.code])),
        )
        for change in changes
    ]


def _seats(registration: Registration) -> dict[int, str]:
    """The state of the last seat in each session, given-up ones left out."""
    bookings = Booking.objects.filter(place_id=registration.place_id).exclude(status=Booking.Status.GIVEN_UP)
    return dict(bookings.order_by("pk").values_list("session_id", "status"))


def _when_and_where(facts: dict[str, Any], rooms: dict[int, Room], registration: Registration) -> str:
    starts_at, ends_at = (datetime.fromisoformat(moment) for moment in facts["during"])
    when = spoken_span(starts_at, ends_at, registration.edition.zone)
    room = rooms.get(facts.get("room") or 0)
    if room is None:
        return when
    return _("%(when)s, %(room)s") % {"when": when, "room": room.name}
