"""The account pages speak as the site does, and their codes and mails say what one needs to go on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

CODE = re.compile(r"^([A-Z0-9]+-[A-Z0-9]+)\s*$", re.MULTILINE)
SECRET = "a long enough secret"
CONFIRM = "/en/accounts/login/code/confirm/"


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def code_in(mail: EmailMessage) -> str:
    found = CODE.search(text_of(mail))
    assert found is not None
    return found[1]


def names_of_buttons(page: str) -> list[str]:
    main = page.split("<main", 1)[1]
    return re.findall(r'<button[^>]*type="submit"[^>]*name="(\w+)"', main)


@pytest.mark.parametrize(
    ("path", "messages"),
    [
        ("login/", ["Enter the e-mail address.", "Enter the password."]),
        ("login/code/", ["Enter the e-mail address."]),
        ("password/reset/", ["Enter the e-mail address."]),
        ("signup/", ["Enter your name.", "Enter the e-mail address.", "Enter the password."]),
    ],
)
def test_a_field_left_empty_is_named(client: Client, path: str, messages: list[str]) -> None:
    form = client.post(f"/en/accounts/{path}", {}).context["form"]
    assert [message for errors in form.errors.values() for message in errors] == messages


def test_a_new_code_logs_in_and_the_former_does_not(
    client: Client, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    user = factories.user(password=SECRET)
    client.post("/en/accounts/login/code/", {"email": user.email})
    client.post(CONFIRM, {"action": "resend"})
    first, second = mailbox()
    refused = client.post(CONFIRM, {"code": code_in(first)})
    assert refused.context["form"].errors == {
        "code": ["This code is not right. Enter the code of the newest e-mail."]
    }
    client.post(CONFIRM, {"code": code_in(second)})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_two_more_codes_can_be_sent_and_then_no_further_one(
    client: Client, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    user = factories.user(password=SECRET)
    client.post("/en/accounts/login/code/", {"email": user.email})
    offers = []
    for _time in range(3):
        offers.append('form="resend"' in client.get(CONFIRM).content.decode())
        client.post(CONFIRM, {"action": "resend"})
    assert offers == [True, True, False]
    assert len(mailbox()) == 3


def test_a_new_code_is_valid_as_long_as_the_first(
    client: Client, mailbox: Callable[[], list[EmailMessage]], settings: Any
) -> None:
    user = factories.user(password=SECRET)
    client.post("/en/accounts/login/code/", {"email": user.email})
    session = client.session
    nearly = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT - 60
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] = time.time() - nearly
    session.save()
    client.post(CONFIRM, {"action": "resend"})
    began = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"]
    assert time.time() - began < nearly
    assert "15 minutes" in text_of(mailbox()[-1])


def test_the_page_says_for_how_long_the_code_is_valid(
    client: Client, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    page = client.post("/en/accounts/login/code/", {"email": "ada@example.org"}, follow=True).content.decode()
    assert "It is valid for 15 minutes." in page
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page.split("<h1>", 1)[1].split("<footer", 1)[0])
    assert buttons == ["Log in", "Send a new code", "Use another e-mail address"]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("login/code/", True),
        ("login/code/", False),
        ("password/reset/", True),
        ("signup/", True),
        ("signup/", False),
    ],
)
def test_a_mail_names_the_conference_and_leads_to_its_site(
    client: Client, mailbox: Callable[[], list[EmailMessage]], settings: Any, path: str, *, known: bool
) -> None:
    settings.SITE_URL = "https://conference.example"
    if known:
        factories.user(email="ada@example.org", name="Ada Example", password=SECRET)
    client.post(
        f"/en/accounts/{path}", {"name": "Ada Example", "email": "ada@example.org", "password1": SECRET}
    )
    [mail] = mailbox()
    text = text_of(mail)
    assert "Security, Democracy & Cities" in text.split("\n-- \n")[0]
    assert text.rstrip().endswith("Security, Democracy & Cities\nhttps://conference.example")
    assert "Ada Example" not in text
    assert {"testserver", "example.com"}.isdisjoint(text.split())


def test_one_confirmed_address_alone_has_nothing_to_choose(client: Client) -> None:
    client.force_login(factories.user())
    page = client.get("/en/accounts/email/").content.decode()
    assert names_of_buttons(page) == ["action_add"]


def test_of_several_addresses_one_is_chosen(client: Client) -> None:
    user = factories.user()
    user.emailaddress_set.create(email="second@example.org", verified=False, primary=False)
    client.force_login(user)
    page = client.get("/en/accounts/email/").content.decode()
    assert names_of_buttons(page) == ["action_primary", "action_send", "action_remove", "action_add"]
    user.emailaddress_set.update(verified=True)
    page = client.get("/en/accounts/email/").content.decode()
    assert names_of_buttons(page) == ["action_primary", "action_remove", "action_add"]


def test_the_account_pages_lead_to_the_registrations_and_to_the_agenda(client: Client) -> None:
    client.force_login(factories.user())
    page = client.get("/en/accounts/email/").content.decode()
    account_nav = page.split('<nav class="sub-nav"', 1)[1].split("</nav>", 1)[0]
    links = re.findall(r'<a href="([^"]+)"[^>]*>(My [^<]+)</a>', account_nav)
    assert links == [("/en/my/", "My registrations"), ("/en/my/agenda/", "My agenda")]


def test_a_second_factor_is_asked_for_after_the_password_and_listed_afterwards(client: Client) -> None:
    user = factories.user(password=SECRET)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    page = client.post(
        "/en/accounts/login/", {"login": user.email, "password": SECRET}, follow=True
    ).content.decode()
    assert "<h1>Second factor</h1>" in page
    assert page.count('data-allauth-onload="allauth.webauthn.forms.authenticateForm"') == 1
    client.force_login(user)
    page = client.get("/en/accounts/2fa/").content.decode()
    assert "Your account asks for a code of your authenticator app." in page
    assert "10 codes are left. Each works once." in page
