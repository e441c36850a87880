"""Every page of the URL configuration in a real browser, in each language and both colour schemes.

Nothing is listed here: the addresses are the site's own, who opens them stands in the table of rights, and what they
are filled with in its world. A new page is looked at by itself, and fails until both know it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from playwright.sync_api import Error as PlaywrightError

from tests.journeys.conftest import WCAG_22_AA
from tests.journeys.walking import LANGUAGES
from tests.permissions import pages
from tests.permissions.addresses import Address, addresses
from tests.permissions.conftest import world  # noqa: F401 - the fixture
from tests.permissions.roles import ROLES
from tests.permissions.world import QUERIES, World

SMALLEST = {"width": 320, "height": 640}
# Shown inside other sites' pages, on a hall's wall, or kept on a disk: they have no header and no footer of ours.
BARE = {"declarations:embed", "declarations:ceremony", "programme:room", "declarations_machine:check_html"}
WITHOUT_FOOTER = "registration:desk_"  # pages to work at, with a queue in front of one
# One page at several addresses, and steps of one form.
SAME_TITLE = {
    "archive:edition",  # of the current one the home page is the other face
    "registration:desk_enter_by_link",
    "registration:agendas",
    "registration:questions_part",
    "declarations_machine:sign",
    "programme_machine:speak",
}
OURS = [one for one in addresses() if not one.route.startswith(("admin/", "media/"))]
OPENS = {row.name: row for row in pages.PAGES if row.method == "GET"}


@dataclass(frozen=True)
class Opened:
    """A page and who opens it."""

    address: Address
    role: str
    path: str


@dataclass
class Looked:
    """What is wrong with the pages of one walk, in words."""

    wrong: list[str] = field(default_factory=list)
    titles: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def opened(world: World, language: str) -> list[Opened]:  # noqa: F811
    """Each address, by the first role that gets a page there."""
    found = []
    for address in OURS:
        assert address.name in OPENS, f"Write the row of “{address.name}” into tests/permissions/pages.py."
        answers = OPENS[address.name]
        role = next((each for each in ROLES if answers.expected(each, is_own=True) == "200"), None)
        if role is not None:
            path = address.path(world.values(address, role, is_own=True), language)
            found.append(Opened(address, role, path + QUERIES.get(address.name, "")))
    return found


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:  # noqa: F811
    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    url = f"http://localhost:{thread.port}"
    with override_settings(SITE_URL=url):
        yield url
    thread.terminate()
    thread.join()


class Walk:
    """Through all pages, in a browser of each role's own."""

    def __init__(self, browser: Browser, site: str, world: World, **options: Any) -> None:  # noqa: F811
        self.looked = Looked()
        self._browser, self._site, self._world = browser, site, world
        self._options = {"base_url": site, "viewport": SMALLEST, **options}
        self._tabs: dict[str, Page] = {}
        self._axe = Axe()
        self._at = ""

    def close(self) -> None:
        for tab in self._tabs.values():
            tab.context.close()

    def look(self, one: Opened, language: str) -> None:
        self._at = f"{one.address.name} ({one.path}, {one.role})"
        before = len(self.looked.wrong)
        try:
            answer = self._tab(one.role).goto(one.path)
        except PlaywrightError as error:
            if "Download is starting" in error.message:  # a file, no page
                return
            raise
        assert answer is not None
        if answer.status != 200:
            self._wrong(f"answers {answer.status}")
        elif "text/html" in answer.headers.get("content-type", ""):
            self._page(one, language)
        else:  # a picture or a text: the page around it is the browser's own
            del self.looked.wrong[before:]

    def _page(self, one: Opened, language: str) -> None:
        page = self._tab(one.role)
        said = page.evaluate(
            """() => ({
                lang: document.documentElement.lang,
                title: document.title.trim(),
                headings: document.querySelectorAll("h1").length,
                landmarks: ["main", "body > header", "body > footer"].map((each) => document.querySelectorAll(each).length),
                width: document.documentElement.scrollWidth,
            })"""
        )
        if one.address.has_language and said["lang"] != language:
            self._wrong(f"says that it is in “{said['lang']}”")
        if said["headings"] != 1:
            self._wrong(f"has {said['headings']} main headings")
        expected = [1, 1, 0 if one.address.name.startswith(WITHOUT_FOOTER) else 1]
        if one.address.name not in BARE and said["landmarks"] != expected:
            self._wrong(f"has {said['landmarks']} times main, header and footer")
        if said["width"] > SMALLEST["width"]:
            self._wrong(f"is {said['width']} pixels wide on a screen of {SMALLEST['width']}")
        if not said["title"]:
            self._wrong("has no title")
        if one.address.name not in SAME_TITLE:
            self.looked.titles[said["title"]].append(self._at)
        results = self._axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG_22_AA}})
        for violation in results.response["violations"]:
            where = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            self._wrong(f"{violation['id']}: {violation['help']} at {where}")

    def _tab(self, role: str) -> Page:
        if role not in self._tabs:
            context = self._browser.new_context(**self._options)
            context.set_default_timeout(15_000)
            self._let_in(context, role)
            tab = self._tabs[role] = context.new_page()
            tab.on("console", self._console)
            tab.on("pageerror", lambda error: self._wrong(str(error)))
            tab.on("request", self._request)
        return self._tabs[role]

    def _let_in(self, context: BrowserContext, role: str) -> None:
        for pair in filter(None, self._world.cookies[role].split("; ")):
            name, _is, value = pair.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": self._site}])

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self._wrong(message.text)

    def _request(self, request: Request) -> None:
        asked = urlsplit(request.url)  # the browser shows a PDF in pages of its own, “chrome-extension:”
        if asked.scheme.startswith("http") and asked.netloc != urlsplit(self._site).netloc:
            self._wrong(f"asks another host for {request.url}")

    def _wrong(self, what: str) -> None:
        self.looked.wrong.append(f"{self._at}: {what}")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "language", [pytest.param(code, marks=() if code == "en" else pytest.mark.slow) for code in LANGUAGES]
)
def test_every_page_is_for_everyone(
    language: str,
    scheme: str,
    browser: Browser,
    site: str,
    world: World,  # noqa: F811
) -> None:
    walk = Walk(browser, site, world, locale=language, color_scheme=scheme)
    all_of_them = opened(world, language)
    for one in all_of_them:
        walk.look(one, language)
    walk.close()

    assert walk.looked.wrong == [], "\n".join(walk.looked.wrong)
    twice = [f"{title}: {', '.join(of)}" for title, of in walk.looked.titles.items() if len(of) > 1]
    assert twice == [], "\n".join(twice)
    # A speaker and an office are whoever holds the link, so that “anyone” opens their pages.
    assert {one.role for one in all_of_them} >= {"anyone", "participant", "coordinator"}
    assert {one.address.name for one in all_of_them} >= {
        "programme_machine:speak",
        "declarations_machine:sign",
    }


def test_the_languages_walked_are_all_that_there_are() -> None:
    assert [code for code, _name in django_settings.LANGUAGES] == LANGUAGES
