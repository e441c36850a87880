"""The archive in a real browser: every kind of page, in every language, on a telephone too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import LANGUAGES

PAGES = {
    "editions/": None,
    "editions/barcelona-2017/": "47",
    "editions/nice-2021/": "Klára Dobrev",
    "editions/brussels-2024/": "Sophie Lavaux",
    "editions/montreal-1989/": "1989",
    "editions/demonstration/": None,
    "organisations/liege/": "Willy Demeyer",
    "organisations/xabia/": "Xàbia",
    "organisations/efus/": None,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_s_pages_are_accessible(
    page: Page, assert_accessible: Callable[[Page], None], language: str
) -> None:
    for address, fact in PAGES.items():
        page.goto(f"/{language}/{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if fact:
            expect(page.get_by_role("main")).to_contain_text(fact)
        assert_accessible(page)


def test_the_pages_fit_a_small_screen_in_the_dark_without_javascript(
    new_person: Callable[..., Page],
) -> None:
    page = new_person(viewport={"width": 320, "height": 640}, color_scheme="dark", java_script_enabled=False)
    for address in ["", *PAGES]:
        page.goto(f"/nl/{address}")
        width = page.locator("html").evaluate("page => page.scrollWidth")
        assert (address, width) == (address, 320)


def test_an_address_that_leads_nowhere_leads_on(
    page: Page, assert_accessible: Callable[[Page], None]
) -> None:
    page.goto("/fr/editions/atlantis-1999/")
    assert_accessible(page)
    page.get_by_role("main").get_by_role("link").last.click()
    expect(page).to_have_url(re.compile("/fr/editions/$"))
    page.get_by_role("link", name="1989 Montréal").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Montréal")
