"""Swaps, and seats and sessions that go meanwhile, with many at once; what must always be so is asked in SQL afterwards.

In the negative controls the pool is read without its lock, and two threads meet between reading and writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import OperationalError

from programme.actions import release
from programme.models import Session
from registration import actions
from registration.actions import waiting_lists
from registration.models import Booking, Registration, SeatPool, Wait
from registration.models.seats import SeatPoolQuerySet
from tests import factories
from tests.factories import NINE
from tests.registration.racing import (
    accept,
    book,
    full,
    give_up,
    statuses,
    swap,
    together,
    unlocked,
    wait,
    wrong,
)
from tests.registration.test_races import bookable, people, without_constraint

# --- swaps -------------------------------------------------------------------------------------------------


def test_a_storm_of_swaps_in_both_directions_ends_and_loses_no_seat(fresh_db: str) -> None:
    edition = factories.edition()
    sessions = [bookable(edition, 12), bookable(edition, 12, starts_at=NINE + timedelta(hours=2))]
    everyone = people(edition, 20)
    for number, person in enumerate(everyone):
        book(person, sessions[number % 2])

    def back_and_forth(person: Registration, number: int) -> None:
        here, there = sessions[number % 2], sessions[1 - number % 2]
        for _swap in range(4):
            try:
                swap(person, here, there)
            except actions.NoSeatLeft:
                continue
            here, there = there, here

    together(*((back_and_forth, (person, number)) for number, person in enumerate(everyone)))

    standing = Booking.objects.standing()
    assert sorted(standing.values_list("place", flat=True)) == sorted(person.place_id for person in everyone)
    assert wrong(*sessions) == []


def test_without_the_order_of_the_locks_two_swaps_wait_for_each_other(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = factories.edition()
    sessions = [bookable(edition, 12), bookable(edition, 12, starts_at=NINE + timedelta(hours=2))]
    one, other = people(edition, 2)
    book(one, sessions[0])
    book(other, sessions[1])
    both_have_one = Barrier(2)

    def in_the_order_of_asking(self: SeatPoolQuerySet, session_ids: Iterable[int]) -> Iterator[SeatPool]:
        for number, pk in enumerate(session_ids):
            yield self.select_for_update(of=("self",)).get(pk=pk)
            if number == 0:
                both_have_one.wait(timeout=30)

    monkeypatch.setattr(SeatPoolQuerySet, "locked", in_the_order_of_asking)

    with pytest.raises(OperationalError, match="deadlock detected"):
        together((swap, (one, *sessions)), (swap, (other, *sessions[::-1])))


# --- the number of seats changes ----------------------------------------------------------------------------


def test_seats_are_taken_away_while_they_are_booked_and_none_is_given_that_is_gone(fresh_db: str) -> None:
    edition = factories.edition()
    session = bookable(edition, 20)
    lower = [
        (lambda to: actions.set_seats(session=session, capacity=to), (capacity,)) for capacity in (4, 10, 15)
    ]

    outcomes = together(*((book, (person, session)) for person in people(edition, 20)), *lower)

    pool = SeatPool.objects.get(session=session)
    assert pool.taken <= pool.capacity
    assert pool.taken == Booking.objects.standing().count() == 20 - outcomes.get("NoSeatLeft", 0)
    assert wrong(session) == []


def test_without_the_lock_and_the_constraint_a_seat_is_booked_that_was_taken_away(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = factories.edition()
    session = bookable(edition, 1)
    (person,) = people(edition, 1)
    without_constraint("registration_seatpool", "no_seat_given_twice")
    monkeypatch.setattr(SeatPoolQuerySet, "locked", unlocked(Barrier(2)))

    together((book, (person, session)), (lambda: actions.set_seats(session=session, capacity=0), ()))

    assert "no session has more seats given" in str(wrong(session))


# --- a release meanwhile ------------------------------------------------------------------------------------


def called_off(session: Session) -> None:
    session.is_cancelled = True
    session.save()
    release(edition=session.edition, by=None)


def test_a_session_called_off_while_people_wait_and_answer_leaves_nobody_in_it(fresh_db: str) -> None:
    edition = factories.edition()
    session, seated, others = full(edition, 4, 8)
    waits = [one for person in others[:4] for one in wait(session, person)]
    for person in seated[:2]:
        give_up(person, session)

    together(
        (called_off, (session,)),
        *((accept, (one,)) for one in waits[:2]),
        *((give_up, (person, session)) for person in seated[2:3]),
        *((lambda person: wait(session, person), (person,)) for person in others[4:]),
    )

    pool = SeatPool.objects.get(session=session)
    assert (pool.taken, pool.offered, pool.waiting) == (0, 0, 0)
    assert not Wait.objects.standing().exists()
    assert not Booking.objects.standing().exists()
    assert wrong(session) == []


def test_without_the_lock_someone_waits_for_a_session_that_was_called_off(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _seated, (other,) = full(factories.edition(), 1, 1)
    is_released = Event()
    monkeypatch.setattr(SeatPoolQuerySet, "locked", unlocked())
    monkeypatch.setattr(SeatPoolQuerySet, "locked_of", lambda self, edition: self.none())
    original = waiting_lists.check_speaks_not

    def after_the_release(*arguments: Any) -> None:
        is_released.wait(timeout=30)
        original(*arguments)

    def call_off() -> None:
        try:
            called_off(session)
        finally:
            is_released.set()

    monkeypatch.setattr(waiting_lists, "check_speaks_not", after_the_release)

    together((lambda: wait(session, other), ()), (call_off, ()))

    assert statuses(session) == ["waiting"]
