"""What an edition leaves, as its page lists it: documents, videos, photos."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import ngettext

from archive.documents import public_name
from archive.models import Captions, Document, Photo, Video
from archive.videos import TYPES, host_of
from efus_conference.models import Edition
from programme.languages import language_name, reader


@dataclass(frozen=True)
class DocumentLine:
    document: Document
    url: str
    cover: str  # the address of its first page as a picture; "" for none
    language: str
    size: str


@dataclass(frozen=True)
class CaptionsLine:
    url: str
    language: str
    code: str


@dataclass(frozen=True)
class VideoLine:
    """`src` where the file is here, `host` where its address leads to another site; neither where none is held."""

    video: Video
    src: str
    media_type: str
    host: str
    language: str
    length: str
    captions: list[CaptionsLine]

    @property
    def is_held(self) -> bool:
        """Whether it can be watched, here or elsewhere."""
        return bool(self.src or self.host)


def documents_of(edition: Edition) -> list[DocumentLine]:
    return [_document(document) for document in Document.objects.public().filter(edition=edition)]


def _document(document: Document) -> DocumentLine:
    return DocumentLine(
        document=document,
        url=reverse("archive_machine:document", args=[document.pk, public_name(document)]),
        cover=reverse("archive_machine:document_cover", args=[document.pk]) if document.cover else "",
        language=language_name(document.language, reader()) if document.language else "",
        size=filesizeformat(document.size),
    )


def videos_of(edition: Edition) -> list[VideoLine]:
    """Of speakers, those who may be named."""
    shown = Video.objects.shown().filter(edition=edition)
    return [_video(video) for video in shown.select_related("speaker", "still").prefetch_related("captions")]


def _video(video: Video) -> VideoLine:
    ending = (video.file.name or "").rpartition(".")[2]
    return VideoLine(
        video=video,
        src=reverse("archive_machine:video", args=[video.pk, ending]) if video.file else "",
        media_type=TYPES.get(ending, ""),
        host=host_of(video.address),
        language=language_name(video.language, reader()) if video.language else "",
        length=_length(video.seconds),
        captions=[_captions(captions) for captions in video.captions.all()] if video.file else [],
    )


def _captions(captions: Captions) -> CaptionsLine:
    return CaptionsLine(
        url=reverse("archive_machine:captions", args=[captions.pk]),
        # In its own language, as players list them.
        language=language_name(captions.language, captions.language),
        code=captions.language,
    )


def _length(seconds: int | None) -> str:
    if not seconds:
        return ""
    minutes = max(1, round(seconds / 60))
    return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}


def photos_of(edition: Edition) -> list[Photo]:
    return list(edition.photos.select_related("picture"))
