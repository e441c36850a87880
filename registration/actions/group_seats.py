"""Seats of one session for several places of a delegation at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from efus_conference.models import User
from programme.models import Session
from registration.actions.delegation_refusals import SeatsRefused
from registration.actions.refusals import Refusal
from registration.actions.seats import book_seat
from registration.models import Booking, Place


@dataclass(frozen=True)
class GroupSeats:
    """What came of it: the seats, and of each place that has none, why."""

    bookings: list[Booking]
    refused: dict[Place, Refusal]


@transaction.atomic
def book_seats(*, places: Sequence[Place], session: Session, by: User, wants_all: bool) -> GroupSeats:
    """A seat for each of the places, in the order of their ids; with `wants_all` all of them or none.

    Raises SeatsRefused when all are wanted and not all are to be had.
    """
    # All of them before the pool, which the first booking locks.
    ids = [place.pk for place in places]
    list(
        Place.objects.locked([*ids, *Place.objects.filter(accompanies__in=ids).values_list("pk", flat=True)])
    )
    bookings: list[Booking] = []
    refused: dict[Place, Refusal] = {}
    for place in sorted(places, key=lambda each: each.pk):
        try:
            with transaction.atomic():
                bookings.append(book_seat(place=place, session=session, by=by))
        except Refusal as refusal:
            refused[place] = refusal
    if refused and wants_all:
        raise SeatsRefused(refused)
    return GroupSeats(bookings, refused)
