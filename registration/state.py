"""What a page that is the same for everyone lacks: what the reader has, how many seats are free, what is on now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from efus_conference.models import Edition, User
from programme.models import ReleasedSession
from programme.now import next_after, on_at, turns_at
from registration.models import Booking, Registration, SeatPool, Star, Wait
from registration.waiting import positions_of

LONGEST_DAY = timedelta(hours=18)


def state_of(edition: Edition | None, person: User | None, at: datetime | None = None) -> dict[str, Any]:
    """Codes of sessions by what is so of them; `at` is the server's moment, by which the page's clock goes.

    `turns_at` is when the answer for now and next will be another one, null outside the edition's days.
    """
    at = at or timezone.now()
    zone = edition.zone if edition else timezone.get_default_timezone()
    return {
        "at": at.astimezone(zone).isoformat(timespec="seconds"),
        **_mine(edition, person),
        **(_seats(edition, at) if edition else {"free": {}, "lists": {}}),
        **_now(edition, at),
        "labels": {
            "starred": _("In my agenda"),
            "booked": _("Seat booked"),
            "offered": _("Seat offered"),
            "waiting": _("Waiting, number %(position)s"),
            "free": _("Free seats: %(count)s"),
            "full": _("Full"),
            "list": _("Full, waiting: %(count)s"),
            "now": _("Now"),
            "next": _("Next"),
            "line": _("Now, %(time)s"),
            "jump": _("Go to what is on now"),
            "own": _("%(time)s your time"),
        },
    }


def _mine(edition: Edition | None, person: User | None) -> dict[str, Any]:
    """Of all registrations that the account keeps; of several waits for one session the first to be served."""
    told: dict[str, Any] = {"starred": [], "booked": [], "offered": [], "waiting": {}}
    if edition is None or person is None:
        return told
    live = Registration.objects.live().managed_by(person).filter(edition=edition, erased_at=None)
    starred = Star.objects.filter(registration__in=live).values_list("session__code", flat=True)
    seats = Booking.objects.standing().filter(place__in=live.values("place"))
    waits = list(Wait.objects.standing().filter(place__in=live.values("place")).select_related("session"))
    positions = positions_of(waits)
    told["starred"] = sorted(set(starred))
    told["booked"] = sorted(set(seats.values_list("session__code", flat=True)))
    told["offered"] = sorted({wait.session.code for wait in waits if wait.pk not in positions})
    for wait in sorted(waits, key=lambda wait: -positions.get(wait.pk, 0)):
        if wait.pk in positions:
            told["waiting"][wait.session.code] = positions[wait.pk]
    return told


def _seats(edition: Edition, at: datetime) -> dict[str, dict[str, int]]:
    """By code, of the public sessions with seats of their own that take place and have not begun.

    `free` are the seats that anyone may book, none while someone waits; `lists` how many wait, where anyone does.
    """
    pools = SeatPool.objects.bookable(edition, at).select_related("session").order_by("session__code")
    rows = list(pools)
    return {
        "free": {pool.session.code: max(0, pool.open) for pool in rows},
        "lists": {pool.session.code: pool.waiting for pool in rows if pool.waiting},
    }


def _now(edition: Edition | None, at: datetime) -> dict[str, Any]:
    if edition is None or edition.phase(at) != "under_way":
        return {"now": [], "next": [], "turns_at": None}
    sessions = list(
        ReleasedSession.objects.filter(
            edition=edition, during__overlap=(at - LONGEST_DAY, at + LONGEST_DAY)
        ).select_related("session")
    )
    turn = turns_at(sessions, at)
    return {
        "now": sorted(row.session.code for row in on_at(sessions, at)),
        "next": sorted(row.session.code for row in next_after(sessions, at)),
        "turns_at": turn and turn.astimezone(edition.zone).isoformat(),
    }
