"""What a person's pages say of each state, and what one answers there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, User
from registration.actions import cancel_registration, refuse_registration
from registration.models import Category, Registration
from tests import factories
from tests.registration.test_states import allowed, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def mine(edition: Edition, robin: User, status: str, **fields: Any) -> Registration:
    return standing(status, edition, managed_by=robin, is_own=False, **fields)


@pytest.mark.parametrize(
    ("status", "label", "sentence"),
    [
        ("submitted", "Awaiting approval", "The organisers decide on this registration."),
        ("waiting", "On the waiting list", "Number 2 of 3 on the waiting list"),
        ("approved", "Place offered", "Accept it by then; afterwards it goes to the next one on the list."),
        ("refused", "Refused", "No room."),
        ("confirmed", "Confirmed", "No seat is booked."),
        ("cancelled", "Cancelled", "Register again"),
    ],
)
def test_the_page_of_each_state_says_what_it_means(
    page: Client, edition: Edition, robin: User, status: str, label: str, sentence: str
) -> None:
    category = factories.category(edition)
    standing("waiting", edition, category=category)
    row = mine(edition, robin, status, category=category)
    standing("waiting", edition, category=category)

    shown = text(page.get(row.get_absolute_url()))
    listed = text(page.get("/en/my/"))

    assert [label in shown, sentence in shown] == [True, True]
    assert (label in listed) == (status != "confirmed")


@pytest.mark.parametrize(
    ("answer", "status"), [("accept", "confirmed"), ("decline", "cancelled"), ("?", "approved")]
)
def test_an_offer_is_answered_by_a_form(
    page: Client, edition: Edition, robin: User, answer: str, status: str
) -> None:
    row = mine(edition, robin, "approved")
    address = f"/en/my/registrations/{row.pk}/place/"

    assert page.get(address).status_code == 200
    page.post(address, {"answer": answer, "reason": "Another date"})

    row.refresh_from_db()
    assert row.status == status
    if answer == "decline":
        assert "Another date" in text(page.get(row.get_absolute_url()))


def test_an_offer_that_is_over_says_so_and_another_s_is_not_found(
    page: Client, edition: Edition, robin: User
) -> None:
    late = mine(edition, robin, "approved", offer_until=timezone.now() - timedelta(seconds=1))
    other = standing("approved", edition)

    shown = page.post(f"/en/my/registrations/{late.pk}/place/", {"answer": "accept"}, follow=True)
    hidden = page.post(f"/en/my/registrations/{other.pk}/place/", {"answer": "accept"})

    assert "It goes to the next one on the list." in text(shown)
    assert hidden.status_code == 404
    assert set(Registration.objects.values_list("status", flat=True)) == {"approved"}


@pytest.mark.parametrize("reason", ["x" * 10_000, "a\0b", "turned \u202e round"])
def test_a_reason_that_cannot_be_kept_is_said_beside_it_and_cancels_nothing(
    page: Client, registration: Registration, reason: str
) -> None:
    response = page.post(f"/en/my/registrations/{registration.pk}/cancel/", {"reason": reason})

    assert (response.status_code, "error" in response.content.decode()) == (200, True)
    registration.refresh_from_db()
    assert registration.status == "confirmed"


def test_the_history_says_who_did_what_for_whom_and_why(page: Client, edition: Edition, robin: User) -> None:
    offered = mine(edition, robin, "waiting", given_name="Ada")
    refused = mine(edition, robin, "submitted", given_name="Klára")
    refuse_registration(registration=refused, by=allowed("change_registration"), reason="No room this year")
    cancel_registration(registration=offered, by=robin, reason="Ill")

    assert "The organisers : refused the registration No room this year" in text(
        page.get(refused.get_absolute_url())
    )
    assert f"Robin Example for {offered.name} : cancelled the registration Ill" in text(
        page.get(offered.get_absolute_url())
    )


def test_several_wait_together_by_a_form(page: Client, edition: Edition, robin: User) -> None:
    category = factories.category(edition, quota=0)
    category.quota = 2
    category.save()
    first, second = (mine(edition, robin, "waiting", category=category) for _ in range(2))
    address = "/en/my/registrations/together/"

    assert "Wait together" in text(page.get("/en/my/"))
    alone = page.post(address, {"registration": [first.pk], "how": "all"})
    banana = page.post(address, {"registration": ["banana", first.pk], "how": "banana"})
    done = page.post(address, {"registration": [first.pk, second.pk], "how": "all"})

    assert "two or more" in text(alone)
    assert "Choose whether the group takes all places or none, or some." in text(banana)
    assert done.status_code == 302
    assert f"Waits together with {second.name}: all of them or none." in text(
        page.get(first.get_absolute_url())
    )


def test_the_list_costs_the_same_however_many_wait(page: Client, edition: Edition, robin: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get("/en/my/").status_code == 200
        return len(queries)

    category = factories.category(edition)
    mine(edition, robin, "waiting", category=category)
    cost()
    few = cost()
    for _ in range(12):
        mine(edition, robin, "waiting", category=category)
    assert cost() == few


@pytest.mark.parametrize("has_account", [True, False])
def test_an_assistant_hands_over_and_learns_nothing_of_the_address(
    page: Client, edition: Edition, robin: User, has_account: bool
) -> None:
    row = mine(edition, robin, "confirmed", email="ada@example.org")
    if has_account:
        factories.user(email="ada@example.org")
    address = f"/en/my/registrations/{row.pk}/hand-over/"

    assert page.get(address).status_code == 200
    done = page.post(address, follow=True)

    assert "keeps the registration now and logs in with ada@example.org." in text(done)
    row.refresh_from_db()
    assert (row.managed_by.email, row.is_own) == ("ada@example.org", True)
    assert page.get(row.get_absolute_url()).status_code == 404


def test_one_s_own_registration_is_handed_to_nobody(page: Client, registration: Registration) -> None:
    response = page.post(f"/en/my/registrations/{registration.pk}/hand-over/")

    assert response.status_code == 302
    assert Registration.objects.get().managed_by == registration.managed_by


def test_the_page_after_registering_says_which_state_it_is(
    page: Client, edition: Edition, robin: User
) -> None:
    category = Category.objects.create(edition=edition, slug="full", name="full", quota=5)
    rows = [
        mine(edition, robin, status, category=category) for status in ("submitted", "waiting", "confirmed")
    ]

    shown = [text(page.get(f"/en/my/registrations/{row.pk}/registered/")) for row in rows]

    assert [
        sentence in page
        for sentence, page in zip(
            ("is received", "is on the waiting list", "is registered"),
            shown,
            strict=True,
        )
    ] == [True] * 3
