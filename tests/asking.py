"""Asks a WSGI application as gunicorn would, without a test client's cookies or signals."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import brotli


@dataclass(frozen=True)
class Answer:
    status: str
    headers: tuple[tuple[str, str], ...]
    sent: bytes

    def header(self, name: str) -> str:
        """All of its values; empty where it was not sent."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def content(self) -> bytes:
        encoding = self.header("Content-Encoding")
        if encoding == "br":
            return bytes(brotli.decompress(self.sent))
        return gzip.decompress(self.sent) if encoding == "gzip" else self.sent


def ask(
    application: Callable[..., Iterable[bytes]],
    address: str,
    *,
    method: str = "GET",
    **environ: Any,
) -> Answer:
    """`environ` adds to the request, such as `HTTP_COOKIE`."""
    path, _mark, query = address.partition("?")
    said: list[Any] = []
    answer = application(
        {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.1",
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **environ,
        },
        lambda status, headers, exc_info=None: said.extend((status, headers)),
    )
    try:
        sent = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = said
    return Answer(status, tuple(headers), sent)
