"""One connection to the site that does what a browser does with a form, and its person's cookies."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from itertools import count
from urllib.parse import urlencode

PATIENCE = 60  # seconds for one answer
MOST_ATTEMPTS = 30  # at one request whose answer was lost
HOST = "127.0.0.1"
_FORM = re.compile(r'<form[^>]*method="post"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_BUTTON = re.compile(r'<button[^>]*\sname="([^"]+)" value="([^"]*)"')
_TAGS = re.compile(r"<[^>]+>")
_NOTICE = re.compile(
    r'<div class="messages[^"]*"[^>]*>\s*<p class="notice( notice-\w+)?">(.*?)</p>', re.DOTALL
)
_NAMED = re.compile(r"“[^”]*”|\([^)]*\)")


class Refused(Exception):  # noqa: N818 - an answer
    """The page gave a sentence instead of what was asked."""


@dataclass
class Log:
    """Milliseconds that each answer took, by what was asked, and how many answers never came."""

    took: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "form": []})
    lost: int = 0


class Browser:
    """Its requests go to one of the ports, and after a lost connection to the next."""

    def __init__(self, ports: Sequence[int], log: Log, number: int) -> None:
        self._ports = ports
        self._next = count(number)
        self._log = log
        self._cookies: dict[str, str] = {}
        self._connect()

    def _connect(self) -> None:
        self._port = self._ports[next(self._next) % len(self._ports)]
        self._connection = http.client.HTTPConnection(HOST, self._port, timeout=PATIENCE)

    def become(self, cookie: str) -> None:
        """Forgets who used it, and is the person with this session."""
        self._cookies = {"sessionid": cookie}

    def close(self) -> None:
        self._connection.close()

    def page(self, path: str) -> str:
        """Asked again until there is an answer: reading changes nothing."""
        for _attempt in range(MOST_ATTEMPTS):
            try:
                status, _to, page = self._ask("GET", path)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if status != 200:
                raise RuntimeError(f"{path} answered with status {status}.")
            return page
        raise RuntimeError(f"{path} did not answer {MOST_ATTEMPTS} times.")

    def act(self, path: str, what: str) -> dict[str, str]:
        """Reads the page, presses a button and follows to the page with the answer; the fields it sent.

        When the answer is lost nobody knows whether it happened, so the page is read again: where the button
        is still there it is pressed again. Raises Refused.
        """
        page = self.page(path)
        sent: dict[str, str] = {}
        for _attempt in range(MOST_ATTEMPTS):
            form = the_form(page, what)
            if form is None and sent:
                return sent
            if form is None:
                raise Refused(f"[no button “{what}”: {labels_of(page)}]")
            sent = form
            try:
                status, to, page = self._ask("POST", path, urlencode({**form, "what": what}))
            except (OSError, http.client.HTTPException):
                page = self.page(path)
                continue
            if status == 302:
                page = self.page(to)
            elif status == 200 and the_form(page, what):
                continue  # it asks whether we are sure
            elif status != 409:
                raise RuntimeError(f"Posting “{what}” to {path} answered with status {status}.")
            said = _NOTICE.search(page)
            if said is None:
                # The answer that was lost had the sentence in it; the page says the rest.
                page = self.page(path)
            elif said[1] == " notice-success":
                return sent
            else:
                raise Refused(_NAMED.sub("…", unescape(_TAGS.sub("", said[2])).strip()))
        raise RuntimeError(f"“{what}” at {path} had no answer {MOST_ATTEMPTS} times.")

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        """Status, address it leads to, page. Raises OSError or HTTPException when no answer comes."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Origin": f"http://{HOST}:{self._port}",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.monotonic()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._log.lost += 1
            self._connection.close()
            self._connect()
            raise
        self._log.took["page" if body is None else "form"].append((time.monotonic() - begun) * 1000)
        if answer.status >= 500:
            raise RuntimeError(f"{path} answered with status {answer.status}.")
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.coded_value
                if morsel["max-age"] == 0 or morsel["max-age"] == "0":
                    del self._cookies[name]
        return answer.status, answer.headers.get("Location") or "", page


def the_form(page: str, what: str) -> dict[str, str] | None:
    """The hidden fields of the form that has this button; None where no form has."""
    for form in _FORM.findall(page):
        if ("what", what) in _BUTTON.findall(form):
            return {name: unescape(value) for name, value in _HIDDEN.findall(form)}
    return None


def labels_of(page: str) -> str:
    """What the page says of the person's seat, in the words of its labels."""
    labels = re.findall(r'<span class="tag[^"]*">(.*?)</span>', page, re.DOTALL)
    words = [re.sub(r"\d+", "…", unescape(_TAGS.sub("", label)).strip()) for label in labels]
    return ", ".join(words) or "no label"
