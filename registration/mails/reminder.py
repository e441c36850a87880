"""The reminder before the conference: what is booked, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils import timezone, translation

from efus_conference.mail import Letter, composes, site_address
from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.actions.clashes import spoken_sessions
from registration.asking import unanswered
from registration.mails.letters import conference_days, facts, letters, read
from registration.models import Booking, IdentityDocument, Registration
from registration.times import spoken_clock, spoken_day


@dataclass(frozen=True)
class Line:
    """One session of the agenda: “09:30 to 11:00”, its title and where it is."""

    starts: str
    ends: str
    title: str
    where: str
    is_clash: bool
    is_spoken: bool


@dataclass(frozen=True)
class Missing:
    """An identity document that a secured visit waits for."""

    title: str
    until: str
    url: str


@composes("registration/reminder")
def reminder(registration_id: int) -> list[Letter]:
    """Nothing for who takes part no more, nor once the conference is over."""
    registration = read(registration_id)
    if registration is None or not registration.is_confirmed or registration.edition.phase() == "over":
        return []
    with translation.override(registration.language):
        bookings = {
            booking.session_id: booking
            for booking in Booking.objects.standing().filter(place_id=registration.place_id)
        }
        spoken = {row.pk for row in spoken_sessions([registration.place_id]).get(registration.place_id, [])}
        rows = list(
            ReleasedSession.objects.filter(
                pk__in={*bookings, *spoken}, status=ReleasedSession.Status.CONFIRMED
            )
            .select_related("session", "room")
            .order_by("during__startswith", "pk")
        )
        context = {
            **facts(registration),
            "agenda": [
                (day, [_line(registration, row, bookings, spoken) for row in group])
                for day, group in groupby(
                    rows, key=lambda row: spoken_day(row.starts_at, registration.edition.zone)
                )
            ],
            "has_clash": any(booking.status == Booking.Status.CLASH for booking in bookings.values()),
            "missing": _missing(registration, rows, bookings),
            # How many, never which: what is asked tells of needs, and copies of mails are kept.
            "unanswered": len(unanswered(registration, only_required=True)),
            "questions_url": site_address(reverse("registration:questions", args=[registration.pk])),
        }
        attachments = conference_days(registration)
    return letters(registration, context, attachments)


def _line(
    registration: Registration, row: ReleasedSession, bookings: dict[int, Booking], spoken: set[int]
) -> Line:
    zone, booking = registration.edition.zone, bookings.get(row.pk)
    return Line(
        starts=spoken_clock(row.starts_at, zone),
        ends=spoken_clock(row.ends_at, zone),
        title=row.title,
        where=row.room.name if row.room else row.text("meeting_point"),
        is_clash=booking is not None and booking.status == Booking.Status.CLASH,
        is_spoken=row.pk in spoken,
    )


def _missing(
    registration: Registration, rows: list[ReleasedSession], bookings: dict[int, Booking]
) -> list[Missing]:
    given = set(
        IdentityDocument.objects.filter(registration=registration).values_list("booking_id", flat=True)
    )
    return [
        Missing(
            row.title,
            moment_at(row.identity_by, registration.edition),
            site_address(
                f"{reverse('registration:identity', args=[row.session.code])}?registration={registration.pk}"
            ),
        )
        for row in rows
        if row.identity_by is not None
        and row.identity_by > timezone.now()
        and row.pk in bookings
        and bookings[row.pk].pk not in given
    ]
