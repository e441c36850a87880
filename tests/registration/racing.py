"""What tests with many at once share: acts that begin together, and reading a pool without its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from efus_conference.models import Edition
from programme.models import Session
from registration import actions
from registration.actions import deadlines
from registration.models import Booking, Registration, SeatPool, Wait
from registration.models.seats import SeatPoolQuerySet
from tests import benchmarks_path
from tests.registration.test_races import at_once, bookable, people

assert benchmarks_path.BIN
from benchmarks.invariants import broken  # noqa: E402 - found by the path above

ROUNDS = 5  # of what may go either way
Act = tuple[Callable[..., object], tuple[Any, ...]]


def together(*acts: Act) -> dict[str, int]:
    return dict(at_once(lambda do, arguments: do(*arguments), acts, len(acts)))


def book(person: Registration, session: Session) -> Booking:
    return actions.book_seat(place=person.place, session=session, by=person.managed_by)


def wait(session: Session, *who: Registration, wants_all: bool = False) -> list[Wait]:
    return actions.wait_for_seats(
        places=[person.place for person in who], session=session, by=who[0].managed_by, wants_all=wants_all
    )


def give_up(person: Registration, session: Session) -> None:
    booking = Booking.objects.standing().get(place=person.place, session=session)
    actions.give_up_seat(booking=booking, by=person.managed_by)


def accept(waiting: Wait) -> None:
    actions.accept_seat(wait=waiting, by=waiting.place.registrations.get().managed_by)


def swap(person: Registration, give: Session, take: Session) -> None:
    actions.swap_seat(place=person.place, give_up=give, take=take, by=person.managed_by)


def expire(session: Session) -> None:
    """What the clock's job does a day and some hours later."""
    deadlines.settle_list(session.pk, at=timezone.now() + timedelta(hours=30))


def wrong(*sessions: Session) -> list[str]:
    with connection.cursor() as cursor:
        return broken(cursor, single_waits_of=[session.pk for session in sessions])


def statuses(session: Session) -> list[str]:
    return list(Wait.objects.filter(session=session).order_by("party", "pk").values_list("status", flat=True))


def full(
    edition: Edition, seats: int, waiting: int
) -> tuple[Session, list[Registration], list[Registration]]:
    """A session without a free seat: who has one, and as many others who do not wait yet."""
    session = bookable(edition, seats)
    everyone = people(edition, seats + waiting)
    for person in everyone[:seats]:
        book(person, session)
    return session, everyone[:seats], everyone[seats:]


def unlocked(meeting: Barrier | None = None) -> Callable[..., Any]:
    """In the place of `SeatPool.objects.locked`: no lock, and all who read wait for each other."""

    class Looked(list[SeatPool]):
        def first(self) -> SeatPool:
            return self[0]

    def read(self: SeatPoolQuerySet, session_ids: Iterable[int]) -> Looked:
        pools = Looked(self.filter(session_id__in=list(session_ids)))
        if meeting is not None:
            meeting.wait(timeout=30)
        return pools

    return read


def meet_before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, meeting: Barrier) -> None:
    """All who come to call the function wait for each other there."""
    original = getattr(module, name)

    def met(*arguments: Any, **named: Any) -> Any:
        meeting.wait(timeout=30)
        return original(*arguments, **named)

    monkeypatch.setattr(module, name, met)
