"""Keeps whole answers of views that are the same for everyone, and gives them before Django is asked.

Each process has its own, bounded by its bytes. An answer is kept under the public version that was read before
it was made, so what it shows is at least that new; the version is read again after `RECHECK` seconds, and when
it rose everything is forgotten. See docs/decisions on the public version.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import brotli
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import get_language_from_path

from efus_conference import kept
from efus_conference.kept import Version

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

MOST_BYTES = 64 * 1024 * 1024  # of one process
LONGEST = 8 * 1024 * 1024  # bytes of one answer
LONGEST_QUERY = 200  # characters; no known parameter needs more
COMPRESSED = re.compile(r"text/|application/(json|.*xml|atom|vnd\.c3voc)|image/svg")
# What a request says of its reader. The view is asked without it, so that its answer cannot depend on it.
OF_THE_READER = (
    "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_USER_AGENT",
    "HTTP_REFERER", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE",
)  # fmt: skip
# Said anew for each answer.
OF_THE_ANSWER = {"content-length", "content-encoding", "etag", "vary"}


@dataclass
class Page:
    """One kept answer: its headers, and its bytes plain and, once somebody asked for them, compressed."""

    headers: list[tuple[str, str]]
    body: bytes
    is_compressible: bool
    encoded: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256(self.body).hexdigest()[:32]

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(body) for body in self.encoded.values()) + 2000

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        encoding = self._encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{self.digest}{"-" + encoding if encoding else ""}"'
        headers = [*self.headers, ("ETag", etag), ("Vary", "Accept-Encoding")]
        if _names(environ.get("HTTP_IF_NONE_MATCH", ""), etag):
            headers = [header for header in headers if not header[0].lower().startswith("content-t")]
            start_response("304 Not Modified", headers)
            return []
        body = self._body(encoding)
        headers.append(("Content-Length", str(len(body))))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _encoding(self, accepted: str) -> str:
        if not self.is_compressible:
            return ""
        names = {
            name.strip().lower()
            for name, _semicolon, weight in (part.partition(";") for part in accepted.split(","))
            if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
        }
        return "br" if "br" in names else "gzip" if "gzip" in names else ""

    def _body(self, encoding: str) -> bytes:
        if not encoding:
            return self.body
        if encoding not in self.encoded:
            self.encoded[encoding] = (
                brotli.compress(self.body, quality=5)
                if encoding == "br"
                else gzip.compress(self.body, 6, mtime=0)
            )
        return self.encoded[encoding]


class VersionClock:
    """The public version as this process knows it: read again when what it knows is older than `recheck`."""

    def __init__(self, recheck: float, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._recheck = recheck
        self._seconds = seconds
        self._lock = Lock()
        self._read_at: float | None = None
        self._number: int | None = None
        self._moments: list[datetime] = []

    def version(self) -> Version:
        """Raises DatabaseError where the database does not answer."""
        with self._lock:
            now = self._seconds()
            if self._number is None or self._read_at is None or now - self._read_at >= self._recheck:
                self._read()
                self._read_at = now
            assert self._number is not None
            return kept.version_of(self._number, self._moments, at=timezone.now())

    def _read(self) -> None:
        try:
            if self._number is None or self._number != kept.read_number():
                # The number is read first: the moments are then at least as new as it says.
                self._number, self._moments = kept.read_public_version()
        except DatabaseError:
            self._number = None
            raise
        finally:
            connection.close()  # back to the pool: no request begins or ends here


class KeptPages:
    """A WSGI application before Django's: what it keeps it answers, everything else it passes on."""

    def __init__(
        self, django: Application, *, recheck: float | None = None, clock: VersionClock | None = None
    ):
        self._django = django
        self._clock = clock or VersionClock(_recheck() if recheck is None else recheck)
        self._lock = Lock()
        self._pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self._size = 0
        self._version: Version | None = None
        self._being_made: dict[tuple[str, ...], Lock] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._django(environ, start_response)
        key = _key(environ)
        try:
            version = self._clock.version()
        except (DatabaseError, ImproperlyConfigured):
            return self._django(environ, start_response)
        page = self._kept(key, version)
        if page is None:
            if not _may_be_kept(environ):
                return self._django(environ, start_response)
            return self._make(key, version, environ, start_response)
        return page.answer(environ, start_response)

    def _kept(self, key: tuple[str, ...], version: Version) -> Page | None:
        with self._lock:
            if version != self._version:
                self._pages.clear()
                self._size = 0
                self._version = version
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def _make(
        self, key: tuple[str, ...], version: Version, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Asks Django, once for all who wait for the same page meanwhile."""
        flight = (*key, str(version))
        with self._lock:
            lock = self._being_made.setdefault(flight, Lock())
        try:
            with lock:
                page = self._kept(key, version)
                if page is None:
                    said: list[Any] = []
                    plain = {name: value for name, value in environ.items() if name not in OF_THE_READER}
                    plain["REQUEST_METHOD"] = "GET"
                    response = self._django(plain, lambda *started: said.extend(started))
                    page = _page_of(response)
                    if page is None:
                        start_response(*said)
                        return _without_body(response) if environ["REQUEST_METHOD"] == "HEAD" else response
                    _close(response)
                    self._keep(key, version, page)
        finally:
            with self._lock:
                self._being_made.pop(flight, None)
        return page.answer(environ, start_response)

    def _keep(self, key: tuple[str, ...], version: Version, page: Page) -> None:
        # Twice its plain bytes: room for what it takes compressed.
        with self._lock:
            if version != self._version or key in self._pages:
                return
            self._pages[key] = page
            self._size += 2 * page.size
            while self._size > MOST_BYTES and self._pages:
                _oldest, gone = self._pages.popitem(last=False)
                self._size -= 2 * (len(gone.body) + 2000)


def _recheck() -> float:
    """Seconds after which a process reads the version again; more than one would break what the pages promise."""
    try:
        seconds = float(os.environ.get("KEPT_RECHECK", "1"))
    except ValueError:
        raise ImproperlyConfigured("KEPT_RECHECK must be a number of seconds from 0 to 1.") from None
    if not 0 <= seconds <= 1:
        raise ImproperlyConfigured("KEPT_RECHECK must be a number of seconds from 0 to 1.")
    return seconds


def _key(environ: Environ) -> tuple[str, ...]:
    return (
        environ.get("wsgi.url_scheme", ""),
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
    )


def _may_be_kept(environ: Environ) -> bool:
    """Whether the address is that of a view that is the same for everyone, with only parameters it knows."""
    query = environ.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        return False
    try:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode()
        with translation.override(get_language_from_path(path)):
            known = kept.known_parameters(resolve(path).func)
        given = [name for name, _value in parse_qsl(query, keep_blank_values=True, errors="strict")]
    except (Resolver404, UnicodeError, ValueError):
        return False
    return known is not None and known.issuperset(given) and len(given) == len(set(given))


def _page_of(response: Iterable[bytes]) -> Page | None:
    """The answer as it can be kept, or None."""
    if (
        not isinstance(response, HttpResponse)
        or response.status_code != HTTPStatus.OK
        or response.cookies
        or not getattr(response, "is_same_for_everyone", False)
        or len(response.content) > LONGEST
    ):
        return None
    headers = [(name, value) for name, value in response.items() if name.lower() not in OF_THE_ANSWER]
    is_compressible = bool(COMPRESSED.match(response.headers.get("Content-Type", "")))
    return Page(headers, response.content, is_compressible)


def _names(header: str, etag: str) -> bool:
    """Whether an If-None-Match names the answer (RFC 9110, 13.1.2: compared weakly)."""
    return header.strip() == "*" or etag in {part.strip().removeprefix("W/") for part in header.split(",")}


def _without_body(response: Iterable[bytes]) -> Iterable[bytes]:
    _close(response)
    return []


def _close(response: Iterable[bytes]) -> None:
    close = getattr(response, "close", None)
    if close is not None:
        close()
