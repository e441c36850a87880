"""The desk's pages without a script: who walks in gets a badge; a reprint makes the lost badge's code void."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from efus_conference.models import Edition
from registration import actions
from registration.models import CheckIn, DeskAlert, Registration, Ticket
from tests.conftest import DemoSite
from tests.journeys.desks import organiser
from tests.journeys.walking import log_in

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 320, "height": 640}
NewPerson = Callable[..., Page]


@pytest.fixture
def guest(demo_site: DemoSite) -> Registration:
    edition = Edition.objects.get(is_current=True)
    found = Registration.objects.confirmed().filter(edition=edition).latest("pk")
    Registration.objects.filter(pk=found.pk).update(given_name="Zdenka", family_name="Quxová")
    found.refresh_from_db()
    return found


def open_as_organiser(page: Page, site: DemoSite, to: str) -> None:
    log_in(page, site, "organiser", to=to)
    page.fill("input[name=name]", "Welcome desk")
    page.click("input[type=submit], main form button")
    page.wait_for_url(f"**{to}")


def is_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_who_walks_in_is_registered_and_gets_a_badge(
    demo_site: DemoSite, new_person: NewPerson, assert_accessible: Callable[[Page], None]
) -> None:
    page = new_person(viewport=PHONE)
    open_as_organiser(page, demo_site, "/en/desk/walk-in/")
    assert_accessible(page)

    page.click("main form button")
    expect(page.locator(".error-summary")).to_contain_text("Enter the given name")
    page.fill("input[name=given_name]", "Cleo")
    page.fill("input[name=family_name]", "Nováková-Ștefănescu")
    page.fill("input[name=organisation_name]", "City of Example")
    page.check("input[name=category] >> nth=0")
    for box in page.locator("input[name^=agree_]").all():
        box.check()
    page.click("main form button")

    expect(page.locator("h1")).to_have_text("Cleo Nováková-Ștefănescu")
    expect(page.locator(".verdict-word")).to_contain_text("Checked in")
    assert_accessible(page)
    person = Registration.objects.get(given_name="Cleo")
    assert [(row.registration, row.how) for row in CheckIn.objects.filter(registration=person)] == [
        (person, "walk_in")
    ]
    answer = page.request.post(
        f"/en/desk/people/{person.pk}/badge/",
        form={"csrfmiddlewaretoken": page.locator("input[name=csrfmiddlewaretoken]").first.input_value()},
        headers={"Referer": page.url},
    )
    assert answer.body()[:5] == b"%PDF-"

    # The second time they are found instead of registered again.
    page.goto("/en/desk/walk-in/")
    page.fill("input[name=given_name]", "cleo")
    page.fill("input[name=family_name]", "Novakova-Stefanescu")
    page.fill("input[name=organisation_name]", "City of Example")
    page.check("input[name=category] >> nth=0")
    for box in page.locator("input[name^=agree_]").all():
        box.check()
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("Somebody of this name is registered already")
    assert_accessible(page)
    page.click(".desk-person")
    page.wait_for_url(f"**/desk/people/{person.pk}/")


def test_a_reprinted_badge_makes_the_lost_one_void(
    demo_site: DemoSite,
    guest: Registration,
    new_person: NewPerson,
    assert_accessible: Callable[[Page], None],
) -> None:
    old = actions.ticket_for(guest)
    actions.print_badges(registrations=[guest], form="a6", by=organiser())
    page = new_person(viewport=PHONE)
    open_as_organiser(page, demo_site, "/en/desk/people/")

    page.fill("input[name=q]", "quxova")
    page.click("main form button")
    assert_accessible(page)
    page.click(".desk-person")
    page.click("summary")
    assert_accessible(page)
    page.click("text=Make the old code void")
    expect(page.locator("main")).to_contain_text("The old code is void")

    page.goto(f"/en/desk/people/?q={old.shown_code}")
    expect(page.locator("main")).to_contain_text("This code is void")
    assert_accessible(page)
    old.refresh_from_db()
    new = Ticket.objects.standing().get(registration=guest)
    assert [old.voided_why, new.printed_at] == ["reprinted", None]
    assert [(alert.kind, alert.ticket) for alert in DeskAlert.objects.all()] == [("void", old)]
    page.goto(f"/en/desk/people/?q={new.shown_code}")
    expect(page.locator(".desk-person")).to_contain_text("Zdenka Quxová")


def test_every_page_of_the_desk_is_accessible_and_fits_a_small_telephone_without_a_script(
    demo_site: DemoSite,
    guest: Registration,
    new_person: NewPerson,
    assert_accessible: Callable[[Page], None],
) -> None:
    edition = guest.edition
    page = new_person(viewport=SMALL)
    open_as_organiser(page, demo_site, "/en/desk/delegations/")
    assert_accessible(page)
    city = page.locator(".desk-person").first.get_attribute("href")
    closed = new_person(viewport=SMALL)
    today = timezone.now().astimezone(edition.zone).date()
    made = actions.make_desk_link(edition=edition, day=today, label="Entrance A", by=organiser())
    pages = [
        (page, city),
        (page, "/en/desk/headsets/"),
        (page, f"/en/desk/people/{guest.pk}/"),
        (page, "/en/desk/people/?q=a"),
        (page, "/en/desk/enter/"),
        (closed, "/en/desk/people/"),
        (closed, f"/en/desk/enter/{made.token}/"),
    ]
    wide = []
    for who, address in pages:
        who.goto(str(address))
        assert_accessible(who)
        if is_wide(who):
            wide.append(address)
    assert wide == []
