"""The operator's screen in use: finding who walks on stage among many, on a device set to another zone of time."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from declarations.models import Ceremony
from tests.conftest import DemoSite
from tests.journeys.test_ceremony import accessible_of_ours, of, press, press_only
from tests.journeys.walking import log_in


def test_the_operator_finds_a_name_and_reads_the_clock_of_the_place(
    new_person: Callable[..., Page], demo_site: DemoSite
) -> None:
    ceremony = Ceremony.objects.get()
    abroad = new_person(
        viewport={"width": 390, "height": 844}, has_touch=True, timezone_id="Pacific/Auckland"
    )
    log_in(abroad, demo_site, "officer", to=f"/admin/declarations/ceremony/{ceremony.pk}/stage/")
    press_only(abroad, 'button[value="open"]')

    # A row is found by a part of its name, without its accents, and stays found when the screen loads itself anew.
    modele, other = (
        abroad.locator(f"#signing-{of(slug).pk}") for slug in ("modele-sur-fiction", "voorbeelderdam")
    )
    abroad.fill("[data-find]", "MODELE")
    expect(modele).to_be_visible()
    expect(other).to_be_hidden()
    expect(abroad.locator("[data-found]")).to_have_text("")
    accessible_of_ours(abroad)
    abroad.fill("[data-find]", "zzz")
    expect(abroad.locator("[data-found]")).to_have_text("Nobody on this page fits that.")
    expect(modele).to_be_hidden()
    abroad.fill("[data-find]", "")
    expect(other).to_be_visible()

    # The bar tells the time as the rows do.
    hour = f"{timezone.localtime():%H}"
    expect(abroad.locator("[data-age]")).to_have_text(re.compile(rf"asked at {hour}:\d\d:\d\d\."))

    # What was refused comes back at its own row.
    press(abroad, "sign", of("voorbeelderdam"))
    abroad.goto(f"/admin/declarations/ceremony/{ceremony.pk}/stage/#signing-{of('voorbeelderdam').pk}")
    modele.locator("summary").first.click()
    modele.locator("input[name=name]").fill("")
    press(abroad, "substitute", of("modele-sur-fiction"))
    assert abroad.url.endswith(f"#signing-{of('modele-sur-fiction').pk}")
