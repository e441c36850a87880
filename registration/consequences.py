"""What a release would mean for those who have a seat or a star, told before it: hooks for `programme`."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count
from django.utils.translation import ngettext

from programme.release_hooks import (
    Concern,
    Consequences,
    ReleaseWarning,
    SessionChange,
    SessionConsequences,
)
from registration.changes import readers_of
from registration.models import Booking
from registration.releases import is_cancelled, is_moved


def consequences(changes: Sequence[SessionChange]) -> Consequences:
    """For each session of whose change a digest would tell: its seats, its clashes to come and the mails."""
    readers = readers_of(changes)
    told = [change for change in changes if change.after.session_id in readers]
    if not told:
        return Consequences()
    counts, overlaps = _standing(list(readers)), _overlaps_to_come(changes)
    of_sessions = {}
    for change in told:
        session_id = change.after.session_id
        seats = counts.get(session_id, 0)
        of_sessions[session_id] = SessionConsequences(
            seats_that_move=seats if is_moved(change) else 0,
            seats_that_end=seats if is_cancelled(change) else 0,
            people_in_two_places=overlaps.get(session_id, 0),
            mails=len(readers[session_id]),
        )
    return Consequences(of_sessions, mails=len(set().union(*readers.values())))


def warn_of_seats(changes: Sequence[SessionChange]) -> list[ReleaseWarning]:
    """Who would sit in two places, and which room is too small for the seats booked in its session."""
    counts = _standing([change.after.session_id for change in changes if not change.after.is_cancelled])
    overlaps = _overlaps_to_come(changes)
    warnings = []
    for change in changes:
        row = change.after
        if count := overlaps.get(row.session_id, 0):
            sentence = ngettext(
                "%(count)d person with a seat in “%(title)s” would have another one at the same time.",
                "%(count)d people with a seat in “%(title)s” would have another one at the same time.",
                count,
            )
            facts = {"title": row.title, "count": count}
            warnings.append(ReleaseWarning(sentence % facts, row.session_id, Concern.SEATS))
        booked = counts.get(row.session_id, 0)
        if row.room is not None and row.room.seats is not None and booked > row.room.seats:
            sentence = ngettext(
                "%(count)d seat is booked in “%(title)s”, and %(room)s has %(seats)d.",
                "%(count)d seats are booked in “%(title)s”, and %(room)s has %(seats)d.",
                booked,
            )
            facts = {"title": row.title, "count": booked, "room": row.room, "seats": row.room.seats}
            warnings.append(ReleaseWarning(sentence % facts, row.session_id, Concern.SEATS))
    return warnings


def _standing(session_ids: Sequence[int]) -> dict[int, int]:
    bookings = Booking.objects.standing().filter(session_id__in=session_ids)
    return dict(bookings.order_by().values_list("session_id").annotate(Count("pk")))


def _overlaps_to_come(changes: Sequence[SessionChange]) -> dict[int, int]:
    """For each session that moves: how many of its seats would overlap another of the same place."""
    after = {change.after.session_id: change.after for change in changes}
    moving = {change.after.session_id for change in changes if is_moved(change)}
    places = Booking.objects.standing().filter(session_id__in=moving).values("place_id")
    seats: dict[int, list[Booking]] = {}
    for booking in Booking.objects.standing().filter(place_id__in=places):
        if (released := after.get(booking.session_id)) is not None:
            if released.is_cancelled:
                continue
            booking.during = released.during
        seats.setdefault(booking.place_id, []).append(booking)
    counts: dict[int, int] = {}
    for bookings in seats.values():
        for booking in bookings:
            if booking.session_id in moving and any(booking.overlaps(other) for other in bookings):
                counts[booking.session_id] = counts.get(booking.session_id, 0) + 1
    return counts
