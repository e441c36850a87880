"""The home page says what is nearly full: the public version rises when that changes, at no other registration."""

from __future__ import annotations

from efus_conference.kept import read_number
from registration.models import Category
from tests import factories


def test_the_public_version_rises_at_nine_tenths_and_when_full_and_not_at_each_registration(
    fresh_db: str,
) -> None:
    category = factories.category(factories.edition(), quota=10)
    risen = []
    for taken in range(1, 11):
        before = read_number()
        Category.objects.filter(pk=category.pk).update(taken_count=taken)
        risen.append(read_number() - before)
    before = read_number()
    Category.objects.filter(pk=category.pk).update(taken_count=9)
    assert [*risen, read_number() - before] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]
