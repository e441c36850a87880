"""What one registration has before it: its seats and stars, put beside what is released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Q
from django.utils import timezone

from programme.models import ReleasedSession
from programme.places import PracticalMatters, practical_matters
from programme.wording import SessionLine, session_lines
from registration.identities import IdentityState, given, identity_state
from registration.models import Booking, Registration, Star


@dataclass(frozen=True)
class AgendaEntry:
    """One session of the agenda: starred, or with a seat that stands or was called off, or both."""

    released: ReleasedSession
    starred_at: datetime | None
    booking: Booking | None
    identity: IdentityState | None = None

    @property
    def is_booked(self) -> bool:
        return self.booking is not None and self.booking.status in Booking.STANDING

    @property
    def is_clash(self) -> bool:
        return self.booking is not None and self.booking.status == Booking.Status.CLASH

    @property
    def practical(self) -> PracticalMatters:
        """Where and when a visit sets off."""
        return practical_matters(self.released, self.released.edition)

    @property
    def changed_at(self) -> datetime:
        """The last revision of anything a calendar shows of it."""
        moments = [self.released.changed_at, self.starred_at, self.booking and self.booking.changed_at]
        return max(moment for moment in moments if moment)


@dataclass(frozen=True)
class AgendaDay:
    on: date
    name: str
    entries: list[AgendaEntry]
    lines: list[tuple[AgendaEntry, SessionLine]]


def entries_of(registration: Registration) -> list[AgendaEntry]:
    """In the order of time, in three queries; nothing when the registration was cancelled."""
    if not registration.is_live:
        return []
    stars = dict(Star.objects.filter(registration=registration).values_list("session_id", "starred_at"))
    # Of several of one session the last one counts: a seat given up or called off may be booked again.
    bookings = {
        booking.session_id: booking
        for booking in Booking.objects.filter(place_id=registration.place_id)
        .exclude(status=Booking.Status.GIVEN_UP)
        .order_by("pk")
    }
    released = ReleasedSession.objects.of(registration.edition).filter(pk__in={*stars, *bookings})
    for row in released:
        row.edition = registration.edition  # known already, and a query for each row otherwise
    documents = given([registration.pk], released)
    entries = [
        AgendaEntry(
            row,
            stars.get(row.pk),
            bookings.get(row.pk),
            identity_state(row, is_given=(registration.pk, row.pk) in documents),
        )
        for row in released
    ]
    # Called off and restored since: the seat is gone, only a star keeps the session here.
    return [entry for entry in entries if entry.is_booked or entry.starred_at or entry.released.is_cancelled]


def days_of(registration: Registration) -> list[AgendaDay]:
    zone = registration.edition.zone

    def day(entry: AgendaEntry) -> date:
        return timezone.localtime(entry.released.starts_at, zone).date()

    days = []
    for on, group in groupby(entries_of(registration), key=day):
        entries = list(group)
        lines = session_lines([entry.released for entry in entries], registration.edition)
        days.append(AgendaDay(on, lines[0].day, entries, list(zip(entries, lines, strict=True))))
    return days


@dataclass(frozen=True)
class Choice:
    """What one registration may do about one session."""

    registration: Registration
    is_starred: bool
    booking: Booking | None
    overlapped: list[ReleasedSession]
    identity: IdentityState | None = None

    @property
    def is_clash(self) -> bool:
        return self.booking is not None and self.booking.status == Booking.Status.CLASH


def choices_for(released: ReleasedSession, registrations: list[Registration]) -> list[Choice]:
    """In three queries, however many registrations."""
    starred = set(
        Star.objects.filter(session_id=released.pk, registration__in=registrations).values_list(
            "registration_id", flat=True
        )
    )
    bookings = list(
        Booking.objects.standing()
        .filter(Q(session_id=released.pk) | Q(during__overlap=released.during))
        .filter(place_id__in=[registration.place_id for registration in registrations])
    )
    others = {
        row.pk: row
        for row in ReleasedSession.objects.select_related("session", "edition").filter(
            pk__in={booking.session_id for booking in bookings} - {released.pk}
        )
    }
    documents = given([registration.pk for registration in registrations], [released])
    choices = []
    for registration in registrations:
        mine = [booking for booking in bookings if booking.place_id == registration.place_id]
        choices.append(
            Choice(
                registration,
                registration.pk in starred,
                next((booking for booking in mine if booking.session_id == released.pk), None),
                [others[booking.session_id] for booking in mine if booking.session_id in others],
                identity_state(released, is_given=(registration.pk, released.pk) in documents),
            )
        )
    return choices
