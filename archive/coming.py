"""With how many people an organisation came to an edition that is closed. Never who they were."""

from __future__ import annotations

from dataclasses import dataclass

from archive.models import Part
from efus_conference.models import Organisation
from registration.models import Participation

# Fewer than these tell of a person, so no number is said (docs/decisions/0027).
FEWEST = 3


@dataclass(frozen=True)
class Coming:
    """`people` is 0 where they were too few to say how many."""

    people: int
    is_by_registration: bool  # nobody was checked in at that edition: only who registered is known


def comings_of(organisation: Organisation) -> dict[int, Coming]:
    """By id of the edition; what the record of the edition counted, else what the registration did."""
    counted = {
        edition: (registered, there)
        for model in (Participation, Part)
        for edition, registered, there in model._default_manager.filter(
            organisation=organisation
        ).values_list("edition", "registered", "there")
    }
    checked_in = set(
        Participation.objects.filter(edition__in=counted, there__gt=0)
        .values("edition")
        .union(Part.objects.filter(edition__in=counted, there__gt=0).values("edition"))
        .values_list("edition", flat=True)
    )
    found = {}
    for edition, (registered, there) in counted.items():
        count = there if edition in checked_in else registered
        if count:
            found[edition] = Coming(count if count >= FEWEST else 0, edition not in checked_in)
    return found
