"""What booking, swapping and accepting a seat have in common: who may sit there, and out of which seats.

All of it with the places of the unit and the pool locked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import IntegrityError
from django.utils import timezone

from efus_conference.models import User
from programme.models import ReleasedSession, Session
from registration.actions.access import check_access_need
from registration.actions.locks import violated
from registration.actions.pools import change, free_of, open_of, take_back, use_hold
from registration.actions.refusals import (
    AlreadyBegun,
    LimitReached,
    NoSeatLeft,
    NoSeatToGiveUp,
    NotBookable,
    OverlappingSeat,
    SeatsKeptForOthers,
    SessionCancelled,
    SpeaksThen,
)
from registration.actions.units import Member, Unit
from registration.models import (
    Booking,
    BookingLimit,
    Hold,
    Place,
    Registration,
    RegistrationEvent,
    SeatPool,
)
from registration.powers import DESK

Status = Booking.Status
Verb = RegistrationEvent.Verb


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
    """Books what is held for them or open to anyone; the seat of the first of them. Raises NoSeatLeft, NoNeedTold."""
    wheelchair = {member.place.pk for member in members if is_wheelchair and member is unit.main}
    if wheelchair:
        check_access_need(unit, by=by)
    holds = _holds_for(unit, [m for m in members if m.place.pk not in wheelchair], pool, by=by)
    needed = Counter(member.place.pk in wheelchair for member in members if member.place.pk not in holds)
    for kind, count in needed.items():
        if open_of(pool, is_wheelchair=kind) < count:
            raise SeatsKeptForOthers if free_of(pool, is_wheelchair=kind) >= count else NoSeatLeft
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
