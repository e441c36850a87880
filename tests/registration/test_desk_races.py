"""Many devices at one moment: one row for each person, and the earlier moment in it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from registration.actions import (
    cancel_registration,
    check_ins,
    desk_sync,
    enter_as_organiser,
    handing_out,
    take_delivery,
)
from registration.actions.check_ins import Arrival, check_in, take_check_ins
from registration.desk.deliveries import Delivery, SentCheckIn, SentUndo
from registration.models import CheckIn, Registration
from registration.models.delegations import PlaceQuerySet
from tests import factories
from tests.registration.desking import organiser
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


def delivery(*, seen: Registration, undone: CheckIn) -> Delivery:
    at = timezone.now()
    arrival = SentCheckIn(
        id=uuid.uuid4(), device=None, ref=seen.pk, hash=None, scope="day", at=at, how="name"
    )
    undo = SentUndo(id=undone.pk, device=None, ref=None, at=at)
    return Delivery(now=at, cursor=None, check_ins=[arrival], undone=[undo], alerts=[], unreadable=[])


def test_two_deliveries_that_cross_do_not_wait_for_each_other_for_ever(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes back one person and checks the other one in; the place of the second is asked for last."""
    edition, by = factories.edition_of_today(), organiser()
    device = enter_as_organiser(edition=edition, name="tablet", by=by)
    one, other = factories.registration(edition), factories.registration(edition)
    there = [CheckIn.objects.get(pk=seen_row(person)) for person in (one, other)]
    sent = [delivery(seen=other, undone=there[0]), delivery(seen=one, undone=there[1])]
    # Whoever has taken back gives the other one time to do so, too.
    original = desk_sync.take_check_ins

    def later(**named: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")
        return original(**named)

    monkeypatch.setattr(desk_sync, "take_check_ins", later)

    def take(told: Delivery) -> None:
        take_delivery(device=device, delivery=told, by=by)

    assert together(*((take, (told,)) for told in sent)) == {"done": 2}


def seen_row(person: Registration) -> uuid.UUID:
    return check_in(
        registration=person,
        day=NOW.astimezone(person.edition.zone).date(),
        at=NOW - timedelta(minutes=1),
        how="name",
    ).pk


def test_badges_are_handed_out_while_one_of_the_delegation_is_cancelled(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, by = factories.edition_of_today(), organiser()
    delegation = edition.delegations.create(organisation=factories.organisation())
    category = factories.category(edition)
    people = [
        factories.registration(edition, place=edition.places.create(delegation=delegation), category=category)
        for _number in range(2)
    ]
    original = handing_out.tickets_for

    def later(registrations: Any) -> Any:
        made = original(registrations)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.7)")
        return made

    monkeypatch.setattr(handing_out, "tickets_for", later)

    def hand_out() -> None:
        handing_out.hand_out_badges(
            delegation=delegation, handed_to=people[0], present=people, by=by, device=None
        )

    def cancel() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        cancel_registration(registration=people[1], by=people[1].managed_by)

    assert together((hand_out, ()), (cancel, ())) == {"done": 2}


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
