"""What the desk shows of one person: are they in, may they come in, their ticket, seats and headset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from programme.models import ReleasedSession
from registration.desk.days import day_of
from registration.models import (
    Booking,
    CheckIn,
    Consent,
    ConsentText,
    HeadsetLoan,
    Registration,
    SeatPool,
    Ticket,
)
from registration.times import spoken_clock, spoken_span


@dataclass(frozen=True)
class Card:
    today: CheckIn | None
    # All that stand, the latest first.
    check_ins: list[CheckIn]
    ticket: Ticket | None
    void_tickets: int
    loan: HeadsetLoan | None
    # They did not agree to photographs, and their badge says so.
    is_not_photographed: bool

    @property
    def since(self) -> str:
        """“09:12”, by the clocks of the edition."""
        return spoken_clock(self.today.at, self.today.edition.zone) if self.today else ""


@dataclass(frozen=True)
class Door:
    """A session of the day, and how the person stands to it."""

    code: str
    title: str
    when: str
    room: str
    has_seat: bool
    is_booked: bool  # whether seats in it are booked at all
    is_there: bool


def card_of(registration: Registration, now: datetime) -> Card:
    """In four queries."""
    day = day_of(registration.edition, now)
    check_ins = list(
        registration.check_ins.standing().select_related("session", "device", "edition").order_by("-at", "pk")
    )
    tickets = list(registration.tickets.select_related("handed_to"))
    return Card(
        today=next((row for row in check_ins if row.session_id is None and row.day == day), None),
        check_ins=check_ins,
        ticket=next((ticket for ticket in tickets if ticket.is_standing), None),
        void_tickets=sum(not ticket.is_standing for ticket in tickets),
        loan=registration.headset_loans.filter(returned_at=None).first(),
        is_not_photographed=not Consent.objects.standing()
        .filter(registration=registration, text__purpose=ConsentText.Purpose.PHOTOS)
        .exists(),
    )


def sessions_today(registration: Registration, now: datetime) -> list[Door]:
    """Those of the day in the edition; before and after it none."""
    edition = registration.edition
    day = day_of(edition, now)
    rows = [
        row
        for row in ReleasedSession.objects.filter(edition=edition, status=ReleasedSession.Status.CONFIRMED)
        .select_related("session", "room", "edition")
        .order_by("during", "session__code")
        if day_of(edition, row.starts_at) == day
    ]
    seats = set(
        Booking.objects.standing().filter(place=registration.place_id).values_list("session_id", flat=True)
    )
    booked = set(
        SeatPool.objects.filter(session__in=[row.pk for row in rows]).values_list("session_id", flat=True)
    )
    there = set(
        registration.check_ins.standing().filter(session__isnull=False).values_list("session_id", flat=True)
    )
    return [
        Door(
            code=row.session.code,
            title=row.title,
            when=spoken_span(row.starts_at, row.ends_at, edition.zone),
            room=row.room.name if row.room else "",
            has_seat=row.pk in seats,
            is_booked=row.pk in booked,
            is_there=row.pk in there,
        )
        for row in rows
    ]
