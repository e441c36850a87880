"""Nobody learns from the site which e-mail addresses it knows: not by words, nor by queries, mails or hashing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import User
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "a long enough secret"
VARIES = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|[a-z]+@example\.org')
hashed: list[str] = []


class CountingHasher(MD5PasswordHasher):
    """Quick, and notes each time a password is hashed."""

    algorithm = "counting"

    def encode(self, password: str, salt: str) -> str:
        hashed.append(password)
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _count_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    hashed.clear()


@dataclass(frozen=True)
class Answered:
    status: int
    leads_to: str
    text: bytes
    queries: int
    mails: int
    hashes: int


FORMS: dict[str, tuple[str, Callable[[str], dict[str, str]]]] = {
    "login": ("/en/accounts/login/", lambda email: {"login": email, "password": "not the secret"}),
    "code": ("/en/accounts/login/code/", lambda email: {"email": email}),
    "reset": ("/en/accounts/password/reset/", lambda email: {"email": email}),
    "sign-up": (
        "/en/accounts/signup/",
        lambda email: {"name": "Robin Example", "email": email, "password1": SECRET},
    ),
}


def answered(form: str, address: str, mailbox: Callable[[], list[EmailMessage]]) -> Answered:
    """What a browser that never was here learns and sets off by sending the address."""
    path, fields = FORMS[form]
    browser = Client()
    browser.get(path)
    hashes, mails = len(hashed), len(mailbox())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = browser.post(path, fields(address))
    hashes = len(hashed) - hashes
    page = browser.get(response.headers["Location"]) if response.status_code == 302 else response
    return Answered(
        response.status_code,
        response.headers.get("Location", ""),
        VARIES.sub(b"", page.content),
        len(queries),
        len(mailbox()) - mails,
        hashes,
    )


@pytest.mark.parametrize("form", FORMS)
def test_known_and_unknown_addresses_are_answered_alike(
    form: str, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    factories.user(email="known@example.org", password=SECRET)
    answered(form, "first@example.org", mailbox)  # what is read once and kept, is read
    known = answered(form, "known@example.org", mailbox)
    unknown = answered(form, "other@example.org", mailbox)
    assert known == unknown
    assert (known.mails, known.hashes) == {
        "login": (0, 1),
        "code": (1, 0),
        "reset": (1, 0),
        "sign-up": (1, 1),
    }[form]


def test_who_signs_up_with_a_known_address_changes_nothing_there(
    mailbox: Callable[[], list[EmailMessage]],
) -> None:
    known = factories.user(email="known@example.org", name="Robin Example", password=SECRET)
    before = list(User.objects.order_by("pk").values())
    Client().post(
        "/en/accounts/signup/", {"name": "Mallory", "email": known.email, "password1": "another secret"}
    )
    assert list(User.objects.order_by("pk").values()) == before
    [mail] = mailbox()
    assert mail["To"] == known.email


@pytest.mark.parametrize(
    ("form", "confirm"),
    [("code", "/en/accounts/login/code/confirm/"), ("sign-up", "/en/accounts/confirm-email/")],
)
def test_a_new_code_tells_no_more_than_the_first(
    form: str, confirm: str, settings: Any, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    factories.user(email="known@example.org", password=SECRET)
    told = []
    for address in ("known@example.org", "other@example.org"):
        path, fields = FORMS[form]
        browser = Client()
        browser.post(path, fields(address))
        mails = len(mailbox())
        response = browser.post(confirm, {"action": "resend"})
        page = browser.get(confirm)
        told.append((response.status_code, VARIES.sub(b"", page.content), len(mailbox()) - mails))
    assert told[0] == told[1]
    assert (told[0][0], told[0][2]) == (302, 1)
