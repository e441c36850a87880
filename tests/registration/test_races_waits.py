"""Waiting lists with many at once; what must always be so is asked in SQL afterwards.

In the negative controls the pool is read without its lock, and two threads meet between reading and writing.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest

from efus_conference.models import Edition
from programme.models import Session
from registration import actions
from registration.actions import deadlines, waiting_lists
from registration.actions import waits as waits_module
from registration.models import Booking, SeatPool, Wait
from registration.models.seats import SeatPoolQuerySet
from tests import factories
from tests.factories import NINE
from tests.registration.racing import (
    ROUNDS,
    accept,
    expire,
    full,
    give_up,
    meet_before,
    statuses,
    together,
    unlocked,
    wait,
    wrong,
)

# --- an offer is accepted while it expires ---------------------------------------------------------------


def two_offers(edition: Edition) -> tuple[Session, list[Wait]]:
    session, seated, others = full(edition, 2, 4)
    waits = [one for person in others for one in wait(session, person)]
    for person in seated:
        give_up(person, session)
    return session, list(Wait.objects.offered().filter(pk__in=[one.pk for one in waits]).order_by("pk"))


def test_an_offer_that_is_accepted_while_it_expires_is_one_or_the_other(fresh_db: str) -> None:
    edition = factories.edition()
    for _round in range(ROUNDS):
        session, offers = two_offers(edition)

        together(
            (accept, (offers[0],)),
            (accept, (offers[1],)),
            (expire, (session,)),
            (expire, (session,)),
        )

        ended = {one.pk: one.status for one in Wait.objects.filter(pk__in=[offer.pk for offer in offers])}
        assert set(ended.values()) <= {"accepted", "expired"}
        seated = set(Booking.objects.standing().filter(session=session).values_list("place", flat=True))
        assert seated == {offer.place_id for offer in offers if ended[offer.pk] == "accepted"}
        assert SeatPool.objects.get(session=session).free == 0
        assert wrong(session) == []


def test_without_the_lock_a_seat_is_accepted_and_given_on(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, offers = two_offers(factories.edition())
    both_have_looked = Barrier(2)
    meet_before(monkeypatch, waiting_lists, "check_free_for", both_have_looked)
    meet_before(monkeypatch, deadlines, "end_waits", both_have_looked)
    monkeypatch.setattr(SeatPoolQuerySet, "locked", unlocked())
    Wait.objects.filter(pk=offers[1].pk).update(offer_until=NINE)

    together(
        (accept, (offers[0],)), (lambda: deadlines.settle_list(session.pk, at=NINE - timedelta(hours=1)), ())
    )

    assert "a session's numbers are those of its rows" in str(wrong(session))


# --- who is about to be offered a seat goes -----------------------------------------------------------------


def test_a_seat_freed_while_the_first_in_line_cancels_goes_to_someone_who_comes(fresh_db: str) -> None:
    edition = factories.edition()
    for _round in range(ROUNDS):
        session, (seated,), (first, second) = full(edition, 1, 2)
        wait(session, first)
        wait(session, second)

        together(
            (give_up, (seated, session)),
            (lambda person: actions.cancel_registration(registration=person, by=person.managed_by), (first,)),
        )

        assert statuses(session) == ["left", "offered"]
        assert wrong(session) == []


def test_without_the_lock_a_seat_is_kept_for_who_has_gone(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, (seated,), (first, second) = full(factories.edition(), 1, 2)
    wait(session, first)
    wait(session, second)
    has_read, is_offered = Event(), Event()
    monkeypatch.setattr(SeatPoolQuerySet, "locked", unlocked())
    original = waits_module.end_waits

    def after_the_offer(pool: SeatPool, waits: list[Wait], *arguments: Any) -> None:
        if waits:
            has_read.set()
            is_offered.wait(timeout=30)
        original(pool, waits, *arguments)

    def give_it_up() -> None:
        has_read.wait(timeout=30)
        try:
            give_up(seated, session)
        finally:
            is_offered.set()

    monkeypatch.setattr(waits_module, "end_waits", after_the_offer)

    together(
        (give_it_up, ()),
        (lambda: actions.cancel_registration(registration=first, by=first.managed_by), ()),
    )

    assert statuses(session) == ["left", "waiting"]
    assert SeatPool.objects.get(session=session).offered == 1


# --- groups -------------------------------------------------------------------------------------------------


def test_seats_given_up_at_once_go_to_the_group_that_came_first_and_then_to_who_is_behind(
    fresh_db: str,
) -> None:
    edition = factories.edition()
    session, seated, others = full(edition, 6, 6)
    wait(session, *others[:3], wants_all=True)
    wait(session, others[3])

    together(
        *((give_up, (person, session)) for person in seated[:4]),
        (lambda: wait(session, *others[4:], wants_all=True), ()),
    )

    assert statuses(session) == ["offered"] * 4 + ["waiting"] * 2
    assert wrong() == []


def test_without_the_lock_a_group_waits_beside_the_seats_that_would_be_enough(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, seated, others = full(factories.edition(), 2, 2)
    wait(session, *others, wants_all=True)
    monkeypatch.setattr(SeatPoolQuerySet, "locked", unlocked(Barrier(2)))

    together(*((give_up, (person, session)) for person in seated))

    assert statuses(session) == ["waiting"] * 2
    assert SeatPool.objects.get(session=session).free == 2


# --- one person in two windows -------------------------------------------------------------------------------


def test_who_asks_twice_at_once_waits_once(fresh_db: str) -> None:
    session, _seated, (other,) = full(factories.edition(), 1, 1)

    outcomes = together(*((lambda: wait(session, other), ()) for _window in range(6)))

    assert outcomes == {"done": 1, "AlreadyWaiting": 5}
    assert wrong(session) == []


def test_who_accepts_and_declines_at_once_has_the_seat_or_has_not(fresh_db: str) -> None:
    edition = factories.edition()
    for _round in range(ROUNDS):
        session, offers = two_offers(edition)
        keeper = offers[0].place.registrations.get().managed_by

        together(
            (accept, (offers[0],)),
            (lambda one, by: actions.decline_seat(wait=one, by=by), (offers[0], keeper)),
        )

        has_seat = Booking.objects.standing().filter(place=offers[0].place).exists()
        offers[0].refresh_from_db()
        assert (offers[0].status, has_seat) in {("accepted", True), ("declined", False)}
        assert wrong(session) == []
