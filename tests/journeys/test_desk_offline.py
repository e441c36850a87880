"""The desk on a telephone: scanned, found by name, offline, reloaded, synced; and what stays on the device."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from registration.models import CheckIn, Registration
from tests.conftest import DemoSite
from tests.journeys.desks import (
    enter,
    is_synced,
    open_desk,
    set_up_desk,
    show,
    text_of,
    verdict,
)

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def guest(demo_site: DemoSite) -> Registration:
    """Somebody who takes part."""
    edition = set_up_desk()
    return Registration.objects.confirmed().filter(edition=edition).latest("pk")


def test_a_ticket_held_before_the_desk_checks_its_person_in(
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    guest: Registration,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = new_person(viewport=PHONE)
    device = enter(page, demo_site, "Entrance A")
    page.goto("/en/desk/")
    expect(page.locator("#passphrase")).to_be_focused()
    assert_accessible(page)
    open_desk(page)
    assert_accessible(page)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    expect(page.locator(".verdict-name")).to_have_text(guest.name)
    assert_accessible(page)
    is_synced(page)
    rows = CheckIn.objects.standing().filter(registration=guest)
    assert [(row.how, row.session, row.device_id) for row in rows] == [("scan", None, device.pk)]
