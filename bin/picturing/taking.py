"""A browser to walk with, and pictures small enough for the documentation."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Playwright, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOW = {"width": 800, "height": 640}
TELEPHONE = {"width": 390, "height": 700}
COLOURS = 96  # a picture of a page needs no more, and is a third of the bytes


def picture(page: Page, file: Path, *, is_whole: bool = False, of: Locator | None = None) -> None:
    """What the window shows; all of the page when `is_whole`, or one part of it."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    if of is None:
        raw = page.screenshot(full_page=is_whole, animations="disabled")
    else:
        raw = of.screenshot(animations="disabled")
    small = Image.open(io.BytesIO(raw)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True)


def launch(playwright: Playwright) -> Browser:
    path = os.environ.get("EFUS_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    arguments = ["--disable-gpu", "--lang=en-GB", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return playwright.chromium.launch(executable_path=path, args=arguments)


@contextmanager
def pages() -> Iterator[tuple[Page, Page]]:
    """One in a window, one on a telephone, each in a browser of its own."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield (
            browser.new_context(viewport=WINDOW, locale="en-GB").new_page(),
            browser.new_context(viewport=TELEPHONE, locale="en-GB").new_page(),
        )
        browser.close()
