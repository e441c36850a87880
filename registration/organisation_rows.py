"""What of the registration moves when two organisations become one: people, delegations, counts."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext

from efus_conference.merging import Column, add
from efus_conference.models import Organisation
from registration.models import Delegation, Hold, Participation, Place, PlaceRequest, Registration


def register() -> None:
    add(
        # Before the registrations: both lock places, in one go and in their order.
        Column(
            Delegation,
            scope="edition",
            join=_one_delegation,
            conflict=_why_not_one_delegation,
            lock=_hold_places,
        ),
        Column(Registration),
        Column(Participation, scope="edition", join=_add_up),
    )


def _hold_places(kept: Organisation, gone: Organisation) -> None:
    wanted = Place.objects.filter(
        Q(delegation__organisation__in=[kept, gone])
        | Q(pk__in=Registration.objects.filter(organisation=gone).values("place"))
    )
    list(Place.objects.locked(list(wanted.values_list("pk", flat=True))).values_list("pk", flat=True))


def _why_not_one_delegation(kept: Delegation, gone: Delegation) -> str:
    named = {"edition": kept.edition.name}
    if kept.coordinator_id and gone.coordinator_id and kept.coordinator_id != gone.coordinator_id:
        return (
            gettext(
                "Both have a delegation to %(edition)s, each with a coordinator of its own, who would see the other’s "
                "people. Give both the same coordinator first."
            )
            % named
        )
    if set(_pools(kept)) & set(_pools(gone)):
        return (
            gettext(
                "For the delegations of both to %(edition)s seats of the same session are held back. Let go those "
                "of one."
            )
            % named
        )
    if all(PlaceRequest.objects.filter(delegation=each, answered_at=None).exists() for each in (kept, gone)):
        return (
            gettext("The delegations of both to %(edition)s ask for more places. Answer one of them first.")
            % named
        )
    return ""


def _pools(delegation: Delegation) -> list[int]:
    return list(Hold.objects.filter(delegation=delegation).values_list("pool_id", flat=True))


def _one_delegation(kept: Delegation, gone: Delegation) -> None:
    if kept.coordinator_id is None and gone.coordinator_id is not None:
        kept.coordinator_id = gone.coordinator_id
        kept.save(update_fields=["coordinator"])
    for relation in gone._meta.related_objects:
        relation.related_model._base_manager.filter(**{relation.field.name: gone}).update(
            **{relation.field.name: kept}
        )
    gone.delete()


def _add_up(kept: Participation, gone: Participation) -> None:
    """Nobody stands in both: a registration has one organisation."""
    kept.registered += gone.registered
    kept.there += gone.there
    kept.save(update_fields=["registered", "there"])
    gone.delete()
