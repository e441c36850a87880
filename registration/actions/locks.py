"""Locks, and who may act. The order is everywhere the same: account, place, then pools by their ids."""

from __future__ import annotations

from django.db import IntegrityError

from efus_conference.models import User
from registration.actions.refusals import Erased, NoLongerRegistered, NotYours
from registration.models import Place, Registration


def locked_registration(
    registration: Registration, *, by: User, permission: str = "registration.change_registration"
) -> Registration:
    """The registration as it is now, it and its place locked to the end of the transaction.

    The place's lock serialises all that one person does: a seat booked while the registration is cancelled in
    another window would else be held by nobody. Its keeper may act, and who has the permission. Raises NotYours,
    Erased.
    """
    # The place first, as everywhere: who ends a registration holds its place before the row.
    list(Place.objects.locked([registration.place_id]))
    fresh = (
        Registration.objects.select_related("place")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=registration.pk)
    )
    if by.pk != fresh.managed_by_id and not by.has_perm(permission):
        raise NotYours
    check_not_erased(fresh)
    return fresh


def check_not_erased(registration: Registration) -> None:
    """Who was there when they were erased still counts, but nobody does anything in their place. Raises Erased."""
    if registration.erased_at is not None:
        raise Erased


def locked_live_registration(registration: Registration, *, by: User) -> Registration:
    """The same, and NoLongerRegistered when it was cancelled."""
    fresh = locked_registration(registration, by=by)
    if not fresh.is_live:
        raise NoLongerRegistered
    return fresh


def violated(error: IntegrityError) -> str:
    """The name of the constraint that the database upheld."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
