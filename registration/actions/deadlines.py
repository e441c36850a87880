"""What happens by the clock: offers expire, groups are cut off, lists close, clashes are settled."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from efus_conference.mail import queue
from programme.models import ReleasedSession
from registration.actions.clashes import overlap, settle_clashes, spoken_sessions
from registration.actions.seating import free_seats
from registration.actions.waits import end_waits, note, offer_free_seats
from registration.models import Booking, Place, Registration, RegistrationEvent, SeatPool, Wait

Status = Wait.Status
Verb = RegistrationEvent.Verb
logger = logging.getLogger(__name__)


def settle(*, at: datetime) -> None:
    """All that is due at this moment; a session or a place at a time, so that nobody waits for the whole.

    What fails in one is logged and holds up no other.
    """
    due = Q(status=Status.OFFERED, offer_until__lte=at) | Q(session__released__during__startswith__lte=at)
    # Groups whose cut-off has passed wait on as single people do: what is free may be theirs now.
    gathering = Q(status=Status.WAITING, party__wants_all=True, session__seat_pool__capacity__gt=0)
    sessions = Wait.objects.standing().filter(due | gathering).values_list("session_id", flat=True)
    for session_id in sorted(set(sessions)):
        try:
            settle_list(session_id, at=at)
        except Exception:
            logger.exception("The waiting list of session %s could not be settled.", session_id)
    clashing = Booking.objects.filter(status=Booking.Status.CLASH, clash_until__lte=at)
    for place_id in sorted(set(clashing.values_list("place_id", flat=True))):
        try:
            end_clash(place_id, at=at)
        except Exception:
            logger.exception("The clash of place %s could not be settled.", place_id)


@transaction.atomic
def settle_list(session_id: int, *, at: datetime) -> None:
    """Ends the offers that expired and, once the session has begun, the list; the rest goes on to the next."""
    pool = SeatPool.objects.locked([session_id]).first()
    if pool is None:
        return
    released = ReleasedSession.objects.filter(pk=session_id).first()
    standing = Wait.objects.standing().filter(session_id=session_id).select_related("session", "place")
    if released is None or released.starts_at <= at:
        waits = list(standing.order_by("pk"))
        end_waits(pool, waits, Status.CUT_OFF, at=at)
        note(waits, Verb.SEAT_CUT_OFF, by=None)
        for wait in waits:
            queue("registration/list_closed", wait_id=wait.pk)
        return
    expired = list(standing.filter(status=Status.OFFERED, offer_until__lte=at).order_by("pk"))
    end_waits(pool, expired, Status.EXPIRED, at=at)
    note(expired, Verb.SEAT_EXPIRED, by=None)
    for wait in expired:
        queue("registration/seat_expired", wait_id=wait.pk)
    offer_free_seats(pool, at=at)


@transaction.atomic
def end_clash(place_id: int, *, at: datetime) -> list[Booking]:
    """At the deadline the seat that was booked earlier stays, and what its person speaks in before any seat.

    Those who accompany the person lose the same seats: nobody keeps one without the other.
    """
    main_id = Place.objects.get(pk=place_id).accompanies_id or place_id
    together = Place.objects.with_companions(main_id).values_list("pk", flat=True)
    members = [place.pk for place in Place.objects.locked(list(together))]
    standing = Booking.objects.standing().filter(place__in=members)
    list(SeatPool.objects.locked(list(standing.values_list("session_id", flat=True))))
    bookings = list(standing.select_related("session", "hold").order_by("booked_at", "pk"))
    if not any(
        booking.status == Booking.Status.CLASH and booking.clash_until and booking.clash_until <= at
        for booking in bookings
    ):
        return []
    own = _lost([booking for booking in bookings if booking.place_id == main_id], main_id)
    without = {booking.session_id for booking in own}
    along = [booking for booking in bookings if booking.place_id != main_id and booking.session_id in without]
    for member in members:
        if member != main_id:
            rest = [b for b in bookings if b.place_id == member and b.session_id not in without]
            own += _lost(rest, member)
    lost = [*own, *along]
    pools = list(SeatPool.objects.locked([booking.session_id for booking in lost]))
    for pool in pools:
        free_seats(pool, [booking for booking in lost if booking.session_id == pool.pk], by=None)
    _note(lost)
    settle_clashes(members)
    for pool in pools:
        offer_free_seats(pool, at=at)
    for booking in own:
        queue("registration/clash_settled", booking_id=booking.pk)
    return lost


def _lost(bookings: list[Booking], place_id: int) -> list[Booking]:
    """Of one place's seats in the order in which they were booked, those that overlap one kept or a speech."""
    speaking = spoken_sessions([place_id]).get(place_id, [])
    kept: list[Booking] = []
    for booking in bookings:
        if not any(map(booking.overlaps, kept)) and not any(
            overlap(booking, released) for released in speaking
        ):
            kept.append(booking)
    return [booking for booking in bookings if booking not in kept]


def _note(lost: list[Booking]) -> None:
    holders = {
        registration.place_id: registration
        for registration in Registration.objects.live()
        .filter(place__in=[booking.place_id for booking in lost])
        .defer("needs")
    }
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(
            registration=holders.get(booking.place_id),
            place_id=booking.place_id,
            verb=Verb.CLASH_ENDED,
            detail={"session": booking.session.code},
        )
        for booking in lost
    )
