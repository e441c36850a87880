from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from efus_conference.models import Edition, User
from programme.actions import differences, release
from programme.models import Release, Session
from programme.release_hooks import Consequences, ReleaseWarning, SessionConsequences
from registration.actions import book_seat, star
from registration.consequences import consequences, warn_of_seats
from registration.models import AgendaChange, Booking, Registration, SeatPool
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


def noted() -> list[tuple[int, int]]:
    """Who will hear of which release."""
    return sorted(set(AgendaChange.objects.values_list("registration_id", "release_id")))


def change(session: Session, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(session, name, value)
    session.save()


def made(edition: Edition) -> Release:
    done = release(edition=edition, by=None)
    assert done is not None
    return done


def test_a_booked_seat_follows_its_session_and_its_holder_hears_once(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(), bookable(starts_at=NINE + timedelta(hours=2))
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)
        change(session, starts_at=NINE + timedelta(days=1), ends_at=NINE + timedelta(days=1, hours=1))
    change(second, starts_at=NINE + timedelta(days=2), ends_at=NINE + timedelta(days=2, hours=1))

    moving = made(edition)

    assert [booking.during.lower for booking in Booking.objects.order_by("pk")] == [
        NINE + timedelta(days=1),
        NINE + timedelta(days=2),
    ]
    assert noted() == [(registration.pk, moving.pk)]
    assert [event.verb for event in registration.events.order_by("pk")] == ["booked"] * 2 + ["moved"] * 2


def test_another_room_is_a_move_and_another_text_is_none(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    book_seat(place=registration.place, session=session, by=robin)
    change(session, title_en="Another title")
    made(edition)
    assert noted() == []

    change(session, room=factories.room(edition))
    moving = made(edition)
    assert noted() == [(registration.pk, moving.pk)]


def test_the_seats_of_a_cancelled_session_are_called_off(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    book_seat(place=registration.place, session=session, by=robin)
    change(session, is_cancelled=True)

    cancelling = made(edition)

    assert [booking.status for booking in Booking.objects.all()] == ["called_off"]
    assert SeatPool.objects.get(session=session).taken == 0
    assert noted() == [(registration.pk, cancelling.pk)]
    assert [event.verb for event in registration.events.order_by("pk")] == ["booked", "called_off"]


def test_who_starred_a_session_hears_of_its_move_too_and_nobody_else(
    edition: Edition, registration: Registration, bookable: Bookable
) -> None:
    session = bookable()
    factories.registration(edition)
    star(registration=registration, session=session)
    change(session, starts_at=NINE + timedelta(minutes=30))

    moving = made(edition)

    assert noted() == [(registration.pk, moving.pk)]


def test_a_release_says_before_how_many_seats_it_touches(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    moved = bookable(title_en="Safe nights")
    cancelled = bookable(starts_at=NINE + timedelta(hours=2), title_en="Prevention")
    kept = bookable(starts_at=NINE + timedelta(hours=4), title_en="Mayors")
    others = [factories.registration(edition) for _ in range(2)]
    for person in (registration, *others):
        book_seat(place=person.place, session=moved, by=person.managed_by)
    for session in (cancelled, kept):
        book_seat(place=registration.place, session=session, by=robin)
    change(moved, starts_at=NINE + timedelta(hours=4), ends_at=NINE + timedelta(hours=5))
    change(cancelled, is_cancelled=True)

    changes = differences(edition=edition)

    assert warn_of_seats(changes) == [
        ReleaseWarning(
            "1 person with a seat in “Safe nights” would have another one at the same time.", moved.pk
        ),
    ]
    assert consequences(changes) == Consequences(
        {
            moved.pk: SessionConsequences(seats_that_move=3, people_in_two_places=1, mails=3),
            cancelled.pk: SessionConsequences(seats_that_end=1, mails=1),
        },
        mails=3,
    )
    assert Booking.objects.filter(status="active").count() == 5


def test_a_room_smaller_than_the_seats_booked_in_it_is_told(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(title_en="Safe nights")
    for person in (registration, factories.registration(edition)):
        book_seat(place=person.place, session=session, by=person.managed_by)
    change(session, room=factories.room(edition, name="Cabinet", seats=1))

    assert warn_of_seats(differences(edition=edition)) == [
        ReleaseWarning("2 seats are booked in “Safe nights”, and Cabinet has 1.", session.pk)
    ]
