"""Who may act for a place. Pages find it by these rules, and actions ask them again."""

from __future__ import annotations

from django.db.models import Q

from efus_conference.models import User
from registration.models import Place, Registration

DESK = "registration.change_registration"


def may_act_for(place: Place, by: User) -> bool:
    """The keeper of its registration or of the person it accompanies, its delegation's coordinator, the desk."""
    if by.has_perm(DESK):
        return True
    main = place.accompanies_id or place.pk
    kept = Registration.objects.live().filter(place_id__in=[place.pk, main], managed_by=by)
    if kept.exists():
        return True
    return Place.objects.filter(
        Q(pk=main) | Q(pk=place.pk), delegation__coordinator=by, closed_at=None
    ).exists()
