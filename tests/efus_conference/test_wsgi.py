from __future__ import annotations

import io
from typing import Any

import pytest

from efus_conference.wsgi import application


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "idna", "undefined", "raw_unicode_escape", "utf-7", '"utf-8"'])
def test_no_charset_of_a_request_breaks_a_page(charset: str) -> None:
    said: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/robots.txt",
        "QUERY_STRING": "day=%5Cud800",
        "CONTENT_TYPE": f"text/html; charset={charset}",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    answer = application(environ, lambda status, headers, exc_info=None: said.append(status))
    assert b"User-agent" in b"".join(answer)
    assert said == ["200 OK"]
