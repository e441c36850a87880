"""The walk of a secretary who records a signature, screen by screen: from the mail to the receipt.

Told where the site is, whose mailbox it is, where its mails lie, and the folder for the pictures.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import sys
import time
from datetime import date
from email.message import EmailMessage
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page
from taking import pages, picture

PATIENCE = 60  # seconds until a mail is there
CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")


class Walk:
    def __init__(self, site: str, mailbox: str, mails: Path, folder: Path) -> None:
        self._site, self._mailbox, self._mails, self._folder = site, mailbox, mails, folder
        self._seen: set[Path] = set()

    def take(self, page: Page, telephone: Page) -> None:
        invitation = self._mail("/sign/")
        link = self._link(invitation)
        self._show(page, invitation, "1-mail")
        page.goto(link)
        self._picture(page, "2-read")
        telephone.goto(link)
        self._picture(telephone, "2-read-telephone")
        page.click("main form button")
        code = self._mail("", CODE)
        page.fill("input[name=code]", _found(code))
        # Where this copy keeps its mails is nobody's, and another one the next time.
        page.evaluate(
            "for (const each of document.querySelectorAll('main code')) each.textContent = 'var/mail'"
        )
        self._picture(page, "3-code", is_whole=True)
        page.click("main form button")
        page.wait_for_url("**/record**")
        page.fill("input[name=signer_name]", "Robin Example")
        page.fill("input[name=signer_office]", "Mayor")
        page.fill("input[name=signed_on]", date.today().isoformat())  # noqa: DTZ011 - as a person types it
        page.check("input[name=basis][value=council]")
        page.fill("input[name=body]", "City council")
        page.fill("input[name=decided_on]", date.today().isoformat())  # noqa: DTZ011 - as a person types it
        page.fill("input[name=reference]", "2026/117")
        paper = {"name": "signed page.jpg", "mimeType": "image/jpeg", "buffer": _paper()}
        page.set_input_files("input[name=signed_page]", [paper])
        self._picture(page, "4-record", is_whole=True)
        page.click("main form button")
        page.wait_for_url("**/meaning**")
        page.check("input[name=informed]")
        self._picture(page, "5-meaning", is_whole=True)
        page.click("main form button")
        page.wait_for_url("**/check**")
        self._picture(page, "6-check", is_whole=True)
        page.click("main form button")
        page.wait_for_url("**/sign/receipt/**")
        self._picture(page, "7-receipt")

    def _show(self, page: Page, message: EmailMessage, name: str) -> None:
        """A mail, as a mail program does: under no rules of the site's."""
        page.goto("about:blank")
        page.set_content(_html(message))
        self._picture(page, name)

    def _mail(self, holds: str, pattern: re.Pattern[str] | None = None) -> EmailMessage:
        """The next mail to the office that holds this."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for file in sorted(self._mails.glob(f"*-{self._mailbox}.eml")):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                text = _text(message)
                if file not in self._seen and holds in text and (pattern is None or pattern.search(text)):
                    self._seen.update(self._mails.glob(f"*-{self._mailbox}.eml"))
                    return message
            time.sleep(0.2)
        raise SystemExit(f"No mail with “{holds}” came to {self._mailbox}.")

    def _link(self, message: EmailMessage) -> str:
        found = re.search(r"https?://\S+/sign/\S+", _text(message))
        if found is None:
            raise SystemExit("There is no link in the invitation.")
        return found[0].rstrip(".>)")

    def _picture(self, page: Page, name: str, *, is_whole: bool = False) -> None:
        picture(page, self._folder / f"secretary-{name}.png", is_whole=is_whole)


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""


def _html(message: EmailMessage) -> str:
    part = message.get_body(("html", "plain"))
    return str(part.get_content()) if part else ""


def _found(message: EmailMessage) -> str:
    found = CODE.search(_text(message))
    assert found
    return found[1]


def _paper() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "JPEG")
    return out.getvalue()


def main() -> None:
    site, mailbox, mails, folder = sys.argv[1:]
    with pages() as (page, telephone):
        Walk(site, mailbox, Path(mails), Path(folder)).take(page, telephone)


if __name__ == "__main__":
    main()
