"""The tour of the demonstration for newcomers: what everyone, a participant and an organiser see.

Told where the site is, the file with the demonstration's accounts, and the folder for the pictures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Page
from taking import pages, picture


class Walk:
    def __init__(self, site: str, accounts: Path, folder: Path) -> None:
        self._site, self._folder = site, folder
        self._accounts = json.loads(accounts.read_text(encoding="utf-8"))

    def take(self, page: Page, telephone: Page) -> None:
        self._open(page, "/en/", "1-home")
        edition = page.locator("nav.site-nav a[href*='/programme/']").get_attribute("href") or ""
        page.set_viewport_size({"width": 1280, "height": 800})
        self._open(page, edition, "2-timetable", from_="main h2")
        page.set_viewport_size({"width": 800, "height": 640})
        self._open(page, "/en/editions/", "3-editions", from_="main h1")
        self._open(page, "/en/organisations/liege/", "4-city", from_="main h1")
        self._open(page, "/en/declarations/demonstration/", "6-declaration")
        self._log_in(telephone, "participant")
        self._open(telephone, "/en/my/agenda/", "5-agenda", from_="main h2")
        page.set_viewport_size({"width": 1280, "height": 800})
        self._log_in(page, "organiser")
        self._open(page, "/admin/", "7-today")
        self._open(page, "/admin/programme/session/timetable/", "8-drafts")
        page.goto(f"{self._site}/admin/archive/page/?kind__exact=home")
        page.locator("#result_list tbody th a").first.click()
        page.wait_for_load_state("networkidle")
        self._picture(page, "9-page")

    def _log_in(self, page: Page, who: str) -> None:
        page.goto(f"{self._site}/en/accounts/login/")
        page.fill("input[name=login]", self._accounts[who]["email"])
        page.fill("input[name=password]", self._accounts[who]["password"])
        page.click("main form button[type=submit]")
        page.wait_for_url("**/my/**")

    def _open(self, page: Page, path: str, name: str, *, from_: str = "") -> None:
        """The picture begins at the top, or at the first thing that a selector finds."""
        page.goto(self._site + path)
        page.wait_for_load_state("networkidle")
        if from_:
            page.locator(from_).first.evaluate(
                "one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 24)"
            )
        self._picture(page, name)

    def _picture(self, page: Page, name: str) -> None:
        picture(page, self._folder / f"tour-{name}.png")


if __name__ == "__main__":
    site, accounts, folder = sys.argv[1:]
    with pages() as (page, telephone):
        Walk(site, Path(accounts), Path(folder)).take(page, telephone)
