"""What one address costs a browser: the answer itself, and all that a first visit fetches with it."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

from bootstrap import SetupError

from benchmarks.load import BROWSER

_FACE = re.compile(r"@font-face\s*\{([^}]*)\}")
_ADDRESS = re.compile(r"url\([\"']?([^\"')]+)[\"']?\)")
_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes  # as it was sent, compressed or not


def get(port: int, path: str, *, compressed: bool = True) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=BROWSER if compressed else {})
        answer = connection.getresponse()
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )
    finally:
        connection.close()


def first_visit(port: int, path: str) -> dict[str, int]:
    """The bytes of everything a browser with an empty cache fetches, by address; the page first."""
    page = get(port, path, compressed=False).body.decode()
    found = _Links()
    found.feed(page)
    sheets = [urljoin(path, address) for address in found.stylesheets]
    wanted = [path, *sheets, *(urljoin(path, address) for address in found.others)]
    for sheet in sheets:
        css = get(port, sheet, compressed=False).body.decode()
        wanted += [urljoin(sheet, address) for address in _fonts(css, page)]
    # What the script of the programme's pages asks once it runs.
    if any("agenda" in address for address in found.others):
        wanted.append("/my/state.json")
    sizes = {}
    for address in dict.fromkeys(wanted):
        answer = get(port, address)
        if answer.status != 200:
            raise SetupError(f"{address}, which {path} names, answered with status {answer.status}.")
        sizes[address] = len(answer.body)
    return sizes


def _fonts(css: str, page: str) -> list[str]:
    """Faces without a range of characters, and those whose range has one of the page's."""
    addresses = []
    characters = {ord(character) for character in page}
    for face in _FACE.findall(css):
        ranges = [(int(low, 16), int(high or low, 16)) for low, high in _RANGE.findall(face)]
        if not ranges or any(low <= one <= high for one in characters for low, high in ranges):
            addresses += _ADDRESS.findall(face)[:1]
    return addresses


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stylesheets: list[str] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given.get("rel") == "stylesheet":
            self.stylesheets.append(given["href"])
        elif tag == "link" and given.get("rel") in ("preload", "icon", "manifest"):
            self.others.append(given["href"])
        elif tag in ("script", "img") and given.get("loading") != "lazy" and given.get("src"):
            self.others.append(given["src"])
