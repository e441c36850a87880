"""What a page that is the same for everyone lacks: what the reader has, how many seats are free, what is on now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from efus_conference.models import Edition, User
from programme.models import ReleasedSession
from programme.now import next_after, on_at, turns_at
from registration.models import Booking, Registration, SeatPool, Star

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
        "free": free_seats(edition, at) if edition else {},
        **_now(edition, at),
        "labels": {
            "starred": _("In my agenda"),
            "booked": _("Seat booked"),
            "free": _("Free seats: %(count)s"),
            "full": _("Full"),
            "now": _("Now"),
            "next": _("Next"),
            "line": _("Now, %(time)s"),
            "jump": _("Go to what is on now"),
            "own": _("%(time)s your time"),
        },
    }


def _mine(edition: Edition | None, person: User | None) -> dict[str, list[str]]:
    """Of all registrations that the account keeps."""
    if edition is None or person is None:
        return {"starred": [], "booked": []}
    live = Registration.objects.live().managed_by(person).filter(edition=edition)
    starred = Star.objects.filter(registration__in=live).values_list("session__code", flat=True)
    booked = (
        Booking.objects.standing()
        .filter(place__in=live.values("place"))
        .values_list("session__code", flat=True)
    )
    return {"starred": sorted(set(starred)), "booked": sorted(set(booked))}


def free_seats(edition: Edition, at: datetime) -> dict[str, int]:
    """By code, of the public sessions with seats of their own that take place and have not begun."""
    pools = SeatPool.objects.bookable(edition, at).select_related("session").order_by("session__code")
    return {pool.session.code: pool.free for pool in pools}


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
