"""What caches may keep: pages that are the same for everyone, and nothing that was made for one person."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("path", ["email/", "2fa/", "password/change/", "password/set/", "logout/"])
def test_pages_of_an_account_are_kept_nowhere(page: Client, path: str) -> None:
    response = page.get(f"/en/accounts/{path}")

    assert response.status_code in (200, 302)
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))


def test_public_pages_are_the_same_for_who_is_logged_in_and_may_be_kept(page: Client) -> None:
    edition = factories.edition()
    for path in ("", "editions/", f"editions/{edition.slug}/", f"editions/{edition.slug}/programme/"):
        anyone, someone = Client().get(f"/en/{path}"), page.get(f"/en/{path}")
        assert (someone.status_code, someone.content) == (200, anyone.content)
        assert someone.headers == anyone.headers
        assert someone.headers["Cache-Control"] == "no-cache"


def test_an_answer_that_says_itself_how_it_is_kept_is_left_alone(page: Client) -> None:
    assert (
        page.get("/my/state.json").headers["Cache-Control"]
        == (Client().get("/my/state.json").headers["Cache-Control"])
    )
