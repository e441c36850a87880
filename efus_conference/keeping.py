"""Keeps whole answers of views that are the same for everyone, and gives them before Django is asked.

Each process has its own, bounded by its bytes. An answer is kept under the public version that was read before
it was made, so what it shows is at least that new; the version is read again after `RECHECK` seconds, and when
it rose everything is forgotten. See docs/decisions/0012.
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
from threading import Event, Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode

import brotli
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, Error, connection
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import get_language_from_path

from efus_conference import kept
from efus_conference.kept import Version

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, str, str, str]  # scheme, host, path and query

MOST_BYTES = 64 * 1024 * 1024  # of one process
LONGEST = 8 * 1024 * 1024  # bytes of one answer
LONGEST_QUERY = 200  # characters; no known parameter needs more
COMPRESSED = re.compile(r"text/|application/(json|.*xml|atom|vnd\.c3voc)|image/svg")
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
    def room(self) -> int:
        """Bytes of memory it is taken for: as much again for its compressed forms, whether made yet or not."""
        return (2 if self.is_compressible else 1) * len(self.body) + 4000

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
    """The public version as this process knows it: read again when what it knows is older than `recheck` seconds.

    `seconds` and `moment` are the clocks it looks at.
    """

    def __init__(
        self,
        recheck: float,
        *,
        seconds: Callable[[], float] = time.monotonic,
        moment: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._recheck = recheck
        self._seconds = seconds
        self._moment = moment
        self._lock = Lock()
        self._read_at: float | None = None
        self._failed_at: float | None = None
        self._number: int | None = None
        self._moments: list[datetime] = []

    def version(self) -> Version:
        """Raises django.db.Error where the database does not answer, or did not a moment ago."""
        with self._lock:
            now = self._seconds()
            if self._failed_at is not None and now - self._failed_at < self._recheck:
                # Who waited for the lock while it was asked in vain does not wait for the same once more.
                raise DatabaseError("The database did not answer a moment ago.")
            if self._number is None or self._read_at is None or now - self._read_at >= self._recheck:
                self._read()
                self._read_at = now
            assert self._number is not None
            return kept.version_of(self._number, self._moments, at=self._moment())

    def _read(self) -> None:
        try:
            if self._number is None or self._number != kept.read_number():
                # The number is read first: the moments are then at least as new as it says.
                self._number, self._moments = kept.read_public_version()
            self._failed_at = None
        except Error:
            self._number = None
            self._failed_at = self._seconds()
            raise
        finally:
            # Back to the pool: no request begins or ends here. Not while a transaction is under way.
            connection.close_if_unusable_or_obsolete()


@dataclass
class Flight:
    """One asking of Django for a page; who wants the same one meanwhile waits until it has landed."""

    landed: Event = field(default_factory=Event)
    page: Page | None = None


class KeptPages:
    """A WSGI application before Django's: what it keeps it answers, everything else it passes on.

    It keeps `most_bytes` at most and forgets first what was not asked for longest.
    """

    def __init__(
        self,
        django: Application,
        *,
        recheck: float | None = None,
        clock: VersionClock | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._django = django
        self._clock = clock or VersionClock(_recheck() if recheck is None else recheck)
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0
        self._version: Version | None = None
        self._under_way: dict[tuple[Version, Key], Flight] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._django(environ, start_response)
        key = _key(environ)
        try:
            version, page = self._kept(key)
        except (Error, ImproperlyConfigured):
            return self._django(environ, start_response)
        if page is None:
            if not _may_be_kept(environ):
                return self._django(environ, start_response)
            return self._make(key, version, environ, start_response)
        return page.answer(environ, start_response)

    def _kept(self, key: Key) -> tuple[Version, Page | None]:
        # The version is read within the lock: it changes once for all, and no slow thread brings an old one back.
        with self._lock:
            version = self._clock.version()
            if version != self._version:
                self._pages.clear()
                self._bytes = 0
                self._version = version
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return version, page

    def _make(
        self, key: Key, version: Version, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Asks Django, once for all who wait for the same page meanwhile."""
        with self._lock:
            page = self._pages.get(key) if version == self._version else None
            before = self._under_way.get((version, key))
            if page is None and before is None:
                flight = self._under_way[version, key] = Flight()
        if page is None and before is not None:
            before.landed.wait()
            page = before.page
            if page is None:
                # Not to be kept, so each has an answer of their own, and nobody waits in a row for it.
                return _unkept(*self._ask(environ), environ, start_response)
        if page is None:
            try:
                said, response = self._ask(environ)
                page = flight.page = _page_of(response)
                if page is not None:
                    self._keep(key, version, page)
            finally:
                with self._lock:
                    del self._under_way[version, key]
                flight.landed.set()
            if page is None:
                return _unkept(said, response, environ, start_response)
            _close(response)
        return page.answer(environ, start_response)

    def _ask(self, environ: Environ) -> tuple[list[Any], Iterable[bytes]]:
        """What Django says to nobody in particular: the arguments of `start_response`, and the answer."""
        said: list[Any] = []
        plain = {name: value for name, value in environ.items() if not _is_of_the_reader(name)}
        plain["REQUEST_METHOD"] = "GET"
        return said, self._django(plain, lambda *started: said.extend(started))

    def _keep(self, key: Key, version: Version, page: Page) -> None:
        with self._lock:
            if version != self._version or key in self._pages:
                return
            self._pages[key] = page
            self._bytes += page.room
            while self._bytes > self._most_bytes:
                _oldest, gone = self._pages.popitem(last=False)
                self._bytes -= gone.room


def _recheck() -> float:
    """Seconds after which a process reads the version again; more than one would break what the pages promise."""
    try:
        seconds = float(os.environ.get("KEPT_RECHECK", "1"))
    except ValueError:
        raise ImproperlyConfigured("KEPT_RECHECK must be a number of seconds from 0 to 1.") from None
    if not 0 <= seconds <= 1:
        raise ImproperlyConfigured("KEPT_RECHECK must be a number of seconds from 0 to 1.")
    return seconds


def _key(environ: Environ) -> Key:
    return (
        _scheme(environ),
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
    )


def _scheme(environ: Environ) -> str:
    """As Django reads it: a header counts only from the proxy that the settings name."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        if name in environ:
            return "https" if environ[name].split(",", 1)[0].strip() == secure else "http"
    return str(environ.get("wsgi.url_scheme", "http"))


def _is_of_the_reader(name: str) -> bool:
    """Whether this part of the request says anything of who asks; the address is all that a page may depend on."""
    if settings.SECURE_PROXY_SSL_HEADER and name == settings.SECURE_PROXY_SSL_HEADER[0]:
        return False
    return name.startswith(("HTTP_", "REMOTE_")) and name != "HTTP_HOST"


def _may_be_kept(environ: Environ) -> bool:
    """Whether the address is that of a view that is the same for everyone, with only parameters it knows."""
    query = environ.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        return False
    try:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode()
        with translation.override(get_language_from_path(path)):
            known = kept.known_parameters(resolve(path).func)
        given = parse_qsl(query, keep_blank_values=True, errors="strict")
    except (Resolver404, UnicodeError, ValueError):
        return False
    names = [name for name, _value in given]
    if known is None or not known.issuperset(names) or len(names) != len(set(names)):
        return False
    # One way of writing a value: of the others there are too many.
    return urlencode(given) == query and all(value == value.strip() for _name, value in given)


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


def _unkept(
    said: list[Any], response: Iterable[bytes], environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    start_response(*said)
    if environ["REQUEST_METHOD"] != "HEAD":
        return response
    _close(response)
    return []


def _close(response: Iterable[bytes]) -> None:
    close = getattr(response, "close", None)
    if close is not None:
        close()
