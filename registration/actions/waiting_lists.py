"""What people do on a waiting list: join it, leave it, accept or decline the seat that is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from efus_conference.models import User
from programme.models import Session
from registration.actions.access import check_access_need
from registration.actions.clashes import settle_clashes
from registration.actions.pools import change, open_of
from registration.actions.refusals import (
    AlreadyBooked,
    AlreadyWaiting,
    NeverThatMany,
    NoOffer,
    NotYours,
    NoWheelchairPlaces,
    SeatsAreOpen,
)
from registration.actions.seating import (
    check_free_for,
    check_speaks_not,
    give_up_for,
    locked_pool,
    make_bookings,
    note_booked,
    raise_refusal,
    released_to_book,
    seat_in,
    standing_of,
    without_seat,
)
from registration.actions.units import locked_unit, locked_units
from registration.actions.waits import end_waits, is_possible, note, offer_free_seats
from registration.models import Booking, Place, RegistrationEvent, SeatPool, Wait, WaitParty
from registration.powers import may_act_for

Status = Wait.Status
Verb = RegistrationEvent.Verb


@transaction.atomic
def wait_for_seats(
    *,
    places: Sequence[Place],
    session: Session,
    by: User,
    wants_all: bool = False,
    is_wheelchair: bool = False,
) -> list[Wait]:
    """Puts the places, each with those that accompany it, on the session's list, as one party.

    With `wants_all` they are offered their seats only together, until the cut-off. A seat that is free for them
    at once is offered at once. Raises NotYours, NoLongerRegistered, NotConfirmed, NotBookable and its kinds,
    AlreadyBooked, AlreadyWaiting, SpeaksThen, NoNeedTold, NoWheelchairPlaces, NeverThatMany, SeatsAreOpen.
    """
    units = locked_units(places, by=by)
    pool, released = locked_pool(session, units[0])
    asking: list[tuple[Place, bool]] = []
    for unit in units:
        standing = standing_of(unit)
        missing = without_seat(unit, session, standing)
        if not missing:
            raise AlreadyBooked(seat_in(session, unit, standing))
        check_speaks_not(unit, released)
        waiting = Wait.objects.standing().filter(session=session, place__in=unit.place_ids).first()
        if waiting is not None:
            raise AlreadyWaiting(waiting)
        asking += [(member.place, is_wheelchair and member is unit.main) for member in missing]
    needed = Counter(kind for _place, kind in asking)
    if is_wheelchair and not pool.wheelchairs:
        raise NoWheelchairPlaces
    if not is_possible(pool, needed if wants_all else {}):
        raise NeverThatMany
    if is_wheelchair:
        for unit in units:
            check_access_need(unit, by=by)
    if all(open_of(pool, is_wheelchair=kind) >= count for kind, count in needed.items()):
        raise SeatsAreOpen
    party = WaitParty.objects.create(pool=pool, wants_all=wants_all, asked_by=by)
    waits = Wait.objects.bulk_create(
        Wait(session=session, place=place, party=party, is_wheelchair=kind) for place, kind in asking
    )
    for kind, count in needed.items():
        change(pool, is_wheelchair=kind, waiting=count)
    note(waits, Verb.SEAT_WAITS, by=by)
    offer_free_seats(pool)
    return list(Wait.objects.filter(party=party).select_related("session", "place"))


@transaction.atomic
def leave_list(*, wait: Wait, by: User) -> None:
    """Takes the place, and those that accompany it, off the list; an offered seat goes on. Raises NotYours."""
    _end(wait, Status.LEFT, Verb.SEAT_LEFT, by=by)


@transaction.atomic
def decline_seat(*, wait: Wait, by: User) -> None:
    """The offered seat goes on to the next; a second call does nothing. Raises NotYours."""
    _end(wait, Status.DECLINED, Verb.SEAT_DECLINED, by=by)


def accept_seat(*, wait: Wait, by: User, give_up: Session | None = None) -> Booking:
    """Takes the offered seat, and those of the companions; with `give_up` in the place of a seat there.

    All in one transaction. Raises NoOffer, NoSeatToGiveUp and what `book_seat` does.
    """
    try:
        with transaction.atomic():
            unit = locked_unit(wait.place, by=by)
            sessions = [wait.session_id, *([give_up.pk] if give_up else [])]
            pools = {pool.pk: pool for pool in SeatPool.objects.locked(sessions)}
            pool = pools[wait.session_id]
            released = released_to_book(pool, wait.session, unit)
            waits = list(
                Wait.objects.offered()
                .filter(party=wait.party_id, place__in=unit.place_ids, offer_until__gt=timezone.now())
                .select_related("session", "place")
            )
            if not waits:
                raise NoOffer
            given = give_up_for(unit, give_up, pools, by=by) if give_up else None
            check_free_for(unit, released, standing_of(unit))
            offered = {waiting.place_id for waiting in waits}
            wheelchair = {waiting.place_id for waiting in waits if waiting.is_wheelchair}
            members = [member for member in unit.members if member.place.pk in offered]
            bookings = make_bookings(members, released, by=by, wheelchair=wheelchair, holds={})
            end_waits(pool, waits, Status.ACCEPTED)
            for kind, count in Counter(waiting.is_wheelchair for waiting in waits).items():
                change(pool, is_wheelchair=kind, taken=count)
            note_booked(members, released, by=by, instead_of=give_up)
            if given is not None:
                settle_clashes(unit.place_ids)
                offer_free_seats(given)
            return bookings[0]
    except IntegrityError as error:
        raise_refusal(error, wait.place, wait.session)
        raise


def _end(wait: Wait, status: Status, verb: str, *, by: User) -> None:
    place = Place.objects.get(pk=wait.place_id)
    places = Place.objects.with_companions(place.accompanies_id or place.pk)
    locked = list(Place.objects.locked(list(places.values_list("pk", flat=True))))
    # A companion alone does not act for both.
    main = next(member for member in locked if member.accompanies_id is None)
    if not may_act_for(main, by):
        raise NotYours
    pool = SeatPool.objects.locked([wait.session_id]).first()
    waits = list(
        Wait.objects.standing()
        .filter(party=wait.party_id, place__in=locked)
        .select_related("session", "place")
        .order_by("pk")
    )
    if pool is not None and waits:
        end_waits(pool, waits, status)
        note(waits, verb, by=by)
        offer_free_seats(pool)
