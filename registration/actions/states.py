"""The one place where a registration's state changes, and the locks that it takes.

Whoever changes a state holds the lock of the registration's category first: under it the states of all its
registrations and its waiting list stand still, and the last place is given once. Then come the places, in the
order of their ids, with the registrations on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from efus_conference.models import User
from registration.actions.locks import check_not_erased
from registration.actions.refusals import NotYours
from registration.actions.state_refusals import NotThisWay
from registration.models import Category, Place, Registration, RegistrationEvent
from registration.powers import may_act_for
from registration.states import COUNTED, ENDED, Status, is_way


def move(
    registration: Registration,
    verb: str,
    after: str,
    *,
    by: User | None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    **fields: Any,
) -> RegistrationEvent:
    """Takes one of the ways of `registration.states` and writes it into the history.

    The caller holds the locks and has read the row under them. `by` is None where the clock does it. `fields` are
    saved with the state; what belongs to the state it leaves is emptied. Raises NotThisWay.
    """
    before = registration.status
    if not is_way(verb, before, after):
        raise NotThisWay(registration)
    now = timezone.now()
    values = {
        "waiting_since": now if after == Status.WAITING else None,
        "offer_until": None,
        "cancelled_at": now if after == Status.CANCELLED else None,
        "refusal": "",
        **fields,
        "status": after,
    }
    if after not in (Status.WAITING, Status.APPROVED):
        values["party"] = None
    for name, value in values.items():
        setattr(registration, name, value)
    registration.save(update_fields=[*values, "changed_at"])
    return registration.events.create(
        verb=verb, before=before, after=after, actor=by, reason=reason[:1000], detail=detail or {}
    )


def check_may_act(registration: Registration, by: User) -> None:
    """Its keeper, and whoever may act for its place. Raises NotYours, Erased."""
    if by.pk != registration.managed_by_id and not may_act_for(registration.place, by):
        raise NotYours
    check_not_erased(registration)


@dataclass(frozen=True)
class Held:
    """Rows of one transaction, locked to its end and read under their locks."""

    categories: dict[int, Category]
    # Those asked for, and the live ones of their companions, which share what becomes of them.
    chosen: list[Registration]
    companions: list[Registration]
    # Those on the waiting lists, in their order, whose places are locked too.
    next_in_line: list[Registration]


InLine = Callable[[Category, int], list[Registration]]


class _Changed(Exception):  # noqa: N818 - no error: once more
    """A category changed between reading and locking it."""


def held(
    registration_ids: Iterable[int],
    *,
    also_categories: Iterable[int] = (),
    in_line: InLine | None = None,
) -> Held:
    """Locks registrations by the agreed order: their categories, then all places, then themselves.

    `in_line(category, freed)` names the registrations whose turn comes when so many of the category's places
    become free; they are locked with the others, because no place may be locked later than a higher one.
    """
    ids = list(registration_ids)
    while True:
        expected = {row.category_id for row in _of(ids)}
        try:
            # A savepoint: if one is of another category by now, the locks are given back before the next try.
            with transaction.atomic():
                return _held(ids, expected | set(also_categories), in_line)
        except _Changed:
            continue


def _held(ids: list[int], category_ids: set[int], in_line: InLine | None) -> Held:
    locked = Category.objects.locked(category_ids).select_related("edition")
    categories = {category.pk: category for category in locked}
    rows = _of(ids)
    if {row.category_id for row in rows} - categories.keys():
        raise _Changed
    heads: list[Registration] = []
    if in_line is not None:
        leaving = {row.pk for row in rows}
        for category in categories.values():
            freed = sum(
                row.category_id == category.pk and row.status in COUNTED and not row.is_outside_quota
                for row in rows
            )
            heads += [row for row in in_line(category, freed) if row.pk not in leaving]
    list(Place.objects.locked([row.place_id for row in (*rows, *heads)]))
    wanted = [row.pk for row in (*rows, *heads)]
    fresh = {
        row.pk: row
        for row in Registration.objects.filter(pk__in=wanted)
        .select_related("place", "edition", "managed_by")
        .select_for_update(of=("self",), no_key=True)
        .order_by("place_id", "pk")
    }
    for row in fresh.values():
        row.category = categories[row.category_id]
    chosen = [fresh[pk] for pk in ids]
    companions = [fresh[row.pk] for row in rows if row.pk not in ids]
    return Held(categories, chosen, companions, [fresh[row.pk] for row in heads])


def _of(ids: list[int]) -> list[Registration]:
    """They themselves, and the live registrations of those who accompany them, as they are at this moment."""
    places = Registration.objects.filter(pk__in=ids).values("place_id")
    accompanying = Q(place__accompanies__in=places) & ~Q(status__in=ENDED)
    return list(Registration.objects.filter(Q(pk__in=ids) | accompanying).order_by("pk").defer("needs"))
