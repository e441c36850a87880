"""Seats of one place that came to overlap, by a release; and what their person speaks in at that time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone

from programme.models import ReleasedSession
from registration.models import Booking, BookingRules, Registration

Status = Booking.Status


def settle_clashes(place_ids: Iterable[int]) -> set[int]:
    """Marks the standing seats that overlap another of the same place, and unmarks those that no longer do.

    A seat also clashes with a session in which its person speaks. The caller holds the locks, and has deferred
    the exclusion constraint where two may overlap for a moment. The places with a clash that was not there before.
    """
    place_ids = set(place_ids)
    standing = (
        Booking.objects.standing()
        .filter(place_id__in=place_ids)
        .select_related("place__edition")
        .order_by("place_id", "during")
    )
    speaking = spoken_sessions(place_ids)
    changed, places = [], set()
    for place_id, group in groupby(standing, key=lambda booking: booking.place_id):
        bookings = list(group)
        for booking in bookings:
            is_clash = any(map(booking.overlaps, bookings)) or any(
                overlap(booking, released) for released in speaking.get(place_id, [])
            )
            wanted = Status.CLASH if is_clash else Status.ACTIVE
            if booking.status == wanted:
                if is_clash and (booking.clash_until is None or booking.clash_until > booking.during.lower):
                    booking.clash_until = booking.during.lower  # it begins earlier now
                    changed.append(booking)
                continue
            booking.status, booking.changed_at = wanted, timezone.now()
            booking.clash_until = _deadline(booking) if is_clash else None
            changed.append(booking)
            if is_clash:
                places.add(place_id)
    if changed:
        Booking.objects.bulk_update(changed, ["status", "changed_at", "clash_until"])
    return places


def overlap(booking: Booking, released: ReleasedSession) -> bool:
    """Whether a seat is at the time of another session."""
    return (
        booking.session_id != released.pk
        and booking.during.lower < released.ends_at
        and released.starts_at < booking.during.upper
    )


def spoken_sessions(place_ids: Iterable[int]) -> dict[int, list[ReleasedSession]]:
    """For each place whose person speaks: the released sessions in which they do, those cancelled left out."""
    speakers = dict(
        Registration.objects.live()
        .filter(place_id__in=list(place_ids), speaker__isnull=False)
        .values_list("place_id", "speaker")
    )
    if not speakers:
        return {}
    editions = Registration.objects.filter(place_id__in=list(speakers)).values("edition")
    rows = list(
        ReleasedSession.objects.filter(
            edition__in=editions, status=ReleasedSession.Status.CONFIRMED
        ).select_related("edition")
    )
    return {
        place_id: [row for row in rows if any(part["speaker"] == speaker for part in row.appearances)]
        for place_id, speaker in speakers.items()
    }


def _deadline(booking: Booking) -> datetime:
    """Until when the person chooses; never beyond the beginning of the session."""
    rules = BookingRules.of(booking.place.edition)
    return min(timezone.now() + timedelta(hours=rules.clash_hours), booking.during.lower)
