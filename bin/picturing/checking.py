"""The walk of a reader who checks a declaration: from the page that explains it to what the checking page found.

Told where the site is, a folder for what is downloaded, and the folder for the pictures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Page, expect
from taking import pages, picture

# The demonstration's, which comes with every copy of the site.
BUNDLE = "/declarations/demonstration/log/bundle.json"
EXPLAINED = "/en/declarations/demonstration/verify/"
CHECK = "/declarations/check.html"


class Walk:
    def __init__(self, site: str, downloads: Path, folder: Path) -> None:
        self._site, self._downloads, self._folder = site, downloads, folder

    def take(self, page: Page, telephone: Page) -> None:
        page.goto(self._site + EXPLAINED)
        self._picture(page, "1-page")
        fingerprint = page.locator(".fingerprint").first.inner_text()
        bundle = self._downloaded(page, BUNDLE, "demonstration-bundle.json")
        check = self._downloaded(page, CHECK, "check.html")
        for each in (page, telephone):
            each.context.set_offline(True)
            each.goto(check.as_uri())
            each.wait_for_selector("body[data-ready]")
        self._picture(telephone, "2-asked-telephone")
        self._ask(page, bundle, fingerprint, self._city(bundle))
        self._picture(page, "2-asked", is_whole=True)
        self._check(page, "3-holds")
        self._ask(page, self._forged(bundle), fingerprint, "")
        self._check(page, "4-changed")
        self._ask(page, bundle, "", "")
        self._check(page, "5-no-key")

    def _downloaded(self, page: Page, address: str, name: str) -> Path:
        answer = page.request.get(self._site + address)
        expect(answer).to_be_ok()
        file = self._downloads / name
        file.write_bytes(answer.body())
        return file

    def _city(self, bundle: Path) -> str:
        """The first that signed, as the log names it in English."""
        entries = map(json.loads, json.loads(bundle.read_text(encoding="utf-8"))["entries"])
        return str(next(each["names"]["en"] for each in entries if each["type"] == "published"))

    def _forged(self, bundle: Path) -> Path:
        """The bundle with one signature taken out."""
        said = json.loads(bundle.read_text(encoding="utf-8"))
        del said["entries"][-1]
        file = bundle.with_name("demonstration-bundle (changed).json")
        file.write_text(json.dumps(said), encoding="utf-8")
        return file

    def _ask(self, page: Page, bundle: Path, fingerprint: str, city: str) -> None:
        page.click("#clear")
        page.set_input_files("#bundle", bundle)
        page.fill("#key", fingerprint)
        if city:
            page.click("#more > summary")
            page.fill("#name", city)

    def _check(self, page: Page, name: str) -> None:
        page.click("#check")
        expect(page.locator("#outcome")).to_be_visible()
        # The verdicts alone: what the page asks stands in the picture before, and the rest is told below it.
        rest = "#whole ~ :not(#list, [hidden])"
        page.evaluate(f"for (const each of document.querySelectorAll('{rest}')) each.dataset.away = ''")
        page.evaluate("for (const each of document.querySelectorAll('[data-away]')) each.hidden = true")
        page.evaluate("document.getElementById('outcome').style.padding = '1.5rem'")
        picture(page, self._folder / f"checking-{name}.png", of=page.locator("#outcome"))
        page.evaluate("for (const each of document.querySelectorAll('[data-away]')) each.hidden = false")

    def _picture(self, page: Page, name: str, *, is_whole: bool = False) -> None:
        picture(page, self._folder / f"checking-{name}.png", is_whole=is_whole)


def main() -> None:
    site, downloads, folder = sys.argv[1:]
    with pages() as (page, telephone):
        Walk(site, Path(downloads), Path(folder)).take(page, telephone)


if __name__ == "__main__":
    main()
