from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from efus_conference.accounts import account_for
from efus_conference.models import User
from tests import factories


@pytest.mark.django_db
def test_a_reset_link_leads_to_our_own_address_whatever_host_was_asked(
    client: Client, settings: object, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    settings.SITE_URL = "https://conference.example"  # type: ignore[attr-defined]
    user = factories.user(password="a long enough secret")
    client.post("/en/accounts/password/reset/", {"email": user.email}, headers={"host": "127.0.0.1:6666"})
    [mail] = mailbox()
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "https://conference.example/en/accounts/password/reset/key/" in text
    assert "6666" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("unprintable", ["\0", "\x07", "\u202e"])
def test_a_name_that_cannot_be_printed_is_refused_beside_the_field(client: Client, unprintable: str) -> None:
    answers = {
        "name": f"Robin{unprintable}Example",
        "email": "robin@example.org",
        "password1": "a long enough secret",
    }
    form = client.post("/en/accounts/signup/", answers).context["form"]
    assert form.errors == {
        "name": ["This has a character that cannot be printed. Type it again instead of pasting it."]
    }
    assert form["email"].value() == "robin@example.org"


@pytest.mark.django_db
def test_a_name_is_no_link() -> None:
    sent = {"name": "Win https://evil.example", "email": "ada@example.org", "password1": PASSWORD}
    form = Client().post("/en/accounts/signup/", sent).context["form"]
    assert form.errors == {"name": ["Write this without an address on the web, and without “<” and “>”."]}


PASSWORD = "a long enough secret"
SIGN_UP = {"name": "Mallory", "email": "ada@example.org", "password1": PASSWORD}


def can_log_in(password: str = PASSWORD, email: str = "ada@example.org") -> bool:
    """The password alone, whatever else is asked after it."""
    return authenticate(email=email, password=password) is not None


def log_in_by_code(client: Client, mailbox: Callable[[], list[EmailMessage]]) -> None:
    client.post("/en/accounts/login/code/", {"email": "ada@example.org"})
    text = mailbox()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    code = re.search(r"^\s*([A-Z0-9]+-[A-Z0-9]+)\s*$", text, re.MULTILINE)
    assert code is not None, text
    client.post("/en/accounts/login/code/confirm/", {"code": code[1]})
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_who_signed_up_with_another_person_s_address_is_out_once_that_person_proves_it(
    client: Client, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    Client().post("/en/accounts/signup/", SIGN_UP)
    assert can_log_in()

    log_in_by_code(client, mailbox)

    assert can_log_in() is False
    user = User.objects.get()
    assert (user.name, user.has_usable_password()) == ("", False)


@pytest.mark.django_db
def test_a_code_takes_nothing_from_an_account_whose_address_was_proven(
    client: Client, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    factories.user(email="ada@example.org", name="Ada", password=PASSWORD)
    log_in_by_code(client, mailbox)
    assert (can_log_in(), User.objects.get().name) == (True, "Ada")


@pytest.mark.django_db
def test_who_is_given_something_by_an_address_gets_an_account_nobody_else_can_enter() -> None:
    Client().post("/en/accounts/signup/", SIGN_UP)

    given = account_for(email="ada@example.org", name="Ada Example", language="en")

    assert (given, given.name, can_log_in()) == (User.objects.get(), "Ada Example", False)


@pytest.mark.django_db
def test_of_an_account_that_was_proven_nothing_is_taken_when_it_is_given_something() -> None:
    ada = factories.user(email="ada@example.org", name="Ada", password=PASSWORD)
    assert account_for(email="ADA@example.org", name="Someone", language="en") == ada
    assert (can_log_in(), User.objects.get().name) == (True, "Ada")
