"""Windows, quotas and waiting lists of categories: first in, first out, and no place given twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition, User
from registration.actions import (
    CategoryClosed,
    CategoryNotOffered,
    FewerPlacesThanGiven,
    GroupTooLarge,
    NotOneList,
    NotYours,
    PressDetails,
    PressDetailsMissing,
    cancel_registration,
    decline_place,
    expire_places,
    register,
    save_category,
    wait_together,
)
from registration.models import BookingRules, Category, Delegation, Party, Place, PressCard, Registration
from tests import factories
from tests.registration.test_registering import answers
from tests.registration.test_states import allowed

TICK = timedelta(microseconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> User:
    return allowed("change_registration")


def enter(category: Category, keeper: User | None = None, **changed: Any) -> Registration:
    """Someone registers themselves."""
    keeper = keeper or factories.user()
    values = answers(category.edition, category=category, **{"email": keeper.email, **changed})
    return register(managed_by=keeper, by=keeper, **values)


def statuses(category: Category) -> list[str]:
    """In the order in which they registered."""
    rows = Registration.objects.filter(category=category).order_by("pk")
    return list(rows.values_list("status", flat=True))


def verbs(registration: Registration) -> list[str]:
    return list(registration.events.order_by("pk").values_list("verb", flat=True))


def mails() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="mail.send").order_by("id")
    return [job.args["kind"].removeprefix("registration/") for job in jobs]


def counted(category: Category) -> tuple[int, int]:
    category.refresh_from_db()
    return category.offered_count, category.taken_count


# --- entering ---------------------------------------------------------------------------------------------


def test_a_category_has_a_window_of_its_own_and_else_the_edition_s(edition: Edition) -> None:
    now = timezone.now()
    own = factories.category(edition, opens_at=now, closes_at=now + timedelta(hours=1))
    of_the_edition = factories.category(edition)

    moments = (now - TICK, now, now + timedelta(hours=1) - TICK, now + timedelta(hours=1))
    assert [own.is_open(at) for at in moments] == [False, True, True, False]
    assert of_the_edition.window() == (edition.registration_opens_at, edition.registration_closes_at)


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [
        (timedelta(0), timedelta(hours=1), None),
        (-timedelta(hours=1), -timedelta(seconds=1), "Registration as researcher closed on"),
        (timedelta(seconds=60), timedelta(hours=1), "Registration as researcher opens on"),
    ],
)
def test_the_server_s_clock_decides_to_the_second(
    edition: Edition, opens: timedelta, closes: timedelta, sentence: str | None
) -> None:
    now = timezone.now()
    category = factories.category(edition, opens_at=now + opens, closes_at=now + closes)

    if sentence is None:
        assert enter(category).status == "confirmed"
    else:
        with pytest.raises(CategoryClosed, match=sentence):
            enter(category)
        assert Registration.objects.count() == 0


def test_an_open_category_may_be_entered_while_the_edition_s_window_is_closed(edition: Edition) -> None:
    now = timezone.now()
    edition.registration_closes_at = now - timedelta(days=1)
    edition.save()
    late = factories.category(edition, closes_at=now + timedelta(days=1))

    assert enter(late).status == "confirmed"


def test_a_category_closed_to_you_is_refused_and_open_to_the_desk(edition: Edition, desk: User) -> None:
    invited = factories.category(edition, is_by_invitation=True)

    with pytest.raises(CategoryNotOffered):
        enter(invited)
    made = register(managed_by=desk, by=desk, is_desk=True, **answers(edition, category=invited))

    assert made.status == "confirmed"


def test_what_needs_approval_waits_for_it_unless_the_desk_enters_it(edition: Edition, desk: User) -> None:
    category = factories.category(edition, needs_approval=True)

    mine = enter(category)
    by_hand = register(managed_by=desk, by=desk, is_desk=True, **answers(edition, category=category))

    assert (mine.status, by_hand.status) == ("submitted", "confirmed")
    assert (verbs(mine), verbs(by_hand)) == (["submitted"], ["registered"])
    assert mails() == ["submitted", "confirmation"]


def test_beyond_the_quota_one_waits_in_the_order_of_arrival(edition: Edition) -> None:
    category = factories.category(edition, quota=1)
    people = [enter(category) for _ in range(3)]

    assert [person.status for person in people] == ["confirmed", "waiting", "waiting"]
    assert list(Registration.objects.queued(category)) == people[1:]
    assert (verbs(people[1]), mails()) == (["waits"], ["confirmation", "waiting", "waiting"])


def test_nobody_enters_past_those_who_wait(edition: Edition) -> None:
    """Two places are free, gathered for a group of three at the head: they are not the next comer's."""
    category = factories.category(edition, quota=3)
    taken = [enter(category) for _ in range(3)]
    keeper = factories.user()
    group = [enter(category, keeper, is_own=False, email=f"g{number}@example.org") for number in range(3)]
    wait_together(registrations=group, wants_all=True, by=keeper)
    for person in taken[:2]:
        cancel_registration(registration=person, by=person.managed_by)

    late = enter(category)

    category.refresh_from_db()
    assert (category.free, late.status) == (2, "waiting")
    assert statuses(category) == ["cancelled", "cancelled", "confirmed", *["waiting"] * 4]
    cancel_registration(registration=taken[2], by=taken[2].managed_by)
    assert statuses(category) == [*["cancelled"] * 3, *["approved"] * 3, "waiting"]


def test_places_of_delegations_and_companions_count_in_no_quota_and_need_no_approval(
    edition: Edition, robin: User
) -> None:
    category = factories.category(edition, quota=0, needs_approval=True)
    delegation = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    place = Place.objects.create(edition=edition, delegation=delegation)
    delegate = enter(category, place=place)
    companion = enter(
        category,
        place=Place.objects.create(edition=edition, accompanies=place, companion_kind="security"),
    )

    assert [(row.status, row.is_outside_quota) for row in (delegate, companion)] == [("confirmed", True)] * 2
    assert counted(category) == (0, 0)


def test_a_granted_place_is_named_after_the_closing_too(edition: Edition) -> None:
    category = factories.category(edition, closes_at=timezone.now() - timedelta(days=1))
    delegation = Delegation.objects.create(edition=edition, organisation=factories.organisation())

    named = enter(category, place=Place.objects.create(edition=edition, delegation=delegation))

    assert named.status == "confirmed"


# --- the press --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("details", "is_enough"),
    [
        (None, False),
        (PressDetails("", "B-1"), False),
        (PressDetails("The Paper"), False),
        (PressDetails("The Paper", "  "), False),
        (PressDetails("The Paper", "B-1"), True),
        (PressDetails("The Paper", card=ContentFile(b"picture", "card.png")), True),
    ],
)
def test_the_press_says_the_medium_and_shows_a_card_by_number_or_picture(
    edition: Edition, details: PressDetails | None, is_enough: bool
) -> None:
    category = factories.category(edition, is_press=True)

    if is_enough:
        journalist = enter(category, press=details)
        assert (journalist.status, journalist.press_card.medium) == ("submitted", "The Paper")
    else:
        with pytest.raises(PressDetailsMissing):
            enter(category, press=details)
        assert (Registration.objects.count(), PressCard.objects.count()) == (0, 0)


def test_the_press_is_accredited_on_a_delegation_s_place_too_and_when_the_desk_enters_it(
    edition: Edition, desk: User
) -> None:
    category = factories.category(edition, is_press=True)
    delegation = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    place = Place.objects.create(edition=edition, delegation=delegation)

    delegate = enter(category, place=place, press=PressDetails("The Paper", "B-1"))
    by_hand = register(managed_by=desk, by=desk, is_desk=True, **answers(edition, category=category))

    assert [delegate.status, by_hand.status] == ["submitted", "submitted"]


# --- the waiting list -------------------------------------------------------------------------------------


def test_a_place_that_becomes_free_is_offered_to_the_first_and_goes_on_when_it_expires(
    edition: Edition,
) -> None:
    category = factories.category(edition, quota=1)
    first, second, third = (enter(category) for _ in range(3))

    cancel_registration(registration=first, by=first.managed_by)
    assert (statuses(category), counted(category)) == (["cancelled", "approved", "waiting"], (1, 0))
    second.refresh_from_db()
    assert second.offer_until is not None
    expire_places(at=second.offer_until)
    assert statuses(category) == ["cancelled", "cancelled", "approved"]
    third.refresh_from_db()
    decline_place(registration=third, by=third.managed_by)

    assert (statuses(category), counted(category)) == (["cancelled"] * 3, (0, 0))
    assert [verbs(row) for row in (second, third)] == [
        ["waits", "offered", "expired"],
        ["waits", "offered", "declined"],
    ]
    assert mails() == [
        *("confirmation", "waiting", "waiting", "cancelled", "place_offer"),
        *("place_expired", "place_offer", "cancelled"),
    ]


def test_an_offer_stands_as_long_as_the_rules_say_but_never_beyond_half_of_what_is_left(
    edition: Edition,
) -> None:
    category = factories.category(edition, quota=1)
    BookingRules.objects.create(edition=edition, offer_hours=48)
    first, second = enter(category), enter(category)
    before = timezone.now()
    cancel_registration(registration=first, by=first.managed_by)
    second.refresh_from_db()

    assert second.offer_until is not None
    assert timedelta(hours=48) <= second.offer_until - before < timedelta(hours=48, minutes=1)


def test_near_the_conference_half_of_the_time_is_left_and_from_its_first_day_on_nothing_is_offered() -> None:
    now = timezone.now()
    tomorrow, today = (factories.edition(is_current=False) for _ in range(2))
    for edition, day in ((tomorrow, now.date() + timedelta(days=2)), (today, now.date())):
        edition.starts_on = edition.ends_on = day
        edition.registration_closes_at = now + timedelta(hours=1)
        edition.timezone = "Etc/UTC"
        edition.save()
        BookingRules.objects.create(edition=edition, offer_hours=200)
    outcomes = []
    for edition in (tomorrow, today):
        category = factories.category(edition, quota=1)
        first, second = enter(category), enter(category)
        cancel_registration(registration=first, by=first.managed_by)
        second.refresh_from_db()
        outcomes.append(second)

    assert [row.status for row in outcomes] == ["approved", "waiting"]
    begins = tomorrow.days()[0]
    offered = outcomes[0].offer_until
    assert offered is not None
    assert abs((begins - offered) - (offered - now)) < timedelta(minutes=1)


def test_a_larger_quota_offers_its_places_in_order_and_none_at_all_offers_to_everyone(
    edition: Edition,
) -> None:
    category = factories.category(edition, quota=1)
    for _ in range(5):
        enter(category)
    category.refresh_from_db()

    category.quota = 3
    save_category(category=category)
    assert statuses(category) == ["confirmed", "approved", "approved", "waiting", "waiting"]
    category.quota = None
    save_category(category=category)
    assert statuses(category) == ["confirmed", *["approved"] * 4]


def test_a_quota_is_not_lowered_under_what_is_given_even_by_a_form_that_lay_open(edition: Edition) -> None:
    category = factories.category(edition, quota=5)
    stale = Category.objects.get(pk=category.pk)
    for _ in range(3):
        enter(category)

    stale.quota = 2
    with pytest.raises(FewerPlacesThanGiven):
        save_category(category=stale)
    stale.quota, stale.name = 3, "Scientist"
    saved = save_category(category=stale)

    assert (saved.quota, saved.name, saved.taken_count) == (3, "Scientist", 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(pk=category.pk).update(quota=2)


# --- groups -----------------------------------------------------------------------------------------------


@pytest.fixture
def queue(edition: Edition, robin: User) -> Callable[[int], tuple[Category, list[Registration]]]:
    """A full category of two places, and so many who wait, all kept by one assistant."""

    def make(count: int) -> tuple[Category, list[Registration]]:
        category = factories.category(edition, quota=2, closes_at=timezone.now() + timedelta(days=1))
        for number in range(2):
            enter(category, is_own=False, email=f"in{number}@example.org")
        return category, [
            enter(category, robin, is_own=False, email=f"w{number}@example.org") for number in range(count)
        ]

    return make


def free_one(category: Category) -> None:
    row = Registration.objects.confirmed().filter(category=category).first()
    assert row is not None
    cancel_registration(registration=row, by=row.managed_by)


def test_a_group_that_wants_all_stands_where_its_last_one_stood(queue: Any, robin: User) -> None:
    category, (first, second, third) = queue(3)

    wait_together(registrations=[first, third], wants_all=True, by=robin)

    assert list(Registration.objects.queued(category)) == [second, first, third]
    assert verbs(first) == ["waits", "together"]


def test_a_group_gathers_its_places_at_the_head_and_gets_them_together(queue: Any, robin: User) -> None:
    category, (first, second, _behind) = queue(3)
    wait_together(registrations=[first, second], wants_all=True, by=robin)

    free_one(category)
    assert statuses(category)[2:] == ["waiting"] * 3
    free_one(category)

    assert statuses(category)[2:] == ["approved", "approved", "waiting"]


def test_a_group_that_takes_some_is_served_one_by_one_in_its_members_own_turn(
    queue: Any, robin: User
) -> None:
    category, (first, second, third) = queue(3)
    wait_together(registrations=[first, third], wants_all=False, by=robin)

    free_one(category)
    free_one(category)

    assert statuses(category)[2:] == ["approved", "approved", "waiting"]
    assert list(Registration.objects.queued(category)) == [third]
    assert second.pk < third.pk


def test_from_the_closing_on_a_group_is_offered_what_there_is_and_the_rest_read_why(
    queue: Any, robin: User
) -> None:
    category, (first, second) = queue(2)
    wait_together(registrations=[first, second], wants_all=True, by=robin)
    free_one(category)
    Category.objects.update(closes_at=timezone.now())

    expire_places(at=timezone.now())
    expire_places(at=timezone.now())

    assert statuses(category)[2:] == ["approved", "waiting"]
    assert (verbs(first), verbs(second)) == (
        ["waits", "together", "offered"],
        ["waits", "together", "together"],
    )
    assert [event.detail for event in second.events.order_by("pk")][-1] == {"together": "cut_off"}
    assert Party.objects.get().wants_all is False


def test_a_group_is_of_two_or_more_who_wait_for_one_category_and_are_one_s_own(
    queue: Any, robin: User, edition: Edition
) -> None:
    category, (first, second, third) = queue(3)
    elsewhere = factories.registration(
        edition, managed_by=robin, is_own=False, status="waiting", waiting_since=timezone.now()
    )
    confirmed = Registration.objects.confirmed().filter(category=category)[0]

    def together(*rows: Registration, by: User = robin, wants_all: bool = True) -> None:
        wait_together(registrations=list(rows), wants_all=wants_all, by=by)

    for rows in ([first], [first, first], [first, elsewhere]):
        with pytest.raises(NotOneList):
            together(*rows)
    with pytest.raises(NotYours):
        together(first, second, by=factories.user())
    with pytest.raises(NotYours):
        together(first, confirmed)
    with pytest.raises(GroupTooLarge):
        together(first, second, third)
