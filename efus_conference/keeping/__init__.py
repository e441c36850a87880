"""Keeps whole answers of views that are the same for everyone, and gives them before Django is asked.

Each process has its own, bounded by its bytes. An answer is kept under the public version that was read before
it was made, so what it shows is at least that new; the version is read again after `KEPT_RECHECK` seconds, and
when it rose everything is forgotten. See docs/decisions/0012.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import Error
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import get_language_from_path

from efus_conference import kept
from efus_conference.keeping.clock import VersionClock
from efus_conference.keeping.page import Environ, Page, StartResponse, names, page_of
from efus_conference.kept import Version

__all__ = ["KeptPages", "VersionClock"]

Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, str, str, str, str]  # scheme, host, where the site is mounted, path and query

OF_A_BODY = {"Content-Type", "Content-Length"}
LONGEST_QUERY = 200  # characters; no known parameter needs more


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
        clock: VersionClock | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self._django = django
        self._clock = clock or VersionClock(settings.KEPT_RECHECK)
        self._most_bytes = settings.KEPT_MEGABYTES * 1_000_000 if most_bytes is None else most_bytes
        self._lock = Lock()
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0
        self._version: Version | None = None
        self._under_way: dict[tuple[Version, Key], Flight] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._django(environ, start_response)
        key = _key(environ)
        # First, without a lock: what is never kept waits for no database.
        if key not in self._pages and not _may_be_kept(environ):
            return self._django(environ, start_response)
        try:
            version, page = self._kept(key)
        except Error:
            return self._django(environ, start_response)
        if page is None:
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
                page = flight.page = page_of(response)
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


def _key(environ: Environ) -> Key:
    return (
        _scheme(environ),
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ.get("PATH_INFO", ""),
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
    return name.startswith(("HTTP_", "REMOTE_", "CONTENT_")) and name != "HTTP_HOST"


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


def _unkept(
    said: list[Any], response: Iterable[bytes], environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    """What is not kept, as it came; but who has these bytes already is told so, as Django would have."""
    status, headers = said[:2]
    etag = dict(headers).get("ETag", "")
    if status.startswith("200") and etag and names(environ.get("HTTP_IF_NONE_MATCH", ""), etag):
        start_response("304 Not Modified", [one for one in headers if one[0] not in OF_A_BODY])
    else:
        start_response(*said)
        if environ["REQUEST_METHOD"] != "HEAD":
            return response
    _close(response)
    return []


def _close(response: Iterable[bytes]) -> None:
    close = getattr(response, "close", None)
    if close is not None:
        close()
