"""A place and those that accompany it: they book, wait and swap together, with their places locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from efus_conference.models import User
from registration.actions.refusals import NoLongerRegistered, NotConfirmed, NotYours
from registration.models import Place, Registration, RegistrationEvent
from registration.powers import DESK


@dataclass(frozen=True)
class Member:
    """One place of the unit, and the live registration that holds it, where it is named."""

    place: Place
    registration: Registration | None

    def note(self, verb: str, *, by: User | None, reason: str = "", **detail: Any) -> RegistrationEvent:
        """An event for the history, not saved yet."""
        return RegistrationEvent(
            registration=self.registration,
            place=self.place,
            verb=verb,
            actor=by,
            reason=reason,
            detail=detail,
        )


@dataclass(frozen=True)
class Unit:
    main: Member
    companions: Sequence[Member]

    @property
    def members(self) -> list[Member]:
        return [self.main, *self.companions]

    @property
    def place_ids(self) -> list[int]:
        return [member.place.pk for member in self.members]

    def of(self, place_id: int) -> Member:
        return next(member for member in self.members if member.place.pk == place_id)


def locked_unit(place: Place, *, by: User) -> Unit:
    """The unit a place belongs to, its places locked to the end of the transaction, as it is now.

    Locking its place serialises all that one person does. Raises NotYours, NoLongerRegistered, NotConfirmed.
    """
    return locked_units([place], by=by)[0]


def locked_units(places: Sequence[Place], *, by: User) -> list[Unit]:
    """The units of several places, in the order asked for, each once; the same errors."""
    main_ids = list(dict.fromkeys(place.accompanies_id or place.pk for place in places))
    locked = locked_with_companions(main_ids)
    holders = _holders(main_ids)
    if holders.keys() - {place.pk for place in locked}:
        # Somebody was named a companion while this waited for the lock: their place is locked too.
        locked = locked_with_companions(main_ids)
    units = []
    for main_id in main_ids:
        main = next(place for place in locked if place.pk == main_id)
        if main.delegation_id is None and main_id not in holders:
            raise NoLongerRegistered  # nobody's any more
        if not _may_act(main, holders.get(main_id), by):
            raise NotYours
        _check_entitled(main, holders.get(main_id))
        companions = [
            Member(place, holders[place.pk])
            for place in locked
            if place.accompanies_id == main_id and place.pk in holders and holders[place.pk].is_confirmed
        ]
        units.append(Unit(Member(main, holders.get(main_id)), companions))
    return units


def locked_with_companions(main_ids: Iterable[int]) -> list[Place]:
    """The places and those that accompany them, locked in the order of their ids."""
    main_ids = list(main_ids)
    return list(
        Place.objects.filter(Q(pk__in=main_ids) | Q(accompanies__in=main_ids))
        .select_related("delegation")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )


def _holders(main_ids: Sequence[int]) -> dict[int, Registration]:
    """By place, the live registrations of the units as they are once the places are locked; of erased people none."""
    of_units = Q(place__in=main_ids) | Q(place__accompanies__in=main_ids)
    return {
        registration.place_id: registration
        for registration in Registration.objects.live().filter(of_units, erased_at=None).defer("needs")
    }


def _may_act(main: Place, holder: Registration | None, by: User) -> bool:
    """The rule of `powers.may_act_for`, on rows that are read already; a companion alone does not act for both."""
    if holder is not None and holder.managed_by_id == by.pk:
        return True
    if main.delegation is not None and main.delegation.coordinator_id == by.pk:
        return True
    return by.has_perm(DESK)


def _check_entitled(place: Place, holder: Registration | None) -> None:
    """A delegation's place has its seats before it has its person; anyone else's registration is confirmed first."""
    if place.closed_at is not None:
        raise NoLongerRegistered
    if place.delegation_id is not None and (holder is None or holder.is_outside_quota):
        return
    if holder is None or not holder.is_confirmed:
        raise NotConfirmed
