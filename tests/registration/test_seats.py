from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration.actions import (
    AlreadyBegun,
    AlreadyBooked,
    FewerSeatsThanGiven,
    NoLongerRegistered,
    NoSeatLeft,
    NotBookable,
    NotYours,
    OverlappingSeat,
    SessionCancelled,
    book_seat,
    cancel_registration,
    give_up_seat,
    set_seats,
)
from registration.models import Booking, Registration, SeatPool
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


def taken(session: Session) -> int:
    return SeatPool.objects.get(session=session).taken


def test_a_booking_copies_the_released_time_and_counts(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    session.starts_at = NINE + timedelta(days=1)  # a draft nobody has released

    booking = book_seat(place=registration.place, session=session, by=robin)

    assert (booking.during, booking.status) == (session.released.during, "active")
    assert (taken(session), booking.during.lower) == (1, NINE)
    assert [(event.verb, event.detail) for event in registration.events.all()] == [
        ("booked", {"session": session.code})
    ]


def test_a_booking_takes_at_most_twelve_statements(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()

    with CaptureQueriesContext(
        connection,
    ) as statements:
        book_seat(place=registration.place, session=session, by=robin)

    assert len(statements) <= 12


def test_a_double_click_finds_the_one_booking(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    first = book_seat(place=registration.place, session=session, by=robin)

    with pytest.raises(AlreadyBooked) as again:
        book_seat(place=registration.place, session=session, by=robin)

    assert (again.value.booking, taken(session)) == (first, 1)


def test_the_last_seat_is_given_once_and_held_ones_not_at_all(edition: Edition, bookable: Bookable) -> None:
    session = bookable(3)
    set_seats(session=session, capacity=3, held=2)
    first, second = factories.registration(edition), factories.registration(edition)
    book_seat(place=first.place, session=session, by=first.managed_by)

    with pytest.raises(NoSeatLeft):
        book_seat(place=second.place, session=session, by=second.managed_by)

    assert taken(session) == 1


def test_an_overlapping_seat_is_refused_with_the_other_s_name_and_time(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    first = bookable(title_en="Safe nights")
    second = bookable(starts_at=NINE + timedelta(minutes=59))
    book_seat(place=registration.place, session=first, by=robin)

    with pytest.raises(OverlappingSeat) as refused:
        book_seat(place=registration.place, session=second, by=robin)

    assert str(refused.value) == (
        "There is a seat in “Safe nights” at this time (Wednesday 14 May, 09:00 to 10:00). "
        "Give that one up first if this session matters more."
    )
    assert [taken(first), taken(second)] == [1, 0]


def test_one_session_may_begin_when_the_other_ends(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    sessions = [bookable(), bookable(starts_at=NINE + timedelta(hours=1))]

    bookings = [book_seat(place=registration.place, session=session, by=robin) for session in sessions]

    assert [booking.status for booking in bookings] == ["active", "active"]


def test_what_is_not_released_cancelled_begun_or_without_seats_is_not_booked(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    open_to_all = factories.session(edition)
    begun = bookable(starts_at=timezone.now() - timedelta(minutes=1), hours=2)
    cancelled = bookable()
    cancelled.is_cancelled = True
    cancelled.save()
    release(edition=edition, by=None)
    draft = factories.session(edition)
    factories.pool(draft)

    for session, refusal in (
        (open_to_all, NotBookable),
        (draft, NotBookable),
        (cancelled, SessionCancelled),
        (begun, AlreadyBegun),
    ):
        with pytest.raises(refusal):
            book_seat(place=registration.place, session=session, by=robin)
    assert Booking.objects.count() == 0


def test_a_session_of_another_edition_is_not_booked(robin: User, bookable: Bookable) -> None:
    elsewhere = factories.registration(factories.edition(is_current=False), managed_by=robin)

    with pytest.raises(NotBookable):
        book_seat(place=elsewhere.place, session=bookable(), by=robin)


def test_nobody_books_for_someone_else_nor_with_a_cancelled_registration(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()

    with pytest.raises(NotYours):
        book_seat(place=registration.place, session=session, by=factories.user())
    cancel_registration(registration=registration, by=robin)
    with pytest.raises(NoLongerRegistered):
        book_seat(place=registration.place, session=session, by=robin)


def test_giving_up_frees_the_seat_once(registration: Registration, robin: User, bookable: Bookable) -> None:
    session = bookable()
    booking = book_seat(place=registration.place, session=session, by=robin)

    for _ in range(2):
        given_up = give_up_seat(booking=booking, by=robin)
        assert (given_up.status, taken(session)) == ("given_up", 0)
    with pytest.raises(NotYours):
        give_up_seat(booking=booking, by=factories.user())
    assert book_seat(place=registration.place, session=session, by=robin).status == "active"


def test_capacity_is_not_lowered_below_what_is_given(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(5)
    book_seat(place=registration.place, session=session, by=robin)
    pool = SeatPool.objects.get(session=session)

    with pytest.raises(FewerSeatsThanGiven):
        set_seats(session=session, capacity=2, held=2)
    pool.capacity = 0
    with pytest.raises(ValidationError, match="There are not that many seats"):
        pool.clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        pool.save()

    assert set_seats(session=session, capacity=1, held=0).free == 0


def shift(session: Session, **by: Any) -> None:
    assert session.starts_at is not None
    assert session.ends_at is not None
    session.starts_at += timedelta(**by)
    session.ends_at += timedelta(**by)
    session.save()


def test_two_seats_that_a_release_lets_overlap_clash_until_one_is_given_up(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(), bookable(starts_at=NINE + timedelta(hours=2))
    third = bookable(starts_at=NINE + timedelta(minutes=30))
    bookings = [book_seat(place=registration.place, session=session, by=robin) for session in (first, second)]
    shift(second, hours=-2)
    release(edition=edition, by=None)

    assert [(b.status, b.during.lower) for b in Booking.objects.order_by("pk")] == [
        ("clash", NINE),
        ("clash", NINE),
    ]
    assert [taken(first), taken(second)] == [1, 1]
    with pytest.raises(OverlappingSeat):
        book_seat(place=registration.place, session=third, by=robin)

    give_up_seat(booking=bookings[0], by=robin)

    assert [b.status for b in Booking.objects.order_by("pk")] == ["given_up", "active"]
    assert [taken(first), taken(second)] == [0, 1]


def test_a_later_release_may_end_the_clash(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(), bookable(starts_at=NINE + timedelta(hours=2))
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)
    for hours in (-2, 1):
        shift(second, hours=hours)
        release(edition=edition, by=None)

    assert [b.status for b in Booking.objects.order_by("pk")] == ["active", "active"]


def test_a_release_may_swap_the_times_of_two_booked_sessions(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(), bookable(starts_at=NINE + timedelta(hours=1))
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)
    shift(first, hours=1)
    shift(second, hours=-1)
    release(edition=edition, by=None)

    assert [(b.status, b.during.lower) for b in Booking.objects.order_by("pk")] == [
        ("active", NINE + timedelta(hours=1)),
        ("active", NINE),
    ]
