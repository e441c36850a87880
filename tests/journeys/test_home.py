from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_home_page_opens_in_each_language(
    page: Page, assert_accessible: Callable[[Page], None], language: str
) -> None:
    page.goto(f"/{language}/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
