"""Places of a category: offered, accepted, declined, expired; and waiting for them together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import User
from registration.actions.category_lists import cut_off, next_in_line, offer
from registration.actions.seats import release_seats_of
from registration.actions.state_refusals import (
    GroupTooLarge,
    NoPlaceOffered,
    NotOneList,
    PlaceOfferExpired,
)
from registration.actions.states import Held, check_may_act, held, move
from registration.models import Category, Party, Registration, RegistrationEvent
from registration.states import Status

Verb = RegistrationEvent.Verb
logger = logging.getLogger(__name__)


@transaction.atomic
def offer_free_places(*, category: Category) -> list[Registration]:
    """Offers what is free to those whose turn it is; who was offered a place."""
    rows = held([], also_categories=[category.pk], in_line=next_in_line)
    offered = offer(rows)
    cut_off(rows.categories[category.pk])
    return offered


def expire_places(*, at: datetime) -> int:
    """Ends the offers whose time is over and offers the places on, category by category; how many expired.

    Also offers what became free by itself: a group's cut-off passed.
    """
    expired = 0
    over = Registration.objects.filter(status=Status.APPROVED, offer_until__lte=at)
    waiting = Registration.objects.filter(status=Status.WAITING, edition__is_current=True)
    category_ids = {*over.values_list("category", flat=True), *waiting.values_list("category", flat=True)}
    # Each in a transaction of its own: what fails in one holds up no other.
    for category_id in sorted(category_ids):
        try:
            expired += _expire_in(category_id, at=at)
        except Exception:
            logger.exception("The waiting list of category %s could not be settled.", category_id)
    return expired


@transaction.atomic
def _expire_in(category_id: int, *, at: datetime) -> int:
    category = Category.objects.locked([category_id]).select_related("edition").get()
    over = Registration.objects.filter(
        category_id=category_id, status=Status.APPROVED, offer_until__lte=at
    ).values_list("pk", flat=True)
    rows = held(list(over), also_categories=[category_id], in_line=next_in_line)
    release_seats(rows, by=None)
    for row in rows.chosen:
        move(row, Verb.EXPIRED, Status.CANCELLED, by=None)
        queue("registration/place_expired", registration_id=row.pk)
    close_with(rows, by=None)
    cut_off(category)
    return len(rows.chosen)


def release_seats(rows: Held, *, by: User | None) -> None:
    """Before they end, so that the history of each says what became of their seats.

    A delegation's place keeps its seats for who comes next (decision 16). All places and registrations that the
    transaction touches are locked already, so pools may follow.
    """
    leaving = [*(row for row in rows.chosen if row.place.delegation_id is None), *rows.companions]
    if leaving:
        release_seats_of([row.place_id for row in leaving], by=by)


def close_with(rows: Held, *, by: User | None, reason: str = "") -> None:
    """What follows when registrations have ended: companions end with them, the next are offered their places."""
    for companion in rows.companions:
        verb = Verb.DECLINED if companion.status == Status.APPROVED else Verb.CANCELLED
        move(companion, verb, Status.CANCELLED, by=by, reason=reason)
        queue("registration/cancelled", registration_id=companion.pk)
    offer(rows)


@transaction.atomic
def accept_place(*, registration: Registration, by: User) -> Registration:
    """Confirms it; a second call changes nothing. Raises NotYours, NoPlaceOffered, PlaceOfferExpired."""
    row = held([registration.pk]).chosen[0]
    check_may_act(row, by)
    if row.status == Status.CONFIRMED:
        return row
    if row.status != Status.APPROVED or row.offer_until is None:
        raise NoPlaceOffered
    if timezone.now() >= row.offer_until:
        raise PlaceOfferExpired(row)
    move(row, Verb.ACCEPTED, Status.CONFIRMED, by=by)
    queue("registration/confirmation", registration_id=row.pk)
    return row


@transaction.atomic
def decline_place(*, registration: Registration, by: User, reason: str = "") -> Registration:
    """Cancels it, and the place is offered on; a second call changes nothing. Raises NotYours, NoPlaceOffered."""
    rows = held([registration.pk], in_line=next_in_line)
    row = rows.chosen[0]
    check_may_act(row, by)
    if row.status == Status.CANCELLED:
        return row
    if row.status != Status.APPROVED:
        raise NoPlaceOffered
    release_seats(rows, by=by)
    move(row, Verb.DECLINED, Status.CANCELLED, by=by, reason=reason)
    queue("registration/cancelled", registration_id=row.pk)
    close_with(rows, by=by, reason=reason)
    return row


@transaction.atomic
def wait_together(*, registrations: Sequence[Registration], wants_all: bool, by: User) -> Party:
    """Makes a group of those who wait for one category.

    A group that wants all or none stands where the last of them stood, so that it passes over nobody. Who
    leaves another group for this one leaves it as it is. Raises NotYours, NotOneList, GroupTooLarge.
    """
    rows = held([row.pk for row in registrations])
    for row in rows.chosen:
        check_may_act(row, by)
    if len(rows.categories) != 1 or len({row.pk for row in rows.chosen}) < 2:
        raise NotOneList
    if any(row.status != Status.WAITING for row in rows.chosen):
        raise NotOneList
    (category,) = rows.categories.values()
    if wants_all and category.quota is not None and len(rows.chosen) > category.quota:
        raise GroupTooLarge
    party = Party.objects.create(category=category, wants_all=wants_all, made_by=by)
    since = max(row.waiting_since for row in rows.chosen if row.waiting_since)
    for row in rows.chosen:
        row.party = party
        if wants_all:
            row.waiting_since = since
        row.save(update_fields=["party", "waiting_since", "changed_at"])
        row.events.create(verb=Verb.TOGETHER, actor=by, detail={"together": "all" if wants_all else "some"})
    return party
