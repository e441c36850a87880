"""The organisers' page of badges: how many there are, of whom, and what it notes as printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from efus_conference.models import Edition, User
from registration import badge_form
from registration.actions import ticket_for
from registration.models import Delegation, Place, Registration, Ticket, TicketKey
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/admin/registration/registration/badges/"
READ = ("view_registration", "print_badges")


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


@pytest.fixture
def organiser(client: Client) -> Callable[..., User]:
    def log_in(*names: str) -> User:
        user = factories.user(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return user

    return log_in


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def family_names(content: bytes, people: dict[str, Registration]) -> list[str]:
    text = text_of(content)
    return [name for name, person in people.items() if person.family_name in text]


@pytest.fixture
def people(edition: Edition) -> dict[str, Registration]:
    """One of each kind that can be chosen."""
    city = factories.organisation(name="Exampleville")
    delegation = Delegation.objects.create(edition=edition, organisation=city)
    place = Place.objects.create(edition=edition, delegation=delegation)
    beside = Place.objects.create(edition=edition, accompanies=place, companion_kind="security")
    category = factories.category(edition, name="press office", is_press=True)
    made = {
        "delegate": {"place": place, "family_name": "Delegate"},
        "companion": {"place": beside, "family_name": "Companion"},
        "resident": {"organisation": city, "family_name": "Resident"},
        "journalist": {"category": category, "family_name": "Journalist"},
        "waiting": {"status": "submitted", "family_name": "Waiting"},
    }
    return {name: factories.registration(edition, **fields) for name, fields in made.items()}


@pytest.mark.parametrize(
    ("whom", "expected"),
    [
        ("all", ["delegate", "companion", "resident", "journalist"]),
        ("city", ["delegate", "companion", "resident"]),
        ("category", ["journalist"]),
        ("person", ["resident"]),
    ],
)
def test_badges_are_printed_for_all_a_city_a_category_or_one(
    client: Client,
    organiser: Callable[..., User],
    people: dict[str, Registration],
    whom: str,
    expected: list[str],
) -> None:
    organiser(*READ)
    city = people["resident"].organisation
    assert city is not None
    chosen = {
        "all": "all",
        "city": f"city-{city.pk}",
        "category": f"category-{people['journalist'].category_id}",
        "person": f"person-{people['resident'].pk}",
    }[whom]

    answer = client.post(PAGE, {"whom": chosen, "form": "a6", "only_new": "on"})

    assert [answer.status_code, answer["Content-Type"]] == [200, "application/pdf"]
    assert family_names(answer.content, people) == expected
    assert {ticket.registration_id for ticket in Ticket.objects.exclude(printed_at=None)} == {
        people[name].pk for name in expected
    }


def test_it_says_how_many_there_are_before_and_leaves_out_what_was_printed(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration]
) -> None:
    organiser(*READ)
    before = client.get(PAGE).content.decode()
    client.post(PAGE, {"whom": f"person-{people['resident'].pk}", "form": "a4", "only_new": "on"})
    after = client.get(PAGE).content.decode()
    again = client.get(PAGE + "?whom=all&form=a6").content.decode()
    rest = client.post(PAGE, {"whom": "all", "form": "folded", "only_new": "on"})

    assert ["4 badges to print." in before, "0 have a badge" in before] == [True, True]
    assert ["3 badges to print." in after, "1 has a badge that was printed before." in after] == [True, True]
    assert "4 badges to print." in again
    assert family_names(rest.content, people) == ["delegate", "companion", "journalist"]
    assert "0 badges to print." in client.get(PAGE).content.decode()


def test_what_is_printed_is_what_stands_in_the_form_once_it_was_counted(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration]
) -> None:
    organiser(*READ)
    one = {"whom": f"person-{people['resident'].pk}", "form": "a4", "only_new": "on"}
    counted = client.get(PAGE).context["form"].choice  # of everyone

    other = client.post(PAGE, {**one, "counted": counted, "do": "print"})
    page = other.content.decode()
    assert ["1 badge to print." in page, "Another choice than was counted" in page] == [True, True]
    assert Ticket.objects.exclude(printed_at=None).count() == 0

    now = other.context["form"].choice
    folded = client.post(PAGE, {**one, "form": "folded", "counted": now, "do": "print"})
    assert folded["Content-Disposition"].endswith('-folded.pdf"')
    assert family_names(folded.content, people) == ["resident"]

    shown = client.post(PAGE, {"whom": "all", "form": "a6", "counted": now, "do": "count"}, follow=True)
    assert "4 badges to print." in shown.content.decode()
    assert shown.context["form"].choice == "all all"


def test_a_second_print_of_nothing_new_says_so(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration]
) -> None:
    organiser(*READ)
    client.post(PAGE, {"whom": "all", "form": "a6", "only_new": "on"})

    answer = client.post(PAGE, {"whom": "all", "form": "a6", "only_new": "on"})

    assert [answer["Content-Type"].split(";")[0], "There is nobody to print" in answer.content.decode()] == [
        "text/html",
        True,
    ]


def test_many_come_in_parts(
    client: Client,
    organiser: Callable[..., User],
    people: dict[str, Registration],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(badge_form, "MOST", 3)
    monkeypatch.setattr("registration.admin.badge_pages.MOST", 3)
    organiser(*READ)

    page = client.get(PAGE).content.decode()
    first = client.post(PAGE, {"whom": "all", "form": "a6", "only_new": "on"})
    second = client.post(PAGE, {"whom": "all", "form": "a6", "only_new": "on"})
    refused = client.post(PAGE, {"whom": "all", "form": "a6"})

    assert "Print again for the next ones" in page
    assert family_names(first.content, people) == ["delegate", "companion", "journalist"]
    assert family_names(second.content, people) == ["resident"]
    assert "more than 3 badges" in refused.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"whom": "banana", "form": "a6"},
        {"whom": "city-999999", "form": "a6"},
        {"whom": "person-²", "form": "a6"},
        {"whom": "category-" + "9" * 40, "form": "a6"},
        {"whom": "all", "form": "a0"},
        {"whom": "x" * 10_000, "form": "a" * 10_000},
    ],
)
def test_what_cannot_be_chosen_is_said_and_prints_nothing(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration], asked: dict[str, str]
) -> None:
    organiser(*READ)
    shown, answer = client.get(PAGE, asked), client.post(PAGE, asked)

    assert [shown.status_code, answer.status_code, answer["Content-Type"].split(";")[0]] == [
        200,
        200,
        "text/html",
    ]
    assert "tt-error" in answer.content.decode()
    assert not Ticket.objects.exclude(printed_at=None).exists()


def test_an_unknown_edition_is_not_found_and_one_without_people_says_so(
    client: Client, organiser: Callable[..., User]
) -> None:
    organiser(*READ)
    assert client.get(PAGE).status_code == 302
    factories.category(factories.edition())
    assert [client.get(f"{PAGE}?edition=banana").status_code, client.get(PAGE).status_code] == [404, 200]


def test_only_who_may_print_badges_opens_the_page(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration]
) -> None:
    organiser("view_registration")
    assert [client.get(PAGE).status_code, client.post(PAGE).status_code] == [403, 403]


def test_the_button_of_a_registration_leads_to_its_own_badge(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration]
) -> None:
    organiser(*READ)

    def press(person: Registration) -> Any:
        return client.get(
            reverse("admin:registration_registration_open_badge", args=[person.pk]), follow=True
        )

    one, none = press(people["resident"]), press(people["waiting"])
    assert ["1 badge to print." in one.content.decode(), "Robin Resident" in one.content.decode()] == [
        True,
        True,
    ]
    assert "Who does not take part has no badge." in none.content.decode()
    missing = reverse("admin:registration_registration_open_badge", args=[999_999])
    assert client.get(missing).status_code == 404


def test_with_a_revoked_key_nothing_is_printed(
    client: Client, organiser: Callable[..., User], people: dict[str, Registration]
) -> None:
    organiser(*READ)
    client.post(PAGE, {"whom": f"person-{people['resident'].pk}", "form": "a6"})
    TicketKey.objects.update(revoked_at=timezone.now(), retired_at=timezone.now())

    answer = client.post(PAGE, {"whom": "all", "form": "a6", "only_new": "on"})

    assert "The key of the tickets was revoked." in answer.content.decode()
    assert Ticket.objects.exclude(printed_at=None).count() == 1


def test_the_page_costs_the_same_for_few_and_for_many(
    client: Client, organiser: Callable[..., User], edition: Edition
) -> None:
    organiser(*READ)
    category = factories.category(edition)
    counts = []
    for _round in range(2):
        for _number in range(5):
            ticket_for(
                factories.registration(edition, category=category, organisation=factories.organisation())
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
