"""How the demonstration's seats are given: limits, seats held back, a visit that is full, a clash."""

from __future__ import annotations

from datetime import timedelta

from efus_conference.management.content.demo_accounts import Accounts
from efus_conference.management.content.files import Record, record
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session, SessionKind, Speaker
from registration.actions import book_seat, give_up_seat, hold_seats, set_seats, wait_for_seats
from registration.models import (
    Booking,
    BookingLimit,
    BookingRules,
    Delegation,
    Registration,
    SeatPool,
)


def load_booking_rules(ledger: Ledger) -> None:
    rules = record("demo/booking")
    edition = ledger.row(rules["rules"]["edition"], Edition)
    ledger.put(
        rules["rules"]["key"],
        BookingRules,
        {"offer_hours": rules["rules"]["offer_hours"]},
        natural={"edition": edition},
        needs=[edition],
    )
    for item in rules["limits"]:
        kind = ledger.row(item["kind"], SessionKind)
        ledger.put(
            item["key"],
            BookingLimit,
            {"most": item["most"]},
            natural={"edition": edition, "kind": kind},
            needs=[edition, kind],
        )


def load_seats_held_back(ledger: Ledger) -> None:
    """Beside the seats: wheelchair places, and what is kept for a city, a speaker or the desk."""
    rules = record("demo/booking")
    for item in rules["wheelchairs"]:
        session = ledger.row(item["session"], Session)
        if session is None or ledger.knows(item["key"]):
            continue
        pool = SeatPool.objects.get(pk=session.pk)
        pool = set_seats(
            session=session, capacity=item.get("seats", pool.capacity), wheelchairs=item["wheelchairs"]
        )
        ledger.note(item["key"], pool)
    for item in rules["holds"]:
        session = ledger.row(item["session"], Session)
        delegation = ledger.row(item["delegation"], Delegation) if item["delegation"] else None
        speaker = ledger.row(item["speaker"], Speaker) if item["speaker"] else None
        if session is None or ledger.knows(item["key"]):
            continue
        hold = hold_seats(session=session, seats=item["seats"], delegation=delegation, speaker=speaker)
        if hold is not None:
            ledger.note(item["key"], hold)


def load_waiting(ledger: Ledger) -> None:
    """Fills a visit, lets people wait for it in their order, and frees the seat that the first is offered."""
    for item in record("demo/booking")["waiting"]:
        session = ledger.row(item["session"], Session)
        if session is None or ledger.knows(item["key"]):
            continue
        for key in item["seated"]:
            if registration := _registration(ledger, key):
                book_seat(place=registration.place, session=session, by=registration.managed_by)
        for party in item["parties"]:
            people = [row for key in party["registrations"] if (row := _registration(ledger, key))]
            if people:
                wait_for_seats(
                    places=[row.place for row in people],
                    session=session,
                    by=people[0].managed_by,
                    wants_all=party["wants_all"],
                )
        for key in item["give_up"]:
            registration = _registration(ledger, key)
            booking = (
                registration and Booking.objects.filter(place=registration.place, session=session).first()
            )
            if registration and booking:
                give_up_seat(booking=booking, by=registration.managed_by)
        ledger.note(item["key"], SeatPool.objects.get(pk=session.pk))


def load_second_release(ledger: Ledger, accounts: Accounts) -> None:
    """Moves a session, so that the programme has changed and somebody has two seats at one time."""
    item: Record = record("demo/booking")["moved"]
    session = ledger.row(item["session"], Session)
    if session is None or ledger.knows(item["key"]):
        return
    times = ("starts_at", "ends_at", "departs_at", "returns_at")
    for name in times:
        if moment := getattr(session, name):
            setattr(session, name, moment + timedelta(minutes=item["minutes"]))
    session.save(update_fields=times)
    made = release(
        edition=session.edition, by=accounts.get("organiser"), sessions=[session], note=item["note"]
    )
    if made is not None:
        ledger.note(item["key"], made)


def _registration(ledger: Ledger, key: str) -> Registration | None:
    registration = ledger.found(key, Registration)
    return registration if registration and registration.is_live else None
