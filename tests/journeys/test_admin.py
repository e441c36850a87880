"""The admin in a real browser: its theme's scripts run, and the content security policy refuses nothing."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from playwright.sync_api import Page, expect

from tests.conftest import DemoSite
from tests.journeys.walking import log_in

# `page` fails the test on whatever its console reports as an error, refusals by the policy among them.


@pytest.mark.slow
def test_every_list_and_form_opens_without_an_error(page: Page, demo_site: DemoSite) -> None:
    log_in(page, demo_site, "organiser", to="/admin/")
    expect(page.get_by_role("heading", name="What needs you today")).to_be_visible()
    opened = 0
    for model in admin.site._registry:
        for view in ("", "add/"):
            answer = page.goto(f"/admin/{model._meta.app_label}/{model._meta.model_name}/{view}")
            assert answer is not None
            # 403: what nobody adds by hand.
            assert answer.status in ({200} if not view else {200, 403}), page.url
            opened += answer.status == 200
    assert opened > 40


@pytest.mark.slow
def test_the_pages_of_a_row_open_without_an_error(page: Page, demo_site: DemoSite) -> None:
    log_in(page, demo_site, "organiser", to="/admin/")
    for model in admin.site._registry:
        row = model._base_manager.order_by("pk").first()
        if row is None:
            continue
        answer = page.goto(f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/change/")
        assert answer is not None
        assert answer.status == 200, page.url


def test_an_organiser_finds_a_city_by_another_spelling_and_reads_its_tabs(
    page: Page, demo_site: DemoSite
) -> None:
    log_in(page, demo_site, "organiser", to="/admin/efus_conference/organisation/")
    page.goto("/admin/efus_conference/organisation/?q=luik")
    page.get_by_role("link", name="Liège").click()
    expect(page.locator("#id_name_fr")).not_to_be_visible()
    page.get_by_text("Français", exact=True).first.click()
    expect(page.locator("#id_name_fr")).to_have_value(re.compile("Liège"))


def test_the_admin_speaks_french_and_dutch(page: Page, demo_site: DemoSite) -> None:
    log_in(page, demo_site, "organiser", to="/admin/")
    page.context.add_cookies([{"name": "django_language", "value": "fr", "url": demo_site.url}])
    page.goto("/admin/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
