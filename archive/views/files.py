"""The files an edition leaves: documents with their first pages, videos, captions."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from archive.documents import public_name
from archive.models import Captions, Document, Video
from archive.videos import TYPES
from efus_conference.stored_files import file_response

M = TypeVar("M", bound=Model)


@require_safe
def document(request: HttpRequest, pk: int, filename: str) -> HttpResponseBase:
    """A document while it is published; under another name it leads to its own."""
    found = _found(Document.objects.public(), pk)
    if filename != public_name(found):
        # Not for ever: a title that changes and changes back would lead browsers round in a circle.
        return redirect("archive_machine:document", pk, public_name(found))
    return document_response(request, found)


def document_response(request: HttpRequest, found: Document) -> HttpResponseBase:
    return file_response(request, found.file, name=public_name(found), content_type="application/pdf")


@require_safe
def document_cover(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _found(Document.objects.public().exclude(cover=""), pk)
    return file_response(request, found.cover, name="cover.webp", content_type="image/webp")


@require_safe
def video(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """A video that is kept here, in the parts that a player asks for."""
    found = _found(_public_videos().exclude(file=""), pk)
    if ending not in TYPES or not (found.file.name or "").endswith(f".{ending}"):
        raise Http404
    return file_response(request, found.file, name=f"video-{pk}.{ending}", content_type=TYPES[ending])


@require_safe
def captions(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _found(Captions.objects.filter(video__in=_public_videos()), pk)
    return file_response(
        request, found.file, name=f"captions-{found.language}.vtt", content_type="text/vtt; charset=utf-8"
    )


def _public_videos() -> QuerySet[Any]:
    return Video.objects.shown().filter(edition__is_published=True)


def _found(rows: QuerySet[M], pk: int) -> M:
    # A longer number is none that a column holds.
    row = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404
    return row
