from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.test import Client

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
