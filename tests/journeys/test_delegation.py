from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from efus_conference.models import Edition
from programme.models import ReleasedSession
from registration.models import Booking, Delegation, Place, Registration
from tests import factories
from tests.conftest import DemoSite
from tests.journeys.walking import link_in, log_in, mail_to

SECRET = "a long enough secret"
FIVE = """given_name;family_name;email;function;category;language
Ada;Beispiel;ada@example.org;;{category};
Ben;Beispiel;;;{category};
=1+1;Beispiel;;;emperor;
"""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_delegation_of_five_with_one_replacement(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    run_worker()  # what the demonstration itself queued
    edition = Edition.objects.current()
    assert edition is not None
    coordinator = factories.user(name="Klára Koordinátorka", password=SECRET, language=language)
    invited = factories.user(name="Ingo Einladung", password=SECRET, language=language)
    demo_site.accounts["five"] = {"email": coordinator.email, "password": SECRET}
    demo_site.accounts["invited"] = {"email": invited.email, "password": SECRET}
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    Place.objects.bulk_create(Place(edition=edition, delegation=delegation) for _number in range(5))
    category = edition.categories.filter(is_by_invitation=False, is_press=False).first()
    assert category is not None

    page = new_person(viewport={"width": 390, "height": 844})
    log_in(page, demo_site, "five", language)
    page.goto(f"/{language}/my/delegation/")
    assert_accessible(page)

    # Two by a sheet: what is wrong is said in its row, and nobody is named before all is right.
    sheet = tmp_path / "people.csv"
    sheet.write_text(FIVE.format(category=category.slug), encoding="utf-8")
    page.click("main a[href$='/people/']")
    assert_accessible(page)
    page.set_input_files("input[type=file]", sheet)
    page.click("main form.form [type=submit]")
    expect(page.locator(".tag-error")).to_have_count(1)
    assert_accessible(page)
    sheet.write_text("".join(FIVE.format(category=category.slug).splitlines(True)[:3]), encoding="utf-8")
    page.click("main a.button-secondary")
    page.set_input_files("input[type=file]", sheet)
    page.click("main form.form [type=submit]")
    expect(page.locator(".tag-success")).to_have_count(2)
    page.click("main form.form button.button")
    expect(page.locator("main tbody .tag-success")).to_have_count(2)

    # One by hand: what was forgotten is said, and nothing typed is lost.
    page.locator("main a[href$='/name/']").first.click()
    assert_accessible(page)
    page.fill("input[name=given_name]", "Cyd")
    page.fill("input[name=function]", "Sheriff")
    page.locator("input[name=category]").first.check()
    page.click("main form.form [type=submit]")
    expect(page.locator("input[name=function]")).to_have_value("Sheriff")
    assert_accessible(page)
    page.fill("input[name=family_name]", "Beispiel")
    page.click("main form.form [type=submit]")
    expect(page.locator("main h1")).to_have_text("Cyd Beispiel")
    assert_accessible(page)

    # One by an invitation, who completes their own part with their own account.
    page.goto(f"/{language}/my/delegation/")
    page.locator("main a[href$='/invite/']").first.click()
    assert_accessible(page)
    page.fill("input[name=email]", invited.email)
    page.select_option("select[name=language]", language)
    page.click("main form.form [type=submit]")
    assert_accessible(page)
    run_worker()
    link = link_in(mail_to(mailbox, invited.email), "/my/join/")
    guest = new_person(viewport={"width": 1280, "height": 900})
    for _visit in range(2):
        guest.goto(link)
    assert_accessible(guest)
    guest.click("main button[value=login]")
    guest.fill("input[name=login]", invited.email)
    guest.fill("input[name=password]", SECRET)
    guest.click("main form[action*='login'] button[type=submit]")
    guest.wait_for_url("**/register/details/")
    assert_accessible(guest)
    guest.fill("input[name=family_name]", "Einladung")
    guest.select_option("select[name=country]", "DE")
    guest.locator("input[name=category]:not([disabled])").first.check()
    guest.fill("textarea[name=needs]", "A secret need")
    guest.click("main form.form [type=submit]")
    while "/questions/" in guest.url:
        guest.click("main form.form [type=submit]")
    guest.wait_for_url("**/register/check/")
    assert_accessible(guest)
    guest.locator("input[name^=agree_]").first.check()
    guest.click("main form.form button")
    guest.wait_for_url("**/registered/")
    [theirs] = Registration.objects.live().filter(managed_by=invited)
    assert (theirs.status, theirs.place.delegation, theirs.is_own) == ("confirmed", delegation, True)

    # Seats for all five at once, the place without a name among them.
    booked = (
        ReleasedSession.objects.filter(edition=edition, kind__slug="workshop", session__seat_pool__waiting=0)
        .filter(session__seat_pool__capacity__gte=20)
        .latest("during")
    )
    page.goto(f"/{language}/my/delegation/{delegation.pk}/sessions/{booked.code}/")
    assert_accessible(page)
    for box in page.locator("input[name=place]").all():
        box.check()
    page.check("input[name=all][value=all]")
    page.click("button[value=book]")
    expect(page.locator("main tbody .tag-success")).to_have_count(5)
    assert_accessible(page)
    assert Booking.objects.standing().filter(place__delegation=delegation).count() == 5

    # One is replaced: the seat stays with the place, both are told, and nothing else passes on.
    before = Registration.objects.live().get(given_name="Ada", place__delegation=delegation)
    page.goto(f"/{language}/my/delegation/places/{before.place_id}/replace/")
    assert_accessible(page)
    page.fill("input[name=given_name]", "Eva")
    page.fill("input[name=family_name]", "Nachfolge")
    page.fill("input[name=email]", "eva@example.org")
    page.check("input[name=mails_to][value=person]")
    page.locator("input[name=category]").first.check()
    page.fill("textarea[name=reason]", "Elections")
    page.click("main form.form [type=submit]")
    expect(page.locator("main h1")).to_have_text("Eva Nachfolge")
    run_worker()
    assert mail_to(mailbox, "ada@example.org") is not None
    assert mail_to(mailbox, "eva@example.org") is not None
    assert Booking.objects.standing().filter(place=before.place_id).count() == 1

    page.goto(f"/{language}/my/delegation/{delegation.pk}/agenda/")
    assert_accessible(page)
    expect(page.locator("main")).to_contain_text("Eva Nachfolge")
    expect(page.locator("main")).not_to_contain_text("Ada Beispiel")
    expect(page.locator("main")).not_to_contain_text("A secret need")
    successor = Registration.objects.live().get(given_name="Eva")
    page.goto(f"/{language}/my/registrations/{successor.pk}/companions/")
    assert_accessible(page)
    page.check("input[name=companion_kind][value=interpreter]")
    page.fill("input[name=given_name]", "Ivo")
    page.fill("input[name=family_name]", "Dolmetscher")
    page.click("main form.form [type=submit]")
    expect(page.locator("button[value=remove]")).to_have_count(1)
    page.click("button[value=remove]")
    expect(page.locator("button[value=restore]")).to_have_count(1)
    assert_accessible(page)
    page.click("button[value=restore]")
    expect(page.locator("button[value=remove]")).to_have_count(1)
    assert (
        Booking.objects.standing().filter(session_id=booked.pk, place__accompanies=before.place_id).count()
        == 1
    )

    # The organisers' page of this city.
    organiser = new_person(viewport={"width": 1280, "height": 900})
    log_in(organiser, demo_site, "organiser", language)
    organiser.goto(f"/admin/registration/delegation/{delegation.pk}/city/")
    expect(organiser.locator("main.tt")).to_contain_text("Eva Nachfolge")
