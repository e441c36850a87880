"""The copy of an edition in a browser that has no network: pages, fonts and pictures come from the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page

EDITION = "nice-2021"


@pytest.fixture
def offline_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, locale="en-GB")
    yield context.new_page()
    context.close()


def test_a_browser_walks_the_copy_without_a_network(
    demo_db: str, tmp_path: Path, offline_page: Page, assert_accessible: Callable[[Page], None]
) -> None:
    folder = tmp_path / "copy"
    call_command("export_edition", EDITION, str(folder), languages="en,fr", verbosity=0)
    page = offline_page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)

    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator(".languages a[hreflang=en]").click()
    page.locator(".site-nav").get_by_role("link", name="Programme").click()
    page.locator("main a[href*='sessions/']").first.click()
    assert page.locator("h1").is_visible()
    page.evaluate("document.fonts.ready.then(() => true)")
    loaded = page.evaluate("[...document.fonts].filter(font => font.status === 'loaded').length")
    assert loaded > 0
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    assert errors == []
    # Last, because axe asks for the style sheets itself, which no page on a disk may.
    assert_accessible(page)
    page.goto((folder / "index.html").as_uri())
    assert_accessible(page)
