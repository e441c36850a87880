"""One kept answer, and how it is given: plain, compressed, without its body, or as “you have it already”."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import brotli
from django.http import HttpResponse

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]

LONGEST = 8 * 1024 * 1024  # bytes of one answer
SMALLEST_COMPRESSED = 200  # bytes; below, the compressed form is hardly smaller
COMPRESSED = re.compile(r"text/|application/(json|.*xml|atom|vnd\.c3voc)|image/svg")
# Said anew for each answer.
OF_THE_ANSWER = {"content-length", "content-encoding", "etag", "vary"}


@dataclass
class Page:
    """Its headers, and its bytes plain and, once somebody asked for them, compressed."""

    headers: Headers
    body: bytes
    etag: str  # of the plain bytes, without its quotes
    is_compressible: bool
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """Bytes of memory it is taken for: as much again for its compressed forms, whether made yet or not."""
        return (2 if self.is_compressible else 1) * len(self.body) + 4000

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if self.is_compressible else ""
        # Each form has a tag of its own (RFC 9110, 8.8.3.3): they are not the same bytes.
        etag = f'"{self.etag}{"-" + encoding if encoding else ""}"'
        headers = [*self.headers, ("ETag", etag), ("Vary", "Accept-Encoding")]
        if names(environ.get("HTTP_IF_NONE_MATCH", ""), etag):
            start_response("304 Not Modified", [header for header in headers if header[0] != "Content-Type"])
            return []
        body = self._body(encoding)
        headers.append(("Content-Length", str(len(body))))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

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


def page_of(response: Iterable[bytes]) -> Page | None:
    """Django's answer as it can be kept, or None.

    What sets a cookie or differs by one was made for somebody, whatever its view says of itself.
    """
    if (
        not isinstance(response, HttpResponse)
        or response.status_code != HTTPStatus.OK
        or response.cookies
        or not getattr(response, "is_same_for_everyone", False)
        or "cookie" in response.headers.get("Vary", "").lower()
        or re.search("no-store|private", response.headers.get("Cache-Control", ""))
        or response.has_header("Content-Encoding")
        or len(response.content) > LONGEST
    ):
        return None
    headers = [(name, value) for name, value in response.items() if name.lower() not in OF_THE_ANSWER]
    etag = response.headers.get("ETag", "").removeprefix("W/").strip('"')
    return Page(
        headers,
        response.content,
        etag or hashlib.sha256(response.content).hexdigest()[:32],
        len(response.content) >= SMALLEST_COMPRESSED
        and bool(COMPRESSED.match(response.headers.get("Content-Type", ""))),
    )


def names(header: str, etag: str) -> bool:
    """Whether an If-None-Match names the answer (RFC 9110, 13.1.2: compared weakly)."""
    return header.strip() == "*" or etag in {part.strip().removeprefix("W/") for part in header.split(",")}


# Every browser sends one of a few.
@lru_cache(maxsize=256)
def _encoding(accepted: str) -> str:
    """Of the forms we make the best that an Accept-Encoding takes (RFC 9110, 12.5.3)."""
    taken = {
        name.strip().lower(): not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
        for name, _semicolon, weight in (part.partition(";") for part in accepted[:500].split(","))
    }
    others = taken.get("*", False)
    return next((name for name in ("br", "gzip") if taken.get(name, others)), "")
