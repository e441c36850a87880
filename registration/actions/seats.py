from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from efus_conference.models import User
from programme.models import ReleasedSession, Session
from registration.actions.locks import locked_live_registration, locked_registration, violated
from registration.actions.refusals import (
    AlreadyBegun,
    AlreadyBooked,
    FewerSeatsThanGiven,
    NoSeatLeft,
    NotBookable,
    OverlappingSeat,
    SessionCancelled,
)
from registration.models import Booking, Registration, RegistrationEvent, SeatPool

Status = Booking.Status
Verb = RegistrationEvent.Verb


def book_seat(*, registration: Registration, session: Session, by: User) -> Booking:
    """One seat of the session for the registration's place.

    Raises NotYours, NoLongerRegistered, NotBookable and its kinds, AlreadyBooked (a double click, with the
    booking that stands), NoSeatLeft, OverlappingSeat.
    """
    try:
        with transaction.atomic():
            fresh = locked_live_registration(registration, by=by)
            # The lock serialises the count below: the last seat is given once.
            pool = SeatPool.objects.locked([session.pk]).first()
            if pool is None or session.edition_id != fresh.edition_id:
                raise NotBookable
            # Read after the lock: a release holds it while it moves the session.
            released = ReleasedSession.objects.filter(pk=session.pk).first()
            _check_is_bookable(released)
            assert released is not None
            _check_own_seats(fresh, released)
            if pool.free < 1:
                raise NoSeatLeft
            booking = Booking.objects.create(
                place_id=fresh.place_id, session=session, during=released.during, booked_by=by
            )
            SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") + 1)
            fresh.events.create(verb=Verb.BOOKED, actor=by, detail={"session": session.code})
            return booking
    except IntegrityError as error:
        if violated(error) == "a_place_sits_in_one_session_at_a_time":
            raise OverlappingSeat(_overlapped(registration, session))
        if violated(error) == "no_seat_given_twice":
            raise NoSeatLeft
        raise


@transaction.atomic
def give_up_seat(*, booking: Booking, by: User) -> Booking:
    """Frees the seat; the other of two clashing ones becomes an ordinary seat again. A second call does nothing.

    Raises NotYours.
    """
    registration = Registration.objects.live().filter(place_id=booking.place_id).first()
    if registration is None:
        return booking  # cancelling it gave the seat up
    fresh = locked_registration(registration, by=by)
    list(SeatPool.objects.locked([booking.session_id]))
    booking = Booking.objects.select_related("session").get(pk=booking.pk)
    if booking.status not in Booking.STANDING:
        return booking
    booking.status = Status.GIVEN_UP
    booking.save(update_fields=["status", "changed_at"])
    SeatPool.objects.filter(pk=booking.session_id).update(taken=F("taken") - 1)
    fresh.events.create(verb=Verb.GAVE_UP, actor=by, detail={"session": booking.session.code})
    settle_clashes([booking.place_id])
    return booking


@transaction.atomic
def set_seats(*, session: Session, capacity: int, held: int) -> SeatPool:
    """How many seats there are and how many are held back. Raises FewerSeatsThanGiven.

    Counts with the pool locked: a seat taken since the organiser's form was opened is counted too.
    """
    pool = SeatPool.objects.locked([session.pk]).first() or SeatPool(session=session)
    pool.capacity, pool.held = capacity, held
    if pool.free < 0:
        raise FewerSeatsThanGiven
    pool.save()
    return pool


def free_all_seats(registration: Registration) -> list[Booking]:
    """Part of a cancellation, which has locked the place: no seat is added to it meanwhile."""
    standing = Booking.objects.standing().filter(place_id=registration.place_id)
    list(SeatPool.objects.locked(list(standing.values_list("session_id", flat=True))))
    # Read again: a release may have called one off while we waited for its pool.
    bookings = list(standing.select_related("session").order_by("during"))
    standing.update(status=Status.GIVEN_UP, changed_at=timezone.now())
    SeatPool.objects.filter(pk__in=[booking.session_id for booking in bookings]).update(taken=F("taken") - 1)
    return bookings


def settle_clashes(place_ids: Iterable[int]) -> None:
    """Marks the standing seats that overlap another of the same place, and unmarks those that no longer do.

    The caller holds the locks, and has deferred the exclusion constraint where two may overlap for a moment.
    """
    standing = Booking.objects.standing().filter(place_id__in=set(place_ids)).order_by("place_id", "during")
    changed = []
    for _place_id, group in groupby(standing, key=lambda booking: booking.place_id):
        bookings = list(group)
        for booking in bookings:
            wanted = Status.CLASH if any(map(booking.overlaps, bookings)) else Status.ACTIVE
            if booking.status != wanted:
                booking.status, booking.changed_at = wanted, timezone.now()
                changed.append(booking)
    if changed:
        Booking.objects.bulk_update(changed, ["status", "changed_at"])


def _check_is_bookable(released: ReleasedSession | None) -> None:
    if released is None:
        raise NotBookable
    if released.is_cancelled:
        raise SessionCancelled
    # The server's clock decides, not the browser's.
    if released.starts_at <= timezone.now():
        raise AlreadyBegun


def _check_own_seats(registration: Registration, released: ReleasedSession) -> None:
    """The seats that no constraint of the database speaks of: this very one, and those in a clash."""
    mine = Booking.objects.standing().filter(
        Q(session_id=released.pk) | Q(status=Status.CLASH, during__overlap=released.during),
        place_id=registration.place_id,
    )
    for booking in mine:
        if booking.session_id == released.pk:
            raise AlreadyBooked(booking)
        raise OverlappingSeat(_released(booking.session_id))


def _overlapped(registration: Registration, session: Session) -> ReleasedSession | None:
    released = ReleasedSession.objects.filter(pk=session.pk).first()
    if released is None:
        return None
    other = (
        Booking.objects.standing()
        .filter(place_id=registration.place_id, during__overlap=released.during)
        .exclude(session=session)
        .first()
    )
    return _released(other.session_id) if other else None


def _released(session_id: int) -> ReleasedSession | None:
    return ReleasedSession.objects.select_related("edition").filter(pk=session_id).first()
