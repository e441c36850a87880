"""The public register in a real browser: read by everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import LANGUAGES

PAGES = [
    "declarations/brussels-declaration-2022/signatories/",
    "declarations/brussels-declaration-2022/signatories/riga/",
    "declarations/demonstration/signatories/?country=banana&from=never",
    "declarations/demonstration/signatories/exempelkoping/",
    "declarations/demonstration/embed/",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_is_accessible(
    page: Page, assert_accessible: Callable[[Page], None], language: str
) -> None:
    for address in PAGES:
        page.goto(f"/{language}/{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_accessible(page)


def test_the_register_fits_a_small_screen_in_the_dark_without_javascript(
    new_person: Callable[..., Page],
) -> None:
    page = new_person(viewport={"width": 320, "height": 640}, color_scheme="dark", java_script_enabled=False)
    for address in PAGES:
        page.goto(f"/fr/{address}")
        width = page.locator("html").evaluate("page => page.scrollWidth")
        assert (address, width) == (address, 320)


def test_a_reader_narrows_the_register_down_by_the_form_alone(new_person: Callable[..., Page]) -> None:
    page = new_person(java_script_enabled=False)
    page.goto("/en/declarations/brussels-declaration-2022/signatories/")
    page.get_by_label("Country").select_option(label="Spain")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table th[scope=row]")).to_contain_text(["Xàbia", "Zaragoza"])
    page.get_by_role("link", name="Xàbia").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xàbia")
    expect(page.get_by_role("main")).to_contain_text("This is a historical record")
