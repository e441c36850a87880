"""What a release of the programme means for those who have a seat or a star: hooks for `programme`."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from efus_conference.mail import queue
from programme.models import Release
from programme.release_hooks import SessionChange
from registration.actions.clashes import settle_clashes
from registration.actions.pools import take_back
from registration.actions.waits import end_waits, note
from registration.changes import note_changes
from registration.models import Booking, Registration, RegistrationEvent, SeatPool, Wait

Verb = RegistrationEvent.Verb
CONSTRAINT = "a_place_sits_in_one_session_at_a_time"


def is_cancelled(change: SessionChange) -> bool:
    return change.after.is_cancelled and not (change.before and change.before.is_cancelled)


def is_restored(change: SessionChange) -> bool:
    return bool(change.before and change.before.is_cancelled) and not change.after.is_cancelled


def is_moved(change: SessionChange) -> bool:
    """To another time or room. A cancelled session moves nobody."""
    if change.before is None or change.after.is_cancelled:
        return False
    return (change.before.during, change.before.room_id) != (change.after.during, change.after.room_id)


def carry_seats_along(release: Release, changes: Sequence[SessionChange]) -> None:
    """Bookings follow the session's new time; those of a cancelled one end; one mail each tells of it.

    Where two seats of one place come to overlap, both stay, marked as a clash and outside the constraint.
    """
    cancelled = [change for change in changes if is_cancelled(change)]
    moved = [change for change in changes if is_moved(change)]
    # All of the edition's pools: nobody books or gives up a seat until the release stands, so that two seats
    # cannot come to overlap unseen. A person's own lock is taken before a pool's, so none is taken here.
    list(SeatPool.objects.locked_of(release.edition))
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {CONSTRAINT} DEFERRED")
        places = _call_off(release, cancelled) | _move(release, moved) | _speaking(release)
        clashing = settle_clashes(places)
        cursor.execute(f"SET CONSTRAINTS {CONSTRAINT} IMMEDIATE")
    for registration in Registration.objects.live().filter(place_id__in=clashing).order_by("pk"):
        queue("registration/clash", registration_id=registration.pk)
    note_changes(release, changes)


def _call_off(release: Release, changes: Sequence[SessionChange]) -> set[int]:
    places: set[int] = set()
    for change in changes:
        session_id = change.after.session_id
        bookings = Booking.objects.standing().filter(session_id=session_id).select_related("hold")
        ended = list(bookings)
        holders = {booking.place_id for booking in ended}
        _note(release, holders, Verb.CALLED_OFF, change)
        bookings.update(
            status=Booking.Status.CALLED_OFF, changed_at=timezone.now(), clash_until=None, hold=None
        )
        if pool := SeatPool.objects.filter(pk=session_id).first():
            take_back(pool, ended)
            standing = Wait.objects.standing().filter(session_id=session_id)
            waits = list(standing.select_related("session", "place"))
            end_waits(pool, waits, Wait.Status.CALLED_OFF)
            note(waits, Verb.SEAT_CUT_OFF, by=None)
        places |= holders
    return places


def _move(release: Release, changes: Sequence[SessionChange]) -> set[int]:
    places: set[int] = set()
    for change in changes:
        bookings = Booking.objects.standing().filter(session_id=change.after.session_id)
        holders = set(bookings.values_list("place_id", flat=True))
        _note(release, holders, Verb.MOVED, change)
        bookings.update(during=change.after.during, changed_at=timezone.now())
        # An offer never stands beyond the beginning.
        begins = change.after.starts_at
        Wait.objects.offered().filter(session_id=change.after.session_id, offer_until__gt=begins).update(
            offer_until=begins
        )
        places |= holders
    return places


def _speaking(release: Release) -> set[int]:
    """Places whose person speaks in the edition: a session of theirs may have moved onto a seat, or away."""
    speaking = Registration.objects.live().filter(edition=release.edition, speaker__isnull=False)
    return set(speaking.values_list("place_id", flat=True))


def _note(release: Release, place_ids: set[int], verb: str, change: SessionChange) -> None:
    holders = {
        registration.place_id: registration
        for registration in Registration.objects.live().filter(place_id__in=place_ids).defer("needs")
    }
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(
            registration=holders.get(place_id),
            place_id=place_id,
            verb=verb,
            actor=release.released_by,
            detail={"session": change.after.session.code},
        )
        for place_id in sorted(place_ids)
    )
