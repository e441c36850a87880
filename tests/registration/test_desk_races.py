"""Many devices at one moment: one row for each person, and the earlier moment in it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.utils import timezone

from registration.actions import check_ins
from registration.actions.check_ins import Arrival, take_check_ins
from registration.models import CheckIn, Registration
from registration.models.delegations import PlaceQuerySet
from tests import factories
from tests.registration.racing import ROUNDS, together

NOW = timezone.now()


def seen_by(person: Registration, minutes_ago: int) -> dict[uuid.UUID, str]:
    at = NOW - timedelta(minutes=minutes_ago)
    day = at.astimezone(person.edition.zone).date()
    arrival = Arrival(id=uuid.uuid4(), registration_id=person.pk, day=day, at=at, how="scan")
    return take_check_ins(edition=person.edition, arrivals=[arrival])


def minutes() -> list[int]:
    return [round((NOW - row.at).total_seconds() / 60) for row in CheckIn.objects.all()]


def test_six_devices_that_see_one_person_at_once_make_one_row_with_the_earliest_moment(fresh_db: str) -> None:
    edition = factories.edition_of_today()
    for _round in range(ROUNDS):
        CheckIn.objects.all().delete()
        person = factories.registration(edition)

        told = together(*((seen_by, (person, number)) for number in range(1, 7)))

        assert [minutes(), sum(told.values())] == [[6], 6]


def test_two_batches_in_opposite_order_do_not_wait_for_each_other_for_ever(fresh_db: str) -> None:
    edition = factories.edition_of_today()
    people = [factories.registration(edition) for _number in range(20)]

    def batch(order: int) -> dict[uuid.UUID, str]:
        day = NOW.astimezone(edition.zone).date()
        arrivals = [
            Arrival(id=uuid.uuid4(), registration_id=person.pk, day=day, at=NOW, how="scan")
            for person in people
        ]
        return take_check_ins(edition=edition, arrivals=arrivals[::order])

    told = together(*((batch, (order,)) for order in (1, -1, 1, -1)))

    assert [CheckIn.objects.count(), sum(told.values())] == [20, 4]


def test_without_the_lock_the_earlier_moment_is_lost(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the two tests above see what they are for."""
    edition = factories.edition_of_today()
    person = factories.registration(edition)
    meeting = Barrier(2)
    monkeypatch.setattr(PlaceQuerySet, "locked", lambda self, ids: self.none())
    # Both have read that nobody is in before either writes; the later moment is written first.
    original: Any = CheckIn.objects.bulk_create
    first = Barrier(2)

    def in_order(rows: list[CheckIn], **options: Any) -> Any:
        meeting.wait(timeout=30)
        if rows[0].at > NOW - timedelta(minutes=3):
            made = original(rows, **options)
            first.wait(timeout=30)
            return made
        first.wait(timeout=30)
        return original(rows, **options)

    monkeypatch.setattr(check_ins.CheckIn.objects, "bulk_create", in_order)

    together((seen_by, (person, 1)), (seen_by, (person, 6)))

    assert minutes() == [1]
