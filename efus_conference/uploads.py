"""What people upload: judged by its content, never by its name."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from dataclasses import dataclass
from threading import Lock

import pypdfium2
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000  # of one picture; more is a mistake or an attack
PREVIEW_PIXELS = 1600  # the longer side of a preview

TOO_LARGE = _("This file is larger than 10 MB. Send a smaller one, for example a scan at 150 dpi.")
TOO_MANY_PIXELS = _("This picture has more than 50 megapixels. Send a smaller one.")
NOT_READABLE = _("This is not a PDF, JPEG or PNG that can be read. Save it as a PDF and send it again.")

_one_at_a_time = Lock()  # PDFium must not be called by two threads at once


@dataclass(frozen=True)
class CheckedDocument:
    """A PDF, JPEG or PNG: its exact bytes, what it is, and a picture of its first page made anew (PNG)."""

    content: bytes
    content_type: str
    sha256: str
    preview: bytes


def check_document(upload: UploadedFile) -> CheckedDocument:
    """Reads an uploaded document of at most 10 MB; ValidationError with a kind sentence for anything else."""
    content = _bytes(upload)
    if content.startswith(b"%PDF-"):
        content_type, page = "application/pdf", _first_page(content)
    else:
        page = _picture(content, formats=("JPEG", "PNG"))
        content_type = f"image/{(page.format or '').lower()}"
    return CheckedDocument(
        content=content,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        preview=_encode(page, "PNG", PREVIEW_PIXELS),
    )


def reencoded_picture(upload: UploadedFile, *, pixels: int = 1200) -> ContentFile[bytes]:
    """A picture made anew as JPEG, at most `pixels` wide or high: no metadata, no hidden payload survives."""
    return ContentFile(_encode(_picture(_bytes(upload), formats=("JPEG", "PNG", "WEBP")), "JPEG", pixels))


def _bytes(upload: UploadedFile) -> bytes:
    if upload.size is None or upload.size > MAX_BYTES:
        raise ValidationError(TOO_LARGE, code="too_large")
    upload.seek(0)
    content: bytes = upload.read()
    if not content:
        raise ValidationError(_("This file is empty."), code="empty")
    return content


def _picture(content: bytes, *, formats: tuple[str, ...]) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=formats)
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(TOO_MANY_PIXELS, code="pixels")
        picture.load()
    except Image.DecompressionBombError:
        raise ValidationError(TOO_MANY_PIXELS, code="pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise ValidationError(NOT_READABLE, code="not_readable") from None
    return picture


def _first_page(content: bytes) -> Image.Image:
    try:
        with _one_at_a_time, pypdfium2.PdfDocument(content) as document:
            page = document[0]
            # Points are 1/72 inch; the longer side of the picture is fixed, however large the page claims to be.
            scale = PREVIEW_PIXELS / max(*page.get_size(), 1)
            return page.render(scale=scale).to_pil().copy()
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        raise ValidationError(NOT_READABLE, code="not_readable") from None


def _encode(picture: Image.Image, kind: str, pixels: int) -> bytes:
    fresh = _upright(picture)
    fresh.thumbnail((pixels, pixels))
    out = io.BytesIO()
    _in_colour(fresh).save(out, kind, quality=85)
    return out.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, TypeError, ValueError, struct.error):
        return picture  # what the camera noted is broken; the picture itself is sound


def _in_colour(picture: Image.Image) -> Image.Image:
    """As it is seen on paper: transparent parts white, and more than eight bits a dot scaled, not cut off."""
    if picture.mode.startswith("I"):  # a grey PNG of sixteen bits
        picture = picture.convert("F").point(lambda value: value * (255 / 65535) + 0).convert("L")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    return picture.convert("RGB")
