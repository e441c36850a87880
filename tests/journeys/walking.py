"""Steps that several journeys share."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from tests.conftest import DemoSite

LANGUAGES = ["en", "fr", "nl"]


def log_in(page: Page, site: DemoSite, who: str, language: str = "en", *, to: str = "") -> None:
    account = site.accounts[who]
    page.goto(f"/{language}/accounts/login/" + (f"?next={to}" if to else ""))
    page.fill("input[name=login]", account["email"])
    page.fill("input[name=password]", account["password"])
    page.click("main form[action*='login'] button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def mail_to(mailbox: Callable[[], list[EmailMessage]], address: str) -> EmailMessage:
    """The newest mail to an address."""
    return [mail for mail in mailbox() if address in str(mail["to"])][-1]


def code_in(mail: EmailMessage) -> str:
    """The six digits of a mail with a code: they have a line of their own."""
    return next(line for line in text_of(mail).splitlines() if len(line) == 6 and line.isdecimal())


def link_in(mail: EmailMessage, pattern: str) -> str:
    found = re.search(rf"https?://\S*{pattern}\S*", text_of(mail))
    assert found, text_of(mail)
    return found[0].rstrip(".,)")


def events_of(calendar: str) -> list[dict[str, str]]:
    """The events of an iCalendar text by property name, without parameters; lines unfolded (RFC 5545, 3.1)."""
    lines = calendar.replace("\r\n ", "").splitlines()
    events: list[dict[str, Any]] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and ":" in line:
            name, value = line.split(":", 1)
            events[-1].setdefault(name.split(";")[0], value)
    return events


def signed_page(folder: Path) -> Path:
    path = folder / "signed page.jpg"
    Image.new("RGB", (600, 800), "white").save(path)
    return path
