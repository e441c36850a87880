"""Many at once, in threads with connections of their own on a database of their own.

Each has its negative control: with the guard taken out, the same run goes wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session
from registration.actions import Refusal, begin_run, book_seat, cancel_registration, go_on
from registration.models import Booking, Registration, SeatPool
from registration.models.seats import SeatPoolQuerySet
from tests import factories
from tests.factories import NINE

PEOPLE, CONNECTIONS, SEATS = 100, 40, 20


def bookable(edition: Edition, capacity: int = SEATS, **fields: Any) -> Session:
    session = factories.session(edition, **fields)
    factories.pool(session, capacity)
    release(edition=edition, by=None)
    return session


def people(edition: Edition, count: int) -> list[Registration]:
    keeper, category = factories.user(), factories.category(edition)
    return [
        factories.registration(edition, managed_by=keeper, category=category, is_own=False)
        for _ in range(count)
    ]


def at_once(work: Callable[..., object], arguments: Iterable[tuple[Any, ...]], workers: int) -> Counter[str]:
    """Does it for each in so many threads that begin together; counts what came of it."""
    start = Barrier(workers)

    def open_connection() -> None:
        connection.ensure_connection()
        start.wait(timeout=30)

    def one(argument: tuple[Any, ...]) -> str:
        try:
            work(*argument)
        except Refusal as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(workers, initializer=open_connection) as pool:
        try:
            outcomes = Counter(pool.map(one, list(arguments)))
        finally:
            # Each thread has a connection that its database waits for when it is dropped.
            end = Barrier(workers)

            def close(_: int) -> None:
                end.wait(timeout=30)
                connections.close_all()

            list(pool.map(close, range(workers)))
    return outcomes


def book(registration: Registration, session: Session) -> None:
    book_seat(place=registration.place, session=session, by=registration.managed_by)


def without_constraint(table: str, name: str) -> None:
    """In this test's own database, by the login that owns the tables; the site's could not."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    connections["owner"].close()


def test_a_hundred_people_get_exactly_the_twenty_seats(fresh_db: str) -> None:
    edition = factories.edition()
    session = bookable(edition)

    outcomes = at_once(book, [(person, session) for person in people(edition, PEOPLE)], CONNECTIONS)

    assert outcomes == {"done": SEATS, "NoSeatLeft": PEOPLE - SEATS}
    assert (Booking.objects.count(), SeatPool.objects.get().taken) == (SEATS, SEATS)


def test_without_the_lock_and_the_check_more_seats_are_given_than_there_are(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = factories.edition()
    session = bookable(edition)
    without_constraint("registration_seatpool", "no_seat_given_twice")
    all_have_looked = Barrier(CONNECTIONS)

    def unlocked(self: SeatPoolQuerySet, session_ids: Iterable[int]) -> list[SeatPool]:
        class Looked(list[SeatPool]):
            def first(self) -> SeatPool:
                return self[0]

        pools = Looked(self.filter(session_id__in=session_ids))
        all_have_looked.wait(timeout=30)
        return pools

    monkeypatch.setattr(SeatPoolQuerySet, "locked", unlocked)
    everyone = people(edition, CONNECTIONS)
    outcomes = at_once(book, [(person, session) for person in everyone], CONNECTIONS)

    assert outcomes == {"done": CONNECTIONS}
    assert Booking.objects.count() == CONNECTIONS > SEATS


def overlapping(edition: Edition) -> list[Session]:
    return [bookable(edition, starts_at=NINE + timedelta(minutes=10 * number)) for number in range(6)]


def test_one_place_never_gets_two_seats_at_one_time(fresh_db: str) -> None:
    edition = factories.edition()
    sessions, (person,) = overlapping(edition), people(edition, 1)

    outcomes = at_once(book, [(person, session) for session in sessions], len(sessions))

    assert outcomes == {"done": 1, "OverlappingSeat": len(sessions) - 1}
    assert sum(SeatPool.objects.values_list("taken", flat=True)) == Booking.objects.count() == 1


def test_without_the_constraint_one_place_gets_them_all(fresh_db: str) -> None:
    edition = factories.edition()
    sessions, (person,) = overlapping(edition), people(edition, 1)
    without_constraint("registration_booking", "a_place_sits_in_one_session_at_a_time")

    outcomes = at_once(book, [(person, session) for session in sessions], len(sessions))

    assert outcomes == {"done": len(sessions)}


def test_no_seat_stays_with_a_registration_that_is_cancelled_meanwhile(fresh_db: str) -> None:
    edition = factories.edition()
    sessions = [bookable(edition, starts_at=NINE + timedelta(hours=number)) for number in range(8)]
    (person,) = people(edition, 1)

    def act(session: Session | None) -> None:
        if session is None:
            cancel_registration(registration=person, by=person.managed_by)
        else:
            book(person, session)

    at_once(act, [(session,) for session in (*sessions[:4], None, *sessions[4:])], 9)

    assert Booking.objects.standing().count() == 0
    assert sum(SeatPool.objects.values_list("taken", flat=True)) == 0


def test_bookings_during_a_release_end_at_the_new_time_or_clash(fresh_db: str) -> None:
    edition = factories.edition()
    moving, staying = bookable(edition, 100), bookable(edition, 100, starts_at=NINE + timedelta(hours=2))
    everyone = people(edition, 20)
    moving.starts_at, moving.ends_at = staying.starts_at, staying.ends_at
    moving.save()

    def act(person: Registration | None, session: Session | None) -> None:
        if person is None or session is None:
            release(edition=edition, by=None)
        else:
            book(person, session)

    work = [(person, session) for person in everyone for session in (moving, staying)]
    at_once(act, [*work[:20], (None, None), *work[20:]], 21)

    standing = Booking.objects.standing()
    assert {booking.during.lower for booking in standing} == {NINE + timedelta(hours=2)}
    twice = {place for place, count in Counter(standing.values_list("place", flat=True)).items() if count > 1}
    assert set(standing.filter(status="clash").values_list("place", flat=True)) == twice
    assert sum(SeatPool.objects.values_list("taken", flat=True)) == standing.count()


def test_one_that_the_database_stops_keeps_those_after_it_from_nothing(fresh_db: str) -> None:
    edition, desk = factories.edition(), factories.user(is_staff=True, is_superuser=True)
    category = factories.category(edition, needs_approval=True)
    names = ("Anna", "Stopped", "Zoë")
    rows = [
        factories.registration(edition, status="submitted", category=category, given_name=name)
        for name in names
    ]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION as_in_a_deadlock() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'waited for' USING ERRCODE = 'deadlock_detected'; END $$;
            CREATE TRIGGER as_in_a_deadlock BEFORE UPDATE ON registration_registration FOR EACH ROW
                WHEN (OLD.given_name = 'Stopped') EXECUTE FUNCTION as_in_a_deadlock();
            """
        )
    connections["owner"].close()

    run = go_on(run=begin_run(what="approve", registration_ids=[row.pk for row in rows], by=desk), by=desk)

    sentence = "This could not be decided together with the others. Decide on it by itself."
    assert (run.todo, run.refused) == ([], [[rows[1].pk, sentence]])
    assert run.done == [[rows[0].pk, "confirmed"], [rows[2].pk, "confirmed"]]
