"""Runs inside the site: deletes what an edition of many people kept, while seats of another are booked. Prints JSON."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from threading import Event, Thread
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.desk_inside import make_people
from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session, SessionKind
from registration.actions import book_seat, give_up_seat, tickets_for
from registration.actions.retention import TRIED_AHEAD, run_what_is_due
from registration.models import CheckIn, HeadsetLoan, Registration, SeatPool, Star

LONG_AGO = date(2001, 6, 4)  # so that every period is over
BEFORE = 2.0  # seconds in which bookings are timed by themselves


def retention(count: int) -> dict[str, Any]:
    """Seconds for all kinds; milliseconds of the slowest booking without and beside it; names left."""
    organiser = User.objects.filter(is_staff=True).order_by("pk")[0]
    old = _old_edition(count, organiser)
    # The clock deletes only what it announced some nights before.
    run_what_is_due(at=timezone.now() - TRIED_AHEAD)
    visit, person = _visit(organiser)
    before = _bookings(visit, person, organiser, until=time.perf_counter() + BEFORE)
    is_over = Event()
    beside: list[float] = []

    def go_on_booking() -> None:
        try:
            beside.extend(_bookings(visit, person, organiser, until=None, is_over=is_over))
        finally:
            connection.close()

    thread = Thread(target=go_on_booking)
    thread.start()
    begun = time.perf_counter()
    run_what_is_due(at=timezone.now())
    took = time.perf_counter() - begun
    is_over.set()
    thread.join()
    named = Registration.objects.filter(edition=old).exclude(family_name="")
    return {
        "seconds": took,
        "bookings": len(beside),
        "slowest": max(beside, default=0.0),
        "slowest_before": max(before),
        "left": named.count(),
    }


def _old_edition(count: int, organiser: User) -> Edition:
    edition = Edition.objects.create(
        number=99, slug="long-ago", year=LONG_AGO.year, starts_on=LONG_AGO, ends_on=LONG_AGO
    )
    session = Session.objects.filter(edition__is_demonstration=True)[0]
    people = make_people(edition, count, organiser)
    tickets = tickets_for(people)
    CheckIn.objects.bulk_create(
        CheckIn(
            edition=edition,
            place_id=person.place_id,
            registration=person,
            ticket=tickets[person.pk],
            day=LONG_AGO,
            how=CheckIn.How.SCAN,
            at=timezone.now(),
        )
        for person in people
    )
    Star.objects.bulk_create(Star(registration=person, session=session) for person in people)
    HeadsetLoan.objects.bulk_create(
        HeadsetLoan(edition=edition, registration=person, number=number, returned_at=timezone.now())
        for number, person in enumerate(people)
    )
    return edition


def _visit(organiser: User) -> tuple[Session, Registration]:
    edition = Edition.objects.get(is_demonstration=True)
    kind = SessionKind.objects.create(slug="bench-forgetting", name="visit meanwhile", has_limited_seats=True)
    begin = edition.days()[0].replace(hour=5)
    visit = Session.objects.create(
        edition=edition,
        kind=kind,
        title="A visit meanwhile",
        starts_at=begin,
        ends_at=begin.replace(hour=6),
        floor_languages=["en"],
    )
    SeatPool.objects.create(session=visit, capacity=10)
    release(edition=edition, by=None, sessions=[visit])
    (person,) = make_people(edition, 1, organiser)
    return visit, person


def _bookings(
    visit: Session,
    person: Registration,
    organiser: User,
    *,
    until: float | None,
    is_over: Event | None = None,
) -> list[float]:
    """Milliseconds of each: booked and given up, again and again."""
    took = []
    while (is_over is None or not is_over.is_set()) and (until is None or time.perf_counter() < until):
        begun = time.perf_counter()
        booking = book_seat(place=person.place, session=visit, by=organiser)
        give_up_seat(booking=booking, by=organiser)
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.02)
    return took


def main() -> None:
    json.dump(retention(int(sys.argv[2])), sys.stdout)
