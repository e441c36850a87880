"""A small conference for tests that try everything: few seats, several people, and a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration.actions import book_seat, wait_for_seats
from registration.models import BookingLimit, Category, Delegation, Place, Registration
from tests import factories
from tests.factories import NINE

BEGINNING = datetime(2031, 5, 9, 8, 0, 17, tzinfo=UTC)  # no limit of an hour falls into the seconds of a step


@dataclass(frozen=True)
class World:
    edition: Edition
    sessions: list[Session]
    people: list[Registration]  # confirmed; the first speaks in the last session, the second has a companion
    delegation: Delegation
    places: list[Place]  # of the delegation, the first with a person
    categories: dict[str, Category]
    desk: User


def world() -> World:
    """Four sessions: the first two overlap, of one kind are all but the second, two seats of which are allowed."""
    edition = factories.edition()
    speaker = factories.speaker()
    kind, other = factories.kind(), factories.kind()
    starts = [NINE, NINE + timedelta(minutes=30), NINE + timedelta(hours=2), NINE + timedelta(days=1)]
    sessions = [
        factories.session(edition, starts_at=start, kind=other if number == 1 else kind)
        for number, start in enumerate(starts)
    ]
    spoken = factories.session(edition, starts_at=starts[3], kind=other, speakers=(speaker,))
    for session, capacity in zip(sessions, (2, 2, 2, 1), strict=True):
        factories.pool(session, capacity, wheelchairs=1 if capacity == 2 else 0)
    release(edition=edition, by=None)
    BookingLimit.objects.create(edition=edition, kind=kind, most=2)
    categories = {
        "open": factories.category(edition),
        "small": factories.category(edition, quota=2),
        "approved": factories.category(edition, quota=1, needs_approval=True),
    }
    people = [
        factories.registration(edition, category=categories["open"], speaker=speaker if number == 0 else None)
        for number in range(6)
    ]
    place = Place.objects.create(
        edition=edition, accompanies=people[1].place, companion_kind=Place.CompanionKind.INTERPRETER
    )
    factories.registration(
        edition,
        place=place,
        category=categories["open"],
        managed_by=people[1].managed_by,
        is_own=False,
        is_outside_quota=True,
    )
    # The first session is full, and two wait for it. In the second a seat is kept for two who want both.
    for person, session in ((2, 0), (3, 0), (0, 1)):
        book_seat(place=people[person].place, session=sessions[session], by=people[person].managed_by)
    for person in people[4:]:
        wait_for_seats(places=[person.place], session=sessions[0], by=person.managed_by)
    wait_for_seats(
        places=[person.place for person in people[4:]],
        session=sessions[1],
        by=factories.user(is_superuser=True),
        wants_all=True,
    )
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    places = [Place.objects.create(edition=edition, delegation=delegation) for _ in range(3)]
    factories.registration(
        edition,
        place=places[0],
        category=categories["small"],
        managed_by=coordinator,
        is_own=False,
        is_outside_quota=True,
    )
    desk = factories.user(is_staff=True, is_superuser=True)
    return World(edition, [*sessions, spoken], people, delegation, places, categories, desk)
