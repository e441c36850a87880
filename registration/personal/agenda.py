"""Seats, waits, stars and the history of a registration."""

from __future__ import annotations

from typing import Any

from efus_conference.personal import Data, moment
from registration.models import (
    AgendaChange,
    Booking,
    FeedLink,
    Registration,
    RegistrationEvent,
    Star,
    Wait,
)
from registration.personal.parts import Kept

# What of an event's detail tells of this registration alone; companions and invitations are of other people.
DETAILS = ("session", "instead_of", "fields", "questions", "purposes", "together")


def of_place(row: Registration, kept: Kept) -> Data:
    """The seats and waits of its place while it was theirs: before and after, it may have been somebody else's."""
    begun, ended = row.submitted_at, kept.ended_at(row)
    bookings = kept.by_place(
        "bookings",
        lambda ids: (
            Booking.objects.filter(place__in=ids).select_related("session").order_by("booked_at", "pk")
        ),
    )
    waits = kept.by_place(
        "waits",
        lambda ids: (
            Wait.objects.filter(place__in=ids)
            .select_related("session", "party")
            .order_by("party__asked_at", "pk")
        ),
    )
    seats = [
        each
        for each in bookings(row.place_id)
        if (ended is None or each.booked_at < ended)
        and (each.status in Booking.STANDING or each.changed_at >= begun)
    ]
    stood = [
        each
        for each in waits(row.place_id)
        if (ended is None or each.party.asked_at < ended)
        and (each.ended_at is None or each.ended_at >= begun)
    ]
    return {
        "seats": [
            {
                "session": each.session.code,
                "title": kept.title(each.session_id),
                "from": moment(each.during.lower),
                "to": moment(each.during.upper),
                "status": _as_it_was(each.status, each.changed_at, ended),
                "is_wheelchair": each.is_wheelchair,
                "booked_at": moment(each.booked_at),
            }
            for each in seats
        ],
        "waits": [
            {
                "session": each.session.code,
                "title": kept.title(each.session_id),
                "status": _as_it_was(each.status, each.ended_at or each.party.asked_at, ended),
                "is_wheelchair": each.is_wheelchair,
                "asked_at": moment(each.party.asked_at),
                "offered_at": moment(each.offered_at if ended is None else None),
                "ended_at": moment(each.ended_at if ended is None else None),
            }
            for each in stood
        ],
    }


def _as_it_was(status: str, changed_at: Any, ended: Any) -> str:
    """What became of it after it passed to the place's next person is theirs."""
    return status if ended is None or changed_at <= ended else "stayed with the place"


def of(row: Registration, kept: Kept) -> Data:
    stars = kept.by_registration(
        "stars",
        lambda ids: (
            Star.objects.filter(registration__in=ids).select_related("session").order_by("starred_at", "pk")
        ),
    )
    links = kept.by_registration(
        "links", lambda ids: FeedLink.objects.filter(registration__in=ids).order_by("made_at", "pk")
    )
    changes = kept.by_registration(
        "changes",
        lambda ids: (
            AgendaChange.objects.filter(registration__in=ids).select_related("session").order_by("pk")
        ),
    )
    return {
        "stars": [
            {
                "session": each.session.code,
                "title": kept.title(each.session_id),
                "starred_at": moment(each.starred_at),
            }
            for each in stars(row.pk)
        ],
        # The addresses themselves open the agenda to whoever reads them.
        "addresses": [
            {
                "purpose": each.purpose,
                "made_at": moment(each.made_at),
                "revoked_at": moment(each.revoked_at),
            }
            for each in links(row.pk)
        ],
        "changes": [
            {
                "session": each.session.code,
                "title": kept.title(each.session_id),
                "before": each.before.get("during"),
                "after": each.after.get("during"),
                "made_at": moment(each.made_at),
                "told_at": moment(each.told_at),
            }
            for each in changes(row.pk)
        ],
    }


def history(row: Registration, kept: Kept) -> list[Data]:
    events = kept.by_any(
        "events",
        lambda ids: (
            RegistrationEvent.objects.filter(registration__in=ids)
            .select_related("actor")
            .order_by("at", "pk")
        ),
    )
    return [
        {
            "at": moment(event.at),
            "what": event.verb,
            "in_words": event.get_verb_display(),
            "by": _by(event, kept),
            "before": event.before,
            "after": event.after,
            "why": event.reason,
            "about": {key: event.detail[key] for key in DETAILS if key in event.detail},
        }
        for event in events(row.pk)
    ]


def _by(event: RegistrationEvent, kept: Kept) -> str:
    """Without the names of others: the account itself, the organisers, someone else, or nobody that there still is."""
    if event.actor is None:
        return "clock or deleted account"
    if event.actor_id == kept.user.pk:
        return "you"
    return "organisers" if event.actor.is_staff else "another account"
