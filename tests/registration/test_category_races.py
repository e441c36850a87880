"""Many at once in one category, with the lock taken out as the negative control."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Barrier
from typing import Any

import pytest
from django.utils import timezone

from registration.actions import cancel_registration, expire_places, offer_free_places
from registration.models import Category, Registration
from registration.models.categories import CategoryQuerySet
from tests import factories
from tests.registration.test_categories import counted, enter, statuses
from tests.registration.test_races import at_once, without_constraint


def twice_at_once(category: Category) -> list[str]:
    people = [factories.user() for _ in range(8)]
    at_once(lambda person: enter(category, person), [(person,) for person in people], len(people))
    return sorted(statuses(category))


def test_the_last_place_is_given_once(fresh_db: str) -> None:
    category = factories.category(factories.edition(), quota=1)

    assert twice_at_once(category) == ["confirmed", *["waiting"] * 7]
    assert counted(category) == (0, 1)


def test_without_the_lock_and_the_constraint_the_last_place_is_given_to_all(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    category = factories.category(factories.edition(), quota=1)
    without_constraint("registration_category", "no_place_of_a_category_given_twice")
    all_have_looked = Barrier(8)

    def unlocked(self: CategoryQuerySet, category_ids: Iterable[int | None]) -> CategoryQuerySet:
        class Looked(CategoryQuerySet):
            def get(self, *args: Any, **kwargs: Any) -> Category:
                found = super().get(*args, **kwargs)
                all_have_looked.wait(timeout=30)
                return found

        return Looked(self.model).filter(pk__in=category_ids)

    monkeypatch.setattr(CategoryQuerySet, "locked", unlocked)

    assert twice_at_once(category) == ["confirmed"] * 8


def test_offers_made_at_once_never_exceed_the_quota_and_keep_the_order(fresh_db: str) -> None:
    """Cancelling, expiring, entering and offering at one time, in one category."""
    edition = factories.edition()
    category = factories.category(edition, quota=4)
    inside = [enter(category) for _ in range(4)]
    waiting = [enter(category) for _ in range(6)]

    def act(what: str, row: Registration | None) -> None:
        if what == "cancel" and row is not None:
            cancel_registration(registration=row, by=row.managed_by)
        elif what == "enter":
            enter(category)
        elif what == "expire":
            expire_places(at=timezone.now())
        else:
            offer_free_places(category=category)

    work: list[tuple[str, Registration | None]] = [("cancel", row) for row in inside[:3]]
    work += [("cancel", waiting[0]), ("enter", None), ("expire", None), ("offer", None), ("enter", None)]
    at_once(act, work, len(work))

    offered = list(Registration.objects.filter(category=category, status="approved").order_by("pk"))
    assert offered == waiting[1:4]
    assert counted(category) == (3, 1)
