"""Names that a human should look at, in the list of signatories and on their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declarations.actions import propose_freezing
from declarations.models import Signatory
from efus_conference.models import User
from tests import factories
from tests.declarations.making import actor, officer, published

pytestmark = pytest.mark.django_db

LIST = "/admin/declarations/signatory/"


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def signatory(name: str, **fields: Any) -> Signatory:
    return factories.signatory(
        fields.pop("declaration", None) or published(),
        organisation=factories.organisation(name=name, name_en=name, **fields),
    )


def column(browser: Client, query: str = "") -> list[str]:
    shown = browser.get(LIST + query).context["cl"]
    return [shown.model_admin.name_to_look_at(row) for row in shown.result_list]


def look(browser: Client, of: Signatory, seen: str) -> list[str]:
    response = browser.post(f"{LIST}{of.pk}/name/", {"seen": seen}, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def test_the_list_says_what_there_is_to_look_at_and_finds_those_rows() -> None:
    declaration = published()
    signatory("Riga", declaration=declaration)
    signatory("Gd\u0430nsk", declaration=declaration)
    factories.organisation(name="Gdańsk", name_en="Gdańsk")
    browser = as_(officer(is_superuser=True))
    why = "“Gd\u0430nsk” has letters of several scripts in one word. “Gd\u0430nsk” looks like “Gdańsk”, another organisation."
    assert [column(browser), column(browser, "?name=look"), column(browser, "?name=banana")] == [
        ["", why],
        [why],
        ["", why],
    ]


def test_looking_at_a_name_is_written_down_until_the_name_changes() -> None:
    user = officer(is_superuser=True)
    browser, odd = as_(user), signatory("Li\u200bège")
    page = browser.get(f"{LIST}{odd.pk}/name/").content.decode()
    assert "U+200B ZERO WIDTH SPACE" in page
    assert look(browser, odd, "Li\u200bège") == ["It is written down that you looked at this name."]
    odd.refresh_from_db()
    assert [odd.name_checked_by, odd.name_checked_at is not None, column(browser)] == [
        actor(user),
        True,
        ["looked at"],
    ]
    odd.organisation.name = odd.organisation.name_en = "L\u200biège"
    odd.organisation.save()
    assert column(browser) == ["“L\u200biège” has invisible characters."]


@pytest.mark.parametrize("seen", ["", "Liege", "Liège\x00", "x" * 10_000])
def test_a_page_that_shows_another_name_writes_nothing_down(seen: str) -> None:
    browser, odd = as_(officer(is_superuser=True)), signatory("Liège")
    look(browser, odd, seen)
    odd.refresh_from_db()
    assert odd.name_checked_at is None


def test_a_name_without_a_finding_says_so_on_its_page() -> None:
    browser, plain = as_(officer(is_superuser=True)), signatory("Liège")
    assert (
        "Nothing about it needs a second look." in browser.get(f"{LIST}{plain.pk}/change/").content.decode()
    )


def test_the_list_costs_the_same_for_one_and_for_many() -> None:
    browser, declaration = as_(officer(is_superuser=True)), published()

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        return len(queries)

    signatory("Li\u200bège", declaration=declaration)
    cost()
    one = cost()
    for number in range(8):
        signatory(f"Li\u200bège {number}", declaration=declaration)
    assert cost() == one


def test_texts_that_someone_else_proposed_wait_for_the_second_officer() -> None:
    first, second = officer(is_superuser=True), officer(is_superuser=True)
    declaration = factories.declaration(title="A text", title_fr="Un texte")
    sentence = "The texts of 1 declaration are proposed: read them and freeze them."

    def told() -> list[bool]:
        return [sentence in as_(user).get("/admin/").content.decode() for user in (first, second)]

    before = told()
    propose_freezing(declaration=declaration, by=first)
    proposed = told()
    declaration.texts.filter(language="en").update(body="1. Others act.")
    assert [before, proposed, told()] == [[False, False], [False, True], [False, False]]
