"""gunicorn's worker with threads, which says in the readers' languages that an address is too long."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from gunicorn.http.errors import LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """What never reaches Django. The server's own page is one technical line in English."""
        if isinstance(exc, LimitRequestLine):
            write_nonblock(client, too_long())
        else:
            super().handle_error(req, client, addr, exc)


def too_long() -> bytes:
    """The whole answer, in all languages: an address that was not read says none."""
    sentences = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            sentences.append(
                (code, gettext("This address is too long for this site. Ask for fewer words, or shorten it."))
            )
    page = format_html(
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>414</title></head>\n'
        '<body>\n{}<p><a href="/">Security, Democracy &amp; Cities</a></p>\n</body>\n</html>\n',
        format_html_join("", '<p lang="{}">{}</p>\n', sentences),
    ).encode()
    head = (
        "HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(page)}\r\n\r\n"
    )
    return head.encode() + page
