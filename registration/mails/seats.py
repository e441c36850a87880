"""The mails about seats: offered, expired, a list that closed, two seats at one time, an identity document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation

from efus_conference.mail import Letter, composes, site_address
from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.actions.clashes import overlap, spoken_sessions
from registration.mails.letters import Addressee, addressee_of, facts, letters, read
from registration.models import Booking, IdentityDocument, Registration, Wait
from registration.times import spoken_span


@dataclass(frozen=True)
class SessionForYou:
    """One session as a mail names it, in the mail's language."""

    title: str
    when: str
    where: str
    url: str


@composes("registration/seat_offer")
def seat_offer(wait_id: int) -> list[Letter]:
    """The seat, until when it is kept, and what one would give up for it; nothing once it is offered no more."""
    wait = _wait(wait_id, Wait.Status.OFFERED)
    if wait is None or wait.offer_until is None or wait.offer_until <= timezone.now():
        return []
    released, to = _released(wait.session_id), addressee_of(wait.place_id)
    if released is None or to is None or released.is_cancelled:
        return []
    with translation.override(to.language):
        overlapping = Booking.objects.standing().filter(
            place_id=wait.place_id, during__overlap=released.during
        )
        context = {
            **_about(to, released),
            "until": moment_at(wait.offer_until, to.edition),
            "overlaps": [
                _for_you(to, row) for row in _rows(overlapping.values_list("session_id", flat=True))
            ],
            "is_wheelchair": wait.is_wheelchair,
        }
    return to.letters(context)


@composes("registration/seat_expired")
def seat_expired(wait_id: int) -> list[Letter]:
    return _wait_ended(wait_id, Wait.Status.EXPIRED)


@composes("registration/list_closed")
def list_closed(wait_id: int) -> list[Letter]:
    return _wait_ended(wait_id, Wait.Status.CUT_OFF)


@composes("registration/clash")
def clash(registration_id: int) -> list[Letter]:
    """The seats at one time, until when to choose, and which stay if nobody does; nothing once it is settled."""
    registration = read(registration_id)
    if registration is None or not registration.is_live:
        return []
    bookings = list(
        Booking.objects.filter(place_id=registration.place_id, status=Booking.Status.CLASH).order_by(
            "booked_at", "pk"
        )
    )
    to = addressee_of(registration.place_id)
    if not bookings or to is None:
        return []
    speaking = [
        row
        for row in spoken_sessions([registration.place_id]).get(registration.place_id, [])
        if any(overlap(booking, row) for booking in bookings)
    ]
    stays: list[int] = []
    for booking in bookings:  # the earlier booked first: so the deadline decides
        beside = [other for other in bookings if other.session_id in stays]
        if not any(map(booking.overlaps, beside)) and not any(overlap(booking, row) for row in speaking):
            stays.append(booking.session_id)
    deadlines = [booking.clash_until for booking in bookings if booking.clash_until]
    with translation.override(registration.language):
        rows = _rows([*(booking.session_id for booking in bookings), *(row.pk for row in speaking)])
        spoken = {row.pk for row in speaking}
        context = {
            **facts(registration),
            "seats": [
                {"session": _for_you(to, row), "stays": row.pk in stays, "is_spoken": row.pk in spoken}
                for row in rows
            ],
            "until": moment_at(min(deadlines), registration.edition) if deadlines else "",
        }
    return letters(registration, context)


@composes("registration/clash_settled")
def clash_settled(booking_id: int) -> list[Letter]:
    """Which seat went and which stays; nothing when it was booked anew since."""
    booking = Booking.objects.filter(pk=booking_id, status=Booking.Status.GIVEN_UP).first()
    released = _released(booking.session_id) if booking else None
    to = addressee_of(booking.place_id) if booking else None
    if booking is None or released is None or to is None:
        return []
    standing = Booking.objects.standing().filter(place_id=booking.place_id)
    if standing.filter(session_id=booking.session_id).exists():
        return []
    with translation.override(to.language):
        beside = standing.filter(during__overlap=booking.during).values_list("session_id", flat=True)
        spoken = spoken_sessions([booking.place_id]).get(booking.place_id, [])
        others = [*beside, *(row.pk for row in spoken if overlap(booking, row))]
        kept = [_for_you(to, row) for row in _rows(others)]
        context = {**_about(to, released), "kept": kept}
    return to.letters(context)


@composes("registration/identity_reminder")
def identity_reminder(booking_id: int) -> list[Letter]:
    """That a secured visit still waits for a document; nothing when it came meanwhile, or is asked no more."""
    booking = Booking.objects.select_related("session").get(pk=booking_id)
    released = _released(booking.session_id)
    holder = Registration.objects.live().filter(place_id=booking.place_id).first()
    is_given = IdentityDocument.objects.filter(booking=booking).exists()
    if holder is None or booking.status not in Booking.STANDING or is_given:
        return []
    if released is None or released.identity_by is None or released.identity_by <= timezone.now():
        return []
    registration = read(holder.pk)
    assert registration is not None
    with translation.override(registration.language):
        address = reverse("registration:identity", args=[booking.session.code])
        context = {
            **facts(registration),
            "title": released.title,
            "when": spoken_span(released.starts_at, released.ends_at, released.edition.zone),
            "deadline": moment_at(released.identity_by, released.edition),
            "identity_url": site_address(f"{address}?registration={registration.pk}"),
        }
    return letters(registration, context)


def _wait_ended(wait_id: int, status: str) -> list[Letter]:
    wait = _wait(wait_id, status)
    released = _released(wait.session_id) if wait else None
    to = addressee_of(wait.place_id) if wait else None
    if released is None or to is None:
        return []
    with translation.override(to.language):
        context = _about(to, released)
    return to.letters(context)


def _wait(wait_id: int, status: str) -> Wait | None:
    return Wait.objects.filter(pk=wait_id, status=status).first()


def _released(session_id: int) -> ReleasedSession | None:
    rows = ReleasedSession.objects.select_related("session", "edition", "room")
    return rows.filter(pk=session_id).first()


def _rows(session_ids: Iterable[int]) -> list[ReleasedSession]:
    rows = ReleasedSession.objects.select_related("session", "edition", "room")
    return list(rows.filter(pk__in=list(session_ids)).order_by("during__startswith", "pk"))


def _for_you(to: Addressee, row: ReleasedSession) -> SessionForYou:
    return SessionForYou(
        title=row.title,
        when=spoken_span(row.starts_at, row.ends_at, row.edition.zone),
        where=row.room.name if row.room else row.text("meeting_point"),
        url=to.page(reverse("registration:my_session", args=[row.session.code])),
    )


def _about(to: Addressee, row: ReleasedSession) -> dict[str, Any]:
    own = facts(to.registration) if to.registration else {}
    return {
        **own,
        "name": to.name,
        "edition": to.edition,
        "edition_name": to.edition.name,
        "session": _for_you(to, row),
        "agenda_url": to.page(reverse("registration:agenda")),
    }
