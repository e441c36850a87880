from __future__ import annotations

from django.db import transaction

from registration.actions.places import offer_free_places
from registration.actions.state_refusals import FewerPlacesThanGiven
from registration.models import Category

# The database counts these; a form that was open for a while must not write them back.
COUNTERS = {"offered_count", "taken_count"}


@transaction.atomic
def save_category(*, category: Category) -> Category:
    """Saves what an organiser changed of a category; places that a larger quota makes free are offered at once.

    Raises FewerPlacesThanGiven: counted with the category locked, so what was given meanwhile counts too.
    """
    if category.pk is None:
        category.save()
        return category
    fresh = Category.objects.locked([category.pk]).get()
    if category.quota is not None and category.quota < fresh.offered_count + fresh.taken_count:
        raise FewerPlacesThanGiven
    names = {field.name for field in Category._meta.concrete_fields if not field.primary_key}
    category.save(update_fields=sorted(names - COUNTERS))
    offer_free_places(category=category)
    category.refresh_from_db()
    return category
