"""The search in a real browser, in every language, without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_is_accessible(
    page: Page, assert_accessible: Callable[[Page], None], language: str
) -> None:
    for asked in ("", "liège", "burgemeester maire mayor", "lieeg", "☕", "security&kind=declaration"):
        page.goto(f"/{language}/search/?q={asked}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_accessible(page)


def test_a_city_is_found_by_keyboard_from_any_page_and_narrowed_down(page: Page) -> None:
    page.goto("/en/editions/nice-2021/")
    box = page.get_by_role("contentinfo").get_by_role("searchbox")
    box.focus()
    page.keyboard.type("Lieeg mayor")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("“Lieeg mayor”")
    expect(page.get_by_role("main")).to_contain_text("words one letter away")
    first = page.locator("main h3 a").first
    expect(first).to_have_text("Willy Demeyer")
    page.get_by_role("link", name=re.compile("^Declarations")).last.focus()
    page.get_by_role("navigation", name="Kinds of results").get_by_role("link").last.press("Enter")
    expect(page).to_have_url(re.compile("kind=declaration"))
    page.locator("main h3 a").first.press("Enter")
    expect(page).to_have_url(re.compile("/en/declarations/"))


def test_the_search_fits_a_small_screen_in_the_dark_without_javascript(
    new_person: Callable[..., Page],
) -> None:
    page = new_person(viewport={"width": 320, "height": 640}, color_scheme="dark", java_script_enabled=False)
    for address in ("search/", "search/?q=security", f"search/?q={'z' * 300}"):
        page.goto(f"/nl/{address}")
        width = page.locator("html").evaluate("page => page.scrollWidth")
        assert (address, width) == (address, 320)
