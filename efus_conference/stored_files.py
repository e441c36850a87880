"""A stored file as an answer: whole, or the part of it that was asked for (RFC 9110, 14).

Players of video ask for parts: some play nothing from a site that gives none.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

ONE_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


class PartOfFile:
    """An open file from one byte on, and no further than so many."""

    def __init__(self, file: Any, start: int, length: int) -> None:
        file.seek(start)
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        piece: bytes = self.file.read(wanted) if wanted else b""
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.file.close()


def file_response(
    request: HttpRequest, file: Any, *, name: str, content_type: str, as_attachment: bool = False
) -> HttpResponseBase:
    """A file whose stored name is made from its content; Http404 where it is gone.

    It is asked again each time whether it is still public, so that taking it back acts at once. `name` is what
    readers save it as.
    """
    etag = quote_etag((file.name or "").rpartition("/")[2])
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if not isinstance(response, HttpResponseNotModified):
        try:
            response = _whole_or_part(request, file, etag, name, content_type, as_attachment)
        except FileNotFoundError:
            raise Http404 from None
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _whole_or_part(
    request: HttpRequest, file: Any, etag: str, name: str, content_type: str, as_attachment: bool
) -> HttpResponseBase:
    opened: File[bytes] = file.storage.open(file.name, "rb")
    asked = request.headers.get("Range", "")
    # Of another version than this one, a part would be of no use.
    if request.headers.get("If-Range", etag) != etag or request.method != "GET":
        asked = ""
    size = opened.size
    part = part_asked(asked, size)
    if part is None:
        return FileResponse(opened, as_attachment=as_attachment, filename=name, content_type=content_type)
    start, end = part
    if start >= end:
        opened.close()
        return HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{size}"}, content_type="text/plain"
        )
    response = FileResponse(
        PartOfFile(opened, start, end - start),
        as_attachment=as_attachment,
        filename=name,
        content_type=content_type,
        status=206,
    )
    response.headers["Content-Length"] = str(end - start)
    response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def part_asked(header: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last, of the header `Range`; None for the whole file.

    What asks for several parts, or is not understood, gets the whole. Where nothing of the file is asked for, the
    two are the same.
    """
    match = ONE_PART.fullmatch(header.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return None
    return (start, end) if start < size else (size, size)
