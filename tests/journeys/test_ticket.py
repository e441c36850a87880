"""The ticket on a telephone: the code in sight at once, and read off the picture of the screen by another program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from registration.models import Ticket
from registration.ticket_keys import signed
from tests.conftest import DemoSite
from tests.journeys.walking import log_in
from tests.registration.reading_codes import seen_by_zbar


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("fr", "light"), ("nl", "dark")])
def test_a_ticket_is_shown_on_a_telephone_and_made_anew_when_it_is_lost(
    language: str,
    scheme: Literal["light", "dark"],
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    page = new_person(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    log_in(page, demo_site, "participant", language, to=f"/{language}/my/")
    page.locator("main a[href$='/ticket/'], main a[href*='/my/tickets/']").first.click()
    page.wait_for_url("**/my/tickets/*/")
    ticket = Ticket.objects.standing().latest("made_at")
    # All of it, without scrolling.
    expect(page.locator(".ticket-qr")).to_be_in_viewport(ratio=1)
    assert seen_by_zbar(page.screenshot(), tmp_path) == signed(ticket)
    assert_accessible(page)

    page.click("a[href$='/renew/']")
    assert_accessible(page)
    page.click("main form button")
    page.wait_for_url("**/my/tickets/*/")
    new = Ticket.objects.standing().get(registration=ticket.registration)
    assert ticket.code not in page.url
    assert seen_by_zbar(page.locator(".ticket-qr").screenshot(), tmp_path) == signed(new)
    assert_accessible(page)

    # The old address says that it lets nobody in, and leads to the new one.
    page.goto(f"/{language}/my/tickets/{ticket.code}/")
    expect(page.locator(".ticket-qr")).to_have_count(0)
    assert_accessible(page)
    page.click(".ticket .notice a")
    page.wait_for_url(f"**/my/tickets/{new.code}/")
