"""Seats: booked, given up, swapped. One place and those that accompany it go together."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from efus_conference.models import User
from programme.models import Session
from registration.actions.clashes import settle_clashes
from registration.actions.refusals import (
    AlreadyBooked,
    AlreadyWaiting,
    NotYours,
)
from registration.actions.seating import (
    check_free_for,
    free_seats,
    give_up_for,
    locked_pool,
    raise_refusal,
    released_to_book,
    seat_in,
    seat_members,
    standing_of,
    without_seat,
)
from registration.actions.units import locked_unit
from registration.actions.waits import end_waits_of, offer_free_seats
from registration.models import (
    Booking,
    Place,
    RegistrationEvent,
    SeatPool,
    Wait,
)
from registration.powers import may_act_for

Status = Booking.Status
Verb = RegistrationEvent.Verb


def book_seat(*, place: Place, session: Session, by: User, is_wheelchair: bool = False) -> Booking:
    """One seat of the session for the place, and one for each that accompanies it: all of them or none.

    A wheelchair place is the person's own; companions take seats beside it. Raises NotYours, NoLongerRegistered,
    NotConfirmed, NotBookable and its kinds, AlreadyBooked (a double click, with the booking that stands),
    AlreadyWaiting, NoSeatLeft, OverlappingSeat, LimitReached, SpeaksThen, NoNeedTold.
    """
    try:
        with transaction.atomic():
            unit = locked_unit(place, by=by)
            pool, released = locked_pool(session, unit)
            standing = standing_of(unit)
            missing = without_seat(unit, session, standing)
            if not missing:
                raise AlreadyBooked(seat_in(session, unit, standing))
            check_free_for(unit, released, standing)
            if pool.waiting or pool.wheelchairs_waiting or pool.offered or pool.wheelchairs_offered:
                wait = Wait.objects.standing().filter(session=session, place__in=unit.place_ids).first()
                if wait is not None:
                    raise AlreadyWaiting(wait)
            return seat_members(unit, missing, pool, released, by=by, is_wheelchair=is_wheelchair)
    except IntegrityError as error:
        raise_refusal(error, place, session)
        raise


@transaction.atomic
def give_up_seat(*, booking: Booking, by: User) -> Booking:
    """Frees the seat, and those of the companions with it; a second call does nothing.

    The other of two clashing ones becomes an ordinary seat again, and who waits is offered what is free. A
    companion's own seat may be given up alone. Raises NotYours.
    """
    place = Place.objects.get(pk=booking.place_id)
    # Twice: the second finds whom somebody named a companion while the first waited for the lock.
    list(Place.objects.locked(_given_up_with(place)))
    places = list(Place.objects.locked(_given_up_with(place)))
    if not may_act_for(place, by):
        raise NotYours
    pool = SeatPool.objects.locked([booking.session_id]).first()
    bookings = list(
        Booking.objects.standing()
        .filter(session_id=booking.session_id, place__in=places)
        .select_related("session", "hold")
        .order_by("place_id")
    )
    if pool is not None and bookings:
        free_seats(pool, bookings, by=by)
        settle_clashes({place.pk for place in places})
        offer_free_seats(pool)
    return Booking.objects.select_related("session").get(pk=booking.pk)


def swap_seat(
    *, place: Place, give_up: Session, take: Session, by: User, is_wheelchair: bool = False
) -> Booking:
    """Takes a seat in one session instead of another: the one is given up only if the other is won.

    Both in one transaction: on any refusal everything is as before. Raises what `book_seat` does, and
    NoSeatToGiveUp.
    """
    try:
        with transaction.atomic():
            unit = locked_unit(place, by=by)
            pools = {pool.pk: pool for pool in SeatPool.objects.locked([give_up.pk, take.pk])}
            pool = pools.get(take.pk)
            released = released_to_book(pool, take, unit)
            assert pool is not None
            given = give_up_for(unit, give_up, pools, by=by)
            standing = standing_of(unit)
            missing = without_seat(unit, take, standing)
            if not missing:
                raise AlreadyBooked(seat_in(take, unit, standing))
            check_free_for(unit, released, standing)
            wait = Wait.objects.standing().filter(session=take, place__in=unit.place_ids).first()
            if wait is not None:
                raise AlreadyWaiting(wait)
            booking = seat_members(
                unit, missing, pool, released, by=by, is_wheelchair=is_wheelchair, instead_of=give_up
            )
            settle_clashes(unit.place_ids)
            offer_free_seats(given)
            return booking
    except IntegrityError as error:
        raise_refusal(error, place, take)
        raise


@transaction.atomic
def release_seats_of(place_ids: Iterable[int], *, by: User | None) -> list[Booking]:
    """Part of a cancellation, which has locked the places: gives up their seats and takes them off all lists."""
    place_ids = list(place_ids)
    standing = Booking.objects.standing().filter(place__in=place_ids)
    waits = Wait.objects.standing().filter(place__in=place_ids)
    sessions = {*standing.values_list("session_id", flat=True), *waits.values_list("session_id", flat=True)}
    pools = list(SeatPool.objects.locked(sessions))
    # Read again: a release may have called one off while we waited for its pool.
    bookings = list(standing.select_related("session", "hold").order_by("during"))
    for pool in pools:
        free_seats(pool, [booking for booking in bookings if booking.session_id == pool.pk], by=by)
        end_waits_of(pool, place_ids, by=by)
        offer_free_seats(pool)
    return bookings


def _given_up_with(place: Place) -> list[int]:
    if place.accompanies_id is not None:
        return [place.pk]
    return list(Place.objects.with_companions(place.pk).values_list("pk", flat=True))
