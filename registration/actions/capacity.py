"""How many seats a session has, and for whom some of them are held."""

from __future__ import annotations

from django.db import transaction

from programme.models import Session, Speaker
from registration.actions.refusals import (
    FewerSeatsThanGiven,
    NotBookable,
)
from registration.actions.waits import offer_free_seats
from registration.models import (
    Booking,
    Delegation,
    Hold,
    RegistrationEvent,
    SeatPool,
)

Status = Booking.Status
Verb = RegistrationEvent.Verb


@transaction.atomic
def set_seats(
    *, session: Session, capacity: int, held: int | None = None, wheelchairs: int | None = None
) -> SeatPool:
    """How many seats there are, how many are held for the desk, how many places for wheelchairs.

    None leaves as it is. Counts with the pool locked: a seat taken since the organiser's form was opened is
    counted too. Who waits is offered what is freed. Raises FewerSeatsThanGiven.
    """
    pool = SeatPool.objects.locked([session.pk]).first()
    if pool is None:
        pool = SeatPool.objects.create(session=session, capacity=capacity)
    desk = Hold.objects.filter(pool=pool, delegation=None, speaker=None).first()
    more_held = 0 if held is None else held - (desk.seats - desk.used if desk else 0)
    before = pool.capacity
    pool.capacity = capacity
    if wheelchairs is not None:
        pool.wheelchairs = wheelchairs
    if pool.free < more_held or pool.wheelchairs_free < 0:
        raise FewerSeatsThanGiven
    # The larger number first: no step between may hold more than there is.
    SeatPool.objects.filter(pk=pool.pk).update(capacity=max(before, capacity))
    if held is not None:
        _hold(pool, held + (desk.used if desk else 0), delegation=None, speaker=None)
    pool.save(update_fields=["capacity", "wheelchairs"])
    offer_free_seats(pool)
    return pool


@transaction.atomic
def hold_seats(
    *, session: Session, seats: int, delegation: Delegation | None = None, speaker: Speaker | None = None
) -> Hold | None:
    """Holds so many seats back for a delegation, a speaker or (neither) the desk; 0 frees what is not used.

    The number counts those booked out of it already. Raises NotBookable, FewerSeatsThanGiven.
    """
    pool = SeatPool.objects.locked([session.pk]).first()
    if pool is None:
        raise NotBookable
    hold = _hold(pool, seats, delegation=delegation, speaker=speaker)
    offer_free_seats(pool)
    return hold


def _hold(
    pool: SeatPool, seats: int, *, delegation: Delegation | None, speaker: Speaker | None
) -> Hold | None:
    hold = Hold.objects.filter(pool=pool, delegation=delegation, speaker=speaker).first()
    hold = hold or Hold(pool=pool, delegation=delegation, speaker=speaker, seats=0)
    more = seats - hold.seats
    if seats < hold.used or pool.free < more:
        raise FewerSeatsThanGiven
    pool.held += more
    hold.seats = seats
    if seats:
        hold.save()
        return hold
    if hold.pk is not None:
        Booking.objects.filter(hold=hold).update(hold=None)
        hold.delete()
    return None
