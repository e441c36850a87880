"""A real browser for the journeys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import DemoSite

# Playwright's synchronous interface runs an event loop in this thread, where Django then refuses queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [  # no calls home, which a closed network answers with noise
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys/" in item.path.as_posix():
            item.add_marker("journey")
            # A way is walked in its test's first language at each change, and in the others by the build server.
            if _index_of(item, "language") > 0:
                item.add_marker("slow")


def _index_of(item: pytest.Item, parameter: str) -> int:
    callspec = getattr(item, "callspec", None)
    return callspec.indices.get(parameter, 0) if callspec else 0


def browser_path() -> str | None:
    return os.environ.get("EFUS_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def arguments() -> list[str]:
    # Chromium's sandbox does not work for root.
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if os.environ.get("EFUS_NO_BROWSER"):
        pytest.skip("There is no browser to drive.")
    path = browser_path()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=arguments())
        except PlaywrightError as error:
            if path is None:
                pytest.skip("There is no browser to drive: bin/test finds or installs one.")
            raise AssertionError(f"{path} does not start.") from error
        yield browser
        browser.close()


@pytest.fixture
def new_person(browser: Browser, demo_site: DemoSite) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own, so that several people can be at the site in one test.

    Options as Playwright's new_context takes them (viewport, locale, color_scheme, java_script_enabled).
    What the page's console reports as an error fails the test: broken scripts, and everything the content
    security policy refuses.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # An answer such as 404 is the test's business, not an error of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            errors.append(message.text)

    def new(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": demo_site.url, "locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_person: Callable[..., Page]) -> Page:
    return new_person()


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Axe finds nothing on the page as it stands; else the message says what and where."""
    axe = Axe()

    def check(page: Page) -> None:
        results = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG_22_AA}})
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check
