"""Pictures of every page of the site, to be looked at: widths, colour schemes, languages, paper, zoom, no JavaScript.

Told a file that says what there is (see site_inside.py), where the site is, and the folder for the pictures.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from taking import launch

SHORT = 900  # pixels: the height of a window; the pictures are as high as the page
QUALITY = 82  # of a JPEG
HEAD = """<!doctype html><meta charset="utf-8"><title>Every page</title><style>
body { font: 16px sans-serif } div { display: flex; gap: 8px; overflow-x: auto; align-items: start }
figure { margin: 0 } img { height: 480px; border: 1px solid #999 }
</style><h1>Every page</h1>"""


@dataclass(frozen=True)
class Way:
    """One way to look at all pages."""

    name: str
    width: int
    scheme: str = "light"
    language: str = "en"
    scale: int = 1
    media: str = "screen"
    has_scripts: bool = True


@dataclass(frozen=True)
class Shot:
    name: str
    path: str
    who: str
    body: str = ""  # of what has no address: errors, mails


def ways(languages: list[str], *, is_quick: bool) -> Iterator[Way]:
    """Quick: the first language, on a telephone and a large screen."""
    for language in languages[:1] if is_quick else languages:
        for width in (390, 1280) if is_quick else (390, 768, 1280):
            for scheme in ("light",) if is_quick else ("light", "dark"):
                yield Way(f"{language}-{width}-{scheme}", width, scheme, language)
    if not is_quick:
        first = languages[0]
        yield Way(f"{first}-printed", 794, language=first, media="print")  # A4 at 96 pixels per inch
        yield Way(f"{first}-zoomed", 640, language=first, scale=2)  # 1280 pixels, at 200 %
        yield Way(f"{first}-without-javascript", 390, language=first, has_scripts=False)


def file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "home"


def shots(told: dict[str, Any], language: str, only: str) -> list[Shot]:
    listed = [
        Shot(one["name"], one["path"].replace("{language}", language), one["who"])
        for one in told["pages"]
        if one["path"]
    ]
    listed += [
        Shot(f"error {name}", f"/{language}/pictured/{name}/", "anyone", body[language])
        for name, body in told.get("errors", {}).items()
    ]
    listed += [
        Shot(f"mail {name}", f"/{language}/pictured/{file_name(name)}/", "anyone", body)
        for name, body in told.get("mails", {}).items()
    ]
    return [shot for shot in listed if only in shot.name]


def take(site: str, told: dict[str, Any], way: Way, folder: Path, only: str) -> list[str]:
    """All pages in one way; the names of those that did not come."""
    (folder / way.name).mkdir(parents=True, exist_ok=True)
    failed = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        contexts: dict[str, BrowserContext] = {}
        for shot in shots(told, way.language, only):
            if shot.who not in contexts:
                contexts[shot.who] = context = browser.new_context(
                    viewport={"width": way.width, "height": SHORT},
                    color_scheme="dark" if way.scheme == "dark" else "light",
                    device_scale_factor=way.scale,
                    java_script_enabled=way.has_scripts,
                    locale=way.language,
                    base_url=site,
                )
                if shot.who in told["cookies"]:
                    context.add_cookies(
                        [{"name": "sessionid", "value": told["cookies"][shot.who], "url": site}]
                    )
            try:
                _take(contexts[shot.who], shot, way, folder / way.name / f"{file_name(shot.name)}.jpg")
            except PlaywrightError as error:
                failed.append(f"{way.name} {shot.name}: {error.message.splitlines()[0]}")
        browser.close()
    return failed


def _take(context: BrowserContext, shot: Shot, way: Way, file: Path) -> None:
    page = context.new_page()
    try:
        if shot.body:
            page.route(
                re.compile(re.escape(shot.path) + "$"),
                lambda route: route.fulfill(body=shot.body, content_type="text/html; charset=utf-8"),
            )
        page.emulate_media(media="print" if way.media == "print" else "screen")
        page.goto(shot.path, wait_until="load")
        page.screenshot(path=file, full_page=True, type="jpeg", quality=QUALITY, animations="disabled")
    finally:
        page.close()


def write_index(folder: Path) -> None:
    """A page with every picture below its name, the ways side by side."""
    names = sorted({file.stem for file in folder.glob("*/*.jpg")})
    parts = [HEAD]
    for name in names:
        parts.append(f"<h2>{html.escape(name)}</h2><div>")
        for file in sorted(folder.glob(f"*/{name}.jpg")):
            here = html.escape(f"{file.parent.name}/{file.name}")
            parts.append(
                f'<figure><a href="{here}"><img loading="lazy" src="{here}" alt=""></a>'
                f"<figcaption>{html.escape(file.parent.name)}</figcaption></figure>"
            )
        parts.append("</div>")
    (folder / "index.html").write_text("\n".join(parts), encoding="utf-8")


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/pictures site", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go: outside the repository")
    parser.add_argument("--only", default="", help="pages whose name holds this, such as “declarations:”")
    parser.add_argument("--languages", default="", help="such as en,fr; all of the site's else")
    parser.add_argument("--quick", action="store_true", help="one language, light, 390 and 1280 pixels wide")
    return parser.parse_args(arguments)


def main() -> None:
    site, file, *rest = sys.argv[1:]
    asked = parsed(rest)
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    languages = [code for code in asked.languages.split(",") if code] or told["languages"]
    all_ways = list(ways(languages, is_quick=asked.quick))
    failed: list[str] = []
    with ProcessPoolExecutor(max_workers=min(len(all_ways), os.cpu_count() or 1)) as pool:
        running = {pool.submit(take, site, told, way, asked.folder, asked.only): way for way in all_ways}
        for number, done in enumerate(as_completed(running), 1):
            failed += done.result()
            print(f"{number}/{len(all_ways)}  {running[done].name}", flush=True)
    write_index(asked.folder)
    for line in failed:
        print(f"No picture: {line}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
