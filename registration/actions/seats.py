"""Seats: booked, given up, swapped, counted. One place and those that accompany it go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from efus_conference.models import User
from programme.models import ReleasedSession, Session, Speaker
from registration.actions.clashes import settle_clashes
from registration.actions.locks import violated
from registration.actions.pools import change, open_of, take_back, use_hold
from registration.actions.refusals import (
    AlreadyBegun,
    AlreadyBooked,
    AlreadyWaiting,
    FewerSeatsThanGiven,
    LimitReached,
    NoSeatLeft,
    NoSeatToGiveUp,
    NotBookable,
    NotYours,
    OverlappingSeat,
    SessionCancelled,
    SpeaksThen,
)
from registration.actions.units import Member, Unit, locked_unit
from registration.actions.waits import end_waits_of, offer_free_seats
from registration.models import (
    Booking,
    BookingLimit,
    Delegation,
    Hold,
    Place,
    Registration,
    RegistrationEvent,
    SeatPool,
    Wait,
)
from registration.powers import DESK, may_act_for

Status = Booking.Status
Verb = RegistrationEvent.Verb


def book_seat(*, place: Place, session: Session, by: User, is_wheelchair: bool = False) -> Booking:
    """One seat of the session for the place, and one for each that accompanies it: all of them or none.

    A wheelchair place is the person's own; companions take seats beside it. Raises NotYours, NoLongerRegistered,
    NotConfirmed, NotBookable and its kinds, AlreadyBooked (a double click, with the booking that stands),
    AlreadyWaiting, NoSeatLeft, OverlappingSeat, LimitReached, SpeaksThen.
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


def locked_pool(session: Session, unit: Unit) -> tuple[SeatPool, ReleasedSession]:
    """The session's pool, locked, and the session as it is released while the lock is held."""
    # The lock serialises the count that follows: the last seat is given once.
    pool = SeatPool.objects.locked([session.pk]).first()
    released = released_to_book(pool, session, unit)
    assert pool is not None
    return pool, released


def released_to_book(pool: SeatPool | None, session: Session, unit: Unit) -> ReleasedSession:
    """Raises NotBookable and its kinds; the pool, where there is one, is locked."""
    if pool is None or session.edition_id != unit.main.place.edition_id:
        raise NotBookable
    # Read after the lock: a release holds it while it moves the session.
    released = ReleasedSession.objects.select_related("edition", "session").filter(pk=session.pk).first()
    if released is None:
        raise NotBookable
    if released.is_cancelled:
        raise SessionCancelled
    # The server's clock decides, not the browser's.
    if released.starts_at <= timezone.now():
        raise AlreadyBegun
    return released


def standing_of(unit: Unit) -> list[Booking]:
    return list(
        Booking.objects.standing()
        .filter(place__in=unit.place_ids)
        .select_related("session", "hold")
        .order_by("during")
    )


def seat_in(session: Session, unit: Unit, standing: Sequence[Booking]) -> Booking:
    """The main one's seat in the session where there is one, else a companion's."""
    found = [booking for booking in standing if booking.session_id == session.pk]
    return next((booking for booking in found if booking.place_id == unit.main.place.pk), found[0])


def without_seat(unit: Unit, session: Session, standing: Sequence[Booking]) -> list[Member]:
    seated = {booking.place_id for booking in standing if booking.session_id == session.pk}
    return [member for member in unit.members if member.place.pk not in seated]


def check_free_for(unit: Unit, released: ReleasedSession, standing: Sequence[Booking]) -> None:
    """Whether they may sit there at that time. Raises OverlappingSeat, LimitReached, SpeaksThen."""
    for booking in standing:
        # Those in a clash stand outside the constraint, which speaks of all others.
        if (
            booking.status == Status.CLASH
            and booking.session_id != released.pk
            and booking.during.lower < released.ends_at
            and released.starts_at < booking.during.upper
        ):
            raise OverlappingSeat(_released(booking.session_id))
    main = unit.main.place.pk
    own = [booking for booking in standing if booking.place_id == main and booking.session_id != released.pk]
    of_kind = sum(booking.session.kind_id == released.kind_id for booking in own)
    limit = (
        BookingLimit.objects.select_related("kind")
        .filter(edition=released.edition_id, kind=released.kind_id)
        .first()
    )
    if limit is not None and of_kind >= limit.most:
        raise LimitReached(limit)
    check_speaks_not(unit, released)


def check_speaks_not(unit: Unit, released: ReleasedSession) -> None:
    """Raises SpeaksThen when the person speaks somewhere else at that time."""
    speaker_id = unit.main.registration.speaker_id if unit.main.registration else None
    if speaker_id is None:
        return
    other = (
        ReleasedSession.objects.select_related("edition")
        .filter(
            edition=released.edition_id,
            status=ReleasedSession.Status.CONFIRMED,
            appearances__contains=[{"speaker": speaker_id}],
            during__overlap=released.during,
        )
        .exclude(pk=released.pk)
        .first()
    )
    if other is not None:
        raise SpeaksThen(other)


def seat_members(
    unit: Unit,
    members: Sequence[Member],
    pool: SeatPool,
    released: ReleasedSession,
    *,
    by: User,
    is_wheelchair: bool,
    instead_of: Session | None = None,
) -> Booking:
    """Books what is held for them or open to anyone; the seat of the first of them. Raises NoSeatLeft."""
    wheelchair = {member.place.pk for member in members if is_wheelchair and member is unit.main}
    holds = _holds_for(unit, [m for m in members if m.place.pk not in wheelchair], pool, by=by)
    needed = Counter(member.place.pk in wheelchair for member in members if member.place.pk not in holds)
    for kind, count in needed.items():
        if open_of(pool, is_wheelchair=kind) < count:
            raise NoSeatLeft
    bookings = make_bookings(members, released, by=by, wheelchair=wheelchair, holds=holds)
    for hold, count in Counter(holds.values()).items():
        use_hold(pool, hold, count)
    for kind, count in Counter(member.place.pk in wheelchair for member in members).items():
        change(pool, is_wheelchair=kind, taken=count)
    note_booked(members, released, by=by, instead_of=instead_of)
    return bookings[0]


def make_bookings(
    members: Sequence[Member],
    released: ReleasedSession,
    *,
    by: User,
    wheelchair: set[int],
    holds: dict[int, Hold],
) -> list[Booking]:
    return Booking.objects.bulk_create(
        Booking(
            place=member.place,
            session_id=released.pk,
            during=released.during,
            is_wheelchair=member.place.pk in wheelchair,
            hold=holds.get(member.place.pk),
            booked_by=by,
        )
        for member in members
    )


def note_booked(
    members: Sequence[Member], released: ReleasedSession, *, by: User, instead_of: Session | None
) -> None:
    detail = {"session": released.session.code}
    if instead_of is not None:
        detail["instead_of"] = instead_of.code
    verb = Verb.SWAPPED if instead_of is not None else Verb.BOOKED
    RegistrationEvent.objects.bulk_create(member.note(verb, by=by, **detail) for member in members)


def _holds_for(unit: Unit, members: Sequence[Member], pool: SeatPool, *, by: User) -> dict[int, Hold]:
    """By place, the hold its seat comes out of: its delegation's, its speaker's, for the desk the desk's own."""
    if not pool.held:
        return {}
    holder = unit.main.registration
    speaker_id = holder.speaker_id if holder else None
    delegation_id = unit.main.place.delegation_id
    mine: list[Hold] = []
    rest: list[Hold] = []
    for hold in pool.holds.order_by("pk"):
        if hold.delegation_id is None and hold.speaker_id is None:
            rest.append(hold)
        elif (delegation_id and hold.delegation_id == delegation_id) or (
            speaker_id and hold.speaker_id == speaker_id
        ):
            mine.append(hold)
    left = {hold.pk: hold.seats - hold.used for hold in (*mine, *rest)}
    found: dict[int, Hold] = {}
    for member in members:
        for hold in mine:
            if left[hold.pk] > 0:
                left[hold.pk] -= 1
                found[member.place.pk] = hold
                break
    # The desk's own seats are for whom the desk seats, when all others are gone.
    beyond = [member for member in members if member.place.pk not in found][max(0, pool.open) :]
    if beyond and rest and by.has_perm(DESK):
        for member in beyond:
            if left[rest[0].pk] > 0:
                left[rest[0].pk] -= 1
                found[member.place.pk] = rest[0]
    return found


def give_up_for(unit: Unit, session: Session, pools: dict[int, SeatPool], *, by: User) -> SeatPool:
    """Part of taking another seat instead: frees the unit's seats in the session. Raises NoSeatToGiveUp."""
    bookings = [booking for booking in standing_of(unit) if booking.session_id == session.pk]
    if not bookings or session.pk not in pools:
        raise NoSeatToGiveUp
    free_seats(pools[session.pk], bookings, by=None)
    return pools[session.pk]


def free_seats(pool: SeatPool, bookings: Sequence[Booking], *, by: User | None) -> None:
    """Ends the bookings, with the pool locked; with `by` each is an event."""
    if not bookings:
        return
    Booking.objects.filter(pk__in=[booking.pk for booking in bookings]).update(
        status=Status.GIVEN_UP, changed_at=timezone.now(), clash_until=None, hold=None
    )
    take_back(pool, bookings)
    if by is None:
        return
    holders = {
        registration.place_id: registration
        for registration in Registration.objects.live()
        .filter(place__in=[booking.place_id for booking in bookings])
        .defer("needs")
    }
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(
            registration=holders.get(booking.place_id),
            place_id=booking.place_id,
            verb=Verb.GAVE_UP,
            actor=by,
            detail={"session": booking.session.code},
        )
        for booking in bookings
    )


def raise_refusal(error: IntegrityError, place: Place, session: Session) -> None:
    """The refusal that the constraint of the database stands for, if it is one of these."""
    if violated(error) == "a_place_sits_in_one_session_at_a_time":
        raise OverlappingSeat(_overlapped(place, session))
    if violated(error) in (
        "no_seat_given_twice",
        "no_wheelchair_place_given_twice",
        "no_held_seat_given_twice",
    ):
        raise NoSeatLeft


def _given_up_with(place: Place) -> list[int]:
    if place.accompanies_id is not None:
        return [place.pk]
    return list(Place.objects.with_companions(place.pk).values_list("pk", flat=True))


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


def _overlapped(place: Place, session: Session) -> ReleasedSession | None:
    released = ReleasedSession.objects.filter(pk=session.pk).first()
    if released is None:
        return None
    main_id = place.accompanies_id or place.pk
    other = (
        Booking.objects.standing()
        .filter(place__in=Place.objects.with_companions(main_id).order_by(), during__overlap=released.during)
        .exclude(session=session)
        .first()
    )
    return _released(other.session_id) if other else None


def _released(session_id: int) -> ReleasedSession | None:
    return ReleasedSession.objects.select_related("edition").filter(pk=session_id).first()
