"""The waiting list of a category: whose turn it is, how long an offer stands, and making it.

First in, first out. Nobody is passed over except by decline, expiry, or a group's cut-off, each a row of the
history. The callers hold the category's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import Edition
from registration.actions.states import Held, move
from registration.models import BookingRules, Category, Party, Registration, RegistrationEvent
from registration.queueing import Asking, Unit, turns
from registration.states import Status

Verb = RegistrationEvent.Verb


def next_in_line(category: Category, freed: int = 0) -> list[Registration]:
    """Those whose turn comes now, and with `freed` more places. The category is locked."""
    free = category.free
    now = timezone.now()
    if not (free is None or free + freed > 0) or not offers_are_made(category.edition, at=now):
        return []
    waiting = list(Registration.objects.queued(category).select_related("party"))
    if not waiting:
        return []
    if free is None:
        return waiting
    asking = [
        Asking([Unit(row.pk, {False: 1}) for row in rows], wants_all=wants_all)
        for wants_all, rows in _groups(waiting)
    ]
    ready = set(turns({False: free + freed}, asking, is_cut_off=is_cut_off(category, at=now)))
    return [row for row in waiting if row.pk in ready]


def _groups(waiting: Sequence[Registration]) -> Iterable[tuple[bool, list[Registration]]]:
    """Those who want all or none stand together on the list (see `wait_together`), everyone else for themselves."""

    def key(row: Registration) -> tuple[bool, int]:
        together = row.party is not None and row.party.wants_all
        return (together, row.party_id or 0) if together else (False, -row.pk)

    for (together, _party), rows in groupby(waiting, key=key):
        yield together, list(rows)


def is_cut_off(category: Category, *, at: datetime) -> bool:
    """Whether groups that want all are offered what there is: from the category's closing on."""
    closes_at = category.window()[1]
    return closes_at is not None and at >= closes_at


def last_moment(edition: Edition) -> datetime | None:
    """The beginning of the conference's first day: up to then offers are made and accepted."""
    days = edition.days()
    return days[0] if days else edition.registration_closes_at


def offers_are_made(edition: Edition, *, at: datetime) -> bool:
    end = last_moment(edition)
    return end is None or at < end


def offer_end(edition: Edition, *, at: datetime) -> datetime:
    """How long an offer stands: the edition's hours, but never beyond half of the time that is left.

    The closing of the registration ends no offer: who waits came in time.
    """
    hours = timedelta(hours=BookingRules.of(edition).offer_hours)
    end = last_moment(edition)
    return at + (hours if end is None else min(hours, (end - at) / 2))


def offer(rows: Held) -> list[Registration]:
    """The turn of those who were locked with the others, once places became free."""
    now = timezone.now()
    for row in rows.next_in_line:
        move(row, Verb.OFFERED, Status.APPROVED, by=None, offer_until=offer_end(row.edition, at=now))
        queue("registration/place_offer", registration_id=row.pk)
    return rows.next_in_line


def cut_off(category: Category) -> None:
    """From the closing on a group takes what there is; each of those who still wait reads it in the history."""
    if not is_cut_off(category, at=timezone.now()):
        return
    waiting = Registration.objects.queued(category).filter(party__wants_all=True)
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(registration=row, verb=Verb.TOGETHER, detail={"together": "cut_off"})
        for row in waiting
    )
    Party.objects.filter(category=category, wants_all=True).update(wants_all=False)
