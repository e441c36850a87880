"""What a release would mean for those who have a seat or a star, told before it: hooks for `programme`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Count
from django.utils.translation import ngettext

from programme.release_hooks import (
    Concern,
    Consequences,
    ReleaseWarning,
    SessionChange,
    SessionConsequences,
)
from registration.models import Booking, Registration, Star
from registration.releases import is_cancelled, is_moved, is_restored


def consequences(changes: Sequence[SessionChange]) -> Consequences:
    """For each session that moves, ends or comes back: its seats, its clashes to come and the mails about it."""
    told = [change for change in changes if is_cancelled(change) or is_moved(change) or is_restored(change)]
    ids = [change.after.session_id for change in told]
    if not ids:
        return Consequences()
    counts, overlaps, readers = _standing(ids), _overlaps_to_come(changes), _readers(ids)
    of_sessions = {}
    for change in told:
        session_id = change.after.session_id
        seats = counts.get(session_id, 0)
        of_sessions[session_id] = SessionConsequences(
            seats_that_move=seats if is_moved(change) else 0,
            seats_that_end=seats if is_cancelled(change) else 0,
            people_in_two_places=overlaps.get(session_id, 0),
            mails=len(readers.get(session_id, set())),
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


def _readers(session_ids: Sequence[int]) -> Mapping[int, set[int]]:
    """For each session, the live registrations whose digest would tell of it."""
    live = Registration.objects.live().values("pk")
    pairs = [
        *Star.objects.filter(session_id__in=session_ids, registration__in=live).values_list(
            "session_id", "registration_id"
        ),
        *Registration.objects.live()
        .filter(
            place__bookings__session_id__in=session_ids,
            place__bookings__status__in=[*Booking.STANDING, Booking.Status.CALLED_OFF],
        )
        .order_by()
        .values_list("place__bookings__session_id", "pk"),
    ]
    readers = defaultdict(set)
    for session_id, registration_id in pairs:
        # A join of both conditions may yield the other sessions of the same place.
        if session_id in session_ids:
            readers[session_id].add(registration_id)
    return readers


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
