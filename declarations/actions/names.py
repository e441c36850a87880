from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from declarations.actions.actors import actor_of_person
from declarations.actions.refusals import NameChangedSinceRead
from declarations.models import Signatory
from declarations.name_checks import as_looked_at
from efus_conference.models import User


@transaction.atomic
def look_at_name(*, signatory: Signatory, by: User, seen: str) -> Signatory:
    """Writes down that somebody looked at a signatory's name; `seen` is the name that the page showed."""
    locked = (
        Signatory.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=signatory.pk)
    )
    if seen.split() != as_looked_at(locked).split():
        raise NameChangedSinceRead
    locked.name_checked = as_looked_at(locked)
    locked.name_checked_by = actor_of_person(by)
    locked.name_checked_at = timezone.now()
    locked.save(update_fields=["name_checked", "name_checked_by", "name_checked_at"])
    return locked
