"""A coordinator looks what erasing would do, mistypes, confirms, and is nobody any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from efus_conference.models import User
from registration.models import Delegation, Registration
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, log_in
from tests.searching import columns_with


@pytest.mark.parametrize("language", LANGUAGES)
def test_someone_has_their_data_erased_and_those_they_registered_stay(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    assert_accessible: Callable[[Page], None],
) -> None:
    scheme = "dark" if language == "fr" else "light"
    page = new_person(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    email = demo_site.accounts["coordinator"]["email"]
    user = User.objects.get(email=email)
    delegation = Delegation.objects.get(coordinator=user)
    registered = Registration.objects.confirmed().filter(place__delegation=delegation, is_own=False)
    people = Registration.objects.confirmed().filter(pk__in=list(registered.values_list("pk", flat=True)))
    before = list(people.values_list("pk", "family_name"))
    log_in(page, demo_site, "coordinator", language, to=f"/{language}/my/data/")

    # What will happen, before anything does.
    page.click("main a[href$='/my/data/erase/']")
    page.wait_for_url(f"**/{language}/my/data/erase/")
    expect(page.locator("main")).to_contain_text(str(delegation.organisation))
    assert_accessible(page)
    page.fill("input[name=address]", "somebody@example.org")
    page.click("main form.form button")
    expect(page.locator(".error-summary a")).to_have_count(1)
    assert_accessible(page)

    page.fill("input[name=address]", email)
    page.click("main form.form button")
    page.wait_for_url(f"**/{language}/my/data/erased/")
    assert_accessible(page)
    page.goto(f"/{language}/my/")
    expect(page.locator("input[name=login]")).to_be_visible()

    assert columns_with([email, user.name]) == []
    delegation.refresh_from_db()
    assert (delegation.coordinator, list(people.values_list("pk", "family_name"))) == (None, before)

    # Administrators see what of the edition is kept for how long.
    organiser = new_person(viewport={"width": 1280, "height": 900})
    log_in(organiser, demo_site, "organiser", to="/admin/registration/retentionrule/table/")
    expect(organiser.locator("main table tbody tr")).to_have_count(8)
    organiser.locator("main button[value=try]").first.click()
    expect(organiser.locator("body")).to_contain_text("Nothing was changed")
