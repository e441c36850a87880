"""The mails to those who take part, to whom and in the language their registration says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Event
from procrastinate.contrib.django import app

from efus_conference.mail import Letter, composes, site_address
from efus_conference.models.organisations import country_name
from efus_conference.templatetags.dates import days_of, moment_at
from programme.calendars import UID_DOMAIN, calendar
from programme.models import Release, ReleaseChange, ReleasedSession, Room
from registration.actions import forget_identities, remind_of_identities
from registration.agenda import entries_of
from registration.models import Booking, IdentityDocument, Registration, Star
from registration.times import spoken_span

Kind = ReleaseChange.Kind


@composes("registration/confirmation")
def confirmation(registration_id: int) -> Iterable[Letter]:
    registration = _read(registration_id)
    with translation.override(registration.language):
        attachments = _conference_days(registration)
        context = _facts(registration)
    return _letters(registration, context, attachments)


@composes("registration/changed")
def changed(registration_id: int) -> Iterable[Letter]:
    registration = _read(registration_id)
    with translation.override(registration.language):
        context = _facts(registration)
    return _letters(registration, context)


@composes("registration/cancelled")
def cancelled(registration_id: int) -> Iterable[Letter]:
    registration = _read(registration_id)
    with translation.override(registration.language):
        context = _facts(registration)
    return _letters(registration, context)


@composes("registration/release_digest")
def release_digest(registration_id: int, release_id: int) -> Iterable[Letter]:
    """What a release changed for one person; nothing when nothing of it concerns them any more."""
    registration = _read(registration_id)
    if not registration.is_live:
        return []
    with translation.override(registration.language):
        changes = _changes_for(registration, Release.objects.get(pk=release_id))
        if not changes:
            return []
        context = {
            **_facts(registration),
            "changes": changes,
            "clashes": [entry.released.title for entry in entries_of(registration) if entry.is_clash],
        }
    return _letters(registration, context)


@composes("registration/identity_reminder")
def identity_reminder(booking_id: int) -> Iterable[Letter]:
    """That a secured visit still waits for a document; nothing when it came meanwhile, or is asked no more."""
    booking = Booking.objects.select_related("session").get(pk=booking_id)
    released = (
        ReleasedSession.objects.select_related("edition", "session").filter(pk=booking.session_id).first()
    )
    holder = Registration.objects.live().filter(place_id=booking.place_id).first()
    is_given = IdentityDocument.objects.filter(booking=booking).exists()
    if holder is None or booking.status not in Booking.STANDING or is_given:
        return []
    if released is None or released.identity_by is None or released.identity_by <= timezone.now():
        return []
    registration = _read(holder.pk)
    with translation.override(registration.language):
        address = reverse("registration:identity", args=[booking.session.code])
        context = {
            **_facts(registration),
            "title": released.title,
            "when": spoken_span(released.starts_at, released.ends_at, released.edition.zone),
            "deadline": moment_at(released.identity_by, released.edition),
            "identity_url": site_address(f"{address}?registration={registration.pk}"),
        }
    return _letters(registration, context)


@app.periodic(cron="7 * * * *")
@app.task(name="registration.remind_of_identities", queue="mail", queueing_lock="remind_of_identities")
def remind(timestamp: int) -> None:
    remind_of_identities(at=timezone.now())


@app.periodic(cron="23 3 * * *")
@app.task(name="registration.forget_identities", queue="mail", queueing_lock="forget_identities")
def forget(timestamp: int) -> None:
    forget_identities(at=timezone.now())


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


def _read(registration_id: int) -> Registration:
    return Registration.objects.select_related("edition", "category", "managed_by", "organisation").get(
        pk=registration_id
    )


def _facts(registration: Registration) -> dict[str, Any]:
    """What every template may say of the registration; call it in the mail's language."""
    edition = registration.edition
    return {
        "registration": registration,
        "edition": edition,
        "edition_name": edition.name,
        "days": days_of(edition),
        "category": registration.category.name,
        "country": country_name(registration.country),
        "is_on_behalf": not registration.is_own,
        "keeper": str(registration.managed_by),
        "registration_url": site_address(registration.get_absolute_url()),
        "agenda_url": site_address(f"{reverse('registration:agenda')}?registration={registration.pk}"),
        "programme_url": site_address(reverse("programme:timetable", args=[edition.slug])),
        "register_url": site_address(reverse("registration:register")),
    }


def _conference_days(registration: Registration) -> tuple[tuple[str, bytes, str], ...]:
    """The days of the conference as a calendar file; none while they are not known."""
    edition = registration.edition
    if edition.starts_on is None or edition.ends_on is None:
        return ()
    event = Event()
    event.add("uid", f"edition-{edition.number}-{registration.pk}@{UID_DOMAIN}")
    event.add("dtstamp", registration.submitted_at.astimezone(UTC))
    event.add("dtstart", edition.starts_on)
    event.add("dtend", edition.ends_on + timedelta(days=1))  # exclusive (RFC 5545, 3.6.1)
    event.add("summary", edition.name)
    event.add("transp", "TRANSPARENT")
    if where := ", ".join(part for part in (edition.venue, edition.place) if part):
        event.add("location", where)
    event.add("url", site_address(registration.get_absolute_url()))
    return (("conference.ics", calendar(edition.name, [event]), "text/calendar"),)


def _letters(
    registration: Registration, context: dict[str, Any], attachments: tuple[tuple[str, bytes, str], ...] = ()
) -> list[Letter]:
    keeper = registration.managed_by
    return [
        Letter(
            to=address,
            language=registration.language,
            context=context,
            attachments=attachments,
            user_id=keeper.pk if address == keeper.email else None,
        )
        for address in registration.recipients()
    ]
