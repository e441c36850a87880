"""What people upload: judged by its content, never by its name."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import pypdfium2
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from efus_conference.apart import Unwanted
from efus_conference.foreign_pdfs import MAX_PAGES, look_into
from efus_conference.foreign_pdfs.sentences import BUSY, HEAVY_PICTURE, NOT_READABLE, UNWANTED
from efus_conference.foreign_pictures import page_picture_of, preview_of, square_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000  # of one picture; more is a mistake or an attack
PREVIEW_PIXELS = 1600  # the longer side of a preview

TOO_LARGE = _("This file is larger than 10 MB. Send a smaller one, for example a scan at 150 dpi.")
TOO_MANY_PIXELS = _("This picture has more than 50 megapixels. Send a smaller one.")
NO_PICTURE = _(
    "This is not a JPEG, PNG, WebP or AVIF picture that can be read. Save it as JPEG and send it again."
)
HEIC = _(
    "This is a HEIC picture, as iPhones take them, which few programs read. Save or send it as JPEG and choose "
    "that file."
)
TOO_SMALL = _("This picture is smaller than %(pixels)d by %(pixels)d pixels. Send a larger one.")
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12

TWO_KINDS = _(
    "This file is of two kinds at once, so that different programs show different things. Scan the page, or print it "
    "to a new PDF, and send that."
)
LIBRARY_MAX_BYTES = 25 * 1024 * 1024  # a photograph as cameras write them
LIBRARY_LEAST = 40  # pixels a side
LARGE_PHOTOGRAPH = _("This picture is larger than 25 MB. Save it as JPEG, and send that.")
MOVES = _(
    "This picture moves. Send one still of it, as JPEG or PNG; a film belongs to the videos of an edition."
)
DRAWN = _("This is an SVG drawing. Save it as PNG, at least 1600 pixels wide, and send that.")
_one_at_a_time = Lock()  # PDFium must not be called by two threads at once


@dataclass(frozen=True)
class CheckedDocument:
    """A PDF, JPEG or PNG: its exact bytes, what it is, and a picture of its first page made anew (PNG)."""

    content: bytes
    content_type: str
    sha256: str
    preview: bytes
    # Of a signed PDF, what its digital signatures say: see `efus_conference.foreign_pdfs.signatures`.
    findings: list[dict[str, Any]] = field(default_factory=list)


def check_document(upload: UploadedFile) -> CheckedDocument:
    """Reads an uploaded document of at most 10 MB; ValidationError with a kind sentence for anything else."""
    content = _bytes(upload)
    findings: list[dict[str, Any]] = []
    if content.startswith(b"%PDF-"):
        try:
            look = look_into(content, pixels=PREVIEW_PIXELS, roots=settings.SIGNATURE_ROOTS)
        except Unwanted as unwanted:
            raise ValidationError(
                UNWANTED[unwanted.code], code=unwanted.code, params={"pages": MAX_PAGES}
            ) from None
        content_type, preview, findings = "application/pdf", look.preview, look.findings
    else:
        kind = _opened(content, formats=("JPEG", "PNG")).format or ""
        content_type = f"image/{kind.lower()}"
        with _as_validation():
            preview = preview_of(content, formats=(kind,), pixels=PREVIEW_PIXELS)
    if is_of_two_kinds(content):
        raise ValidationError(TWO_KINDS, code="two_kinds")
    return CheckedDocument(
        content=content,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        preview=preview,
        findings=findings,
    )


@contextmanager
def _as_validation(not_readable: StrPromise = NOT_READABLE) -> Iterator[None]:
    """Why a picture was not decoded, in words."""
    try:
        yield
    except Unwanted as unwanted:
        sentences = {"busy": BUSY, "heavy": HEAVY_PICTURE, "moves": MOVES}
        raise ValidationError(sentences.get(unwanted.code, not_readable), code=unwanted.code) from None


# What a browser that guesses takes for a page or a program (WHATWG, MIME Sniffing, 7.1), where none belongs.
MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<iframe", b"<body", b"<?php")


def is_of_two_kinds(content: bytes) -> bool:
    """Whether a PDF or picture is something else as well, to a program that looks elsewhere in it."""
    is_pdf = content.startswith(b"%PDF-")
    if not is_pdf and b"%PDF-" in content:
        return True
    if is_pdf:
        end = content.rfind(b"%%EOF")
    elif content.startswith(b"\x89PNG"):
        end = content.rfind(b"IEND")
    elif content.startswith(b"\xff\xd8"):
        end = content.rfind(b"\xff\xd9")
    else:
        return False
    tail = content[end:].lower() if end >= 0 else b""
    start = content[:1024].lower()
    if any(mark in tail or mark in start for mark in MARKUP):
        return True
    return zipfile.is_zipfile(io.BytesIO(content))


def sound_document(upload: UploadedFile) -> tuple[bytes, str]:
    """The exact bytes of a document as `check_document` takes it, and its media type, without any picture of it.

    For files that people send by the dozen and few ever open: no picture is decoded in full and no page drawn, which
    takes a second and hundreds of megabytes each. ValidationError with a kind sentence for anything else.
    """
    content = _bytes(upload)
    if content.startswith(b"%PDF-"):
        if not _is_sound_pdf(upload):
            raise ValidationError(NOT_READABLE, code="not_readable")
        return content, "application/pdf"
    kind = _kind_of_picture(content)
    if is_of_two_kinds(content):
        raise ValidationError(TWO_KINDS, code="two_kinds")
    return content, f"image/{kind.lower()}"


def _kind_of_picture(content: bytes) -> str:
    """“JPEG” or “PNG”, of a picture that is all there."""
    picture = _opened(content, formats=("JPEG", "PNG"))
    try:
        if picture.format == "JPEG":
            # The coarsest of what a JPEG holds: an eighth of each side.
            picture.draft("L", (1, 1))
            picture.load()
        else:
            picture.verify()  # the sums of its parts, which stay packed
    except (OSError, SyntaxError, ValueError):
        raise ValidationError(NOT_READABLE, code="not_readable") from None
    return picture.format or ""


Ending = Literal["avif", "webp", "jpg"]
ENDINGS: dict[Ending, tuple[str, dict[str, int]]] = {
    "avif": ("AVIF", {"quality": 60, "speed": 7}),
    "webp": ("WEBP", {"quality": 80}),
    "jpg": ("JPEG", {"quality": 85}),
}


def squares(upload: UploadedFile, *sizes: int) -> dict[tuple[int, Ending], bytes]:
    """A picture of a person made anew, cut to a square, in each size (pixels) and format.

    No metadata and no hidden payload survive. ValidationError for what is no picture, or one smaller than the
    smallest size.
    """
    content = _bytes(upload)
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise ValidationError(HEIC, code="heic")
    formats = ("JPEG", "PNG", "WEBP", "AVIF")
    if min(_opened(content, formats=formats, otherwise=NO_PICTURE).size) < min(sizes):
        raise ValidationError(TOO_SMALL, code="too_small", params={"pixels": min(sizes)})
    with _as_validation(NO_PICTURE):
        picture = Image.open(io.BytesIO(square_of(content, formats=formats, pixels=2 * max(sizes))))
    made: dict[tuple[int, Ending], bytes] = {}
    for size in sizes:
        square = picture.resize((size, size), Image.Resampling.BICUBIC)
        for ending, (kind, options) in ENDINGS.items():
            out = io.BytesIO()
            square.save(out, kind, **options)
            made[size, ending] = out.getvalue()
    return made


def still(upload: UploadedFile, *, pixels: int) -> Image.Image:
    """A picture for public pages made anew: upright, in sRGB, at most `pixels` wide; nothing else of the file survives.

    ValidationError with a kind sentence for anything else, a picture that moves and an SVG drawing among it.
    """
    content = _bytes(upload, largest=LIBRARY_MAX_BYTES, otherwise=LARGE_PHOTOGRAPH)
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise ValidationError(HEIC, code="heic")
    if b"<svg" in content[:1024].lower():
        raise ValidationError(DRAWN, code="svg")
    formats = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
    if min(_opened(content, formats=formats, otherwise=NO_PICTURE).size) < LIBRARY_LEAST:
        raise ValidationError(TOO_SMALL, code="too_small", params={"pixels": LIBRARY_LEAST})
    with _as_validation(NO_PICTURE):
        made = Image.open(io.BytesIO(page_picture_of(content, formats=formats, pixels=pixels)))
        made.load()
    return made


# What a presentation or a document of an office program is, by a part each such file has.
OFFICE_PARTS = {"ppt/presentation.xml": "pptx", "word/document.xml": "docx"}
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.text": "odt",
}
SLIDES = ("pdf", "pptx", "odp")
DOCUMENTS = (*SLIDES, "docx", "odt")
MAX_PARTS = 20_000  # of an office file; more is no presentation
MAX_PARTS_BYTES = 4 * 1024 * 1024  # of the list of them, which is all read to be counted
END_OF_PARTS, LONG_END_OF_PARTS = b"PK\5\6", b"PK\6\7"  # APPNOTE of ZIP, 4.3.16 and 4.3.15


def ending_of(upload: UploadedFile, *, allowed: tuple[str, ...] = DOCUMENTS) -> str:
    """What a handed-in file is by its content: “pdf”, “pptx”, “odp” …

    At most `settings.MATERIALS_MAX_BYTES`. ValidationError with a kind sentence for anything else. Nothing of it
    is unpacked: only the list of its parts is read.
    """
    if upload.size is None or upload.size > settings.MATERIALS_MAX_BYTES:
        megabytes = settings.MATERIALS_MAX_BYTES // (1024 * 1024)
        raise ValidationError(
            _("This file is larger than %(megabytes)d MB. Save it with smaller pictures, or as a PDF."),
            code="too_large",
            params={"megabytes": megabytes},
        )
    if not upload.size:
        raise ValidationError(_("This file is empty."), code="empty")
    upload.seek(0)
    start = upload.read(5)
    upload.seek(0)
    found = _is_sound_pdf(upload) if start == b"%PDF-" else _office_ending(upload)
    upload.seek(0)
    if found not in allowed:
        raise ValidationError(
            _("This is not a file of one of these kinds that can be read: %(kinds)s. Save it as a PDF."),
            code="not_readable",
            params={"kinds": ", ".join(ending.upper() for ending in allowed)},
        )
    return found


def _is_sound_pdf(upload: UploadedFile) -> str:
    try:
        with _one_at_a_time, pypdfium2.PdfDocument(upload.file) as document:
            return "pdf" if len(document) else ""
    except (pypdfium2.PdfiumError, ValueError):
        return ""


def _office_ending(upload: UploadedFile) -> str:
    """The kind of an office file; "" for anything else, and for one that carries macros."""
    assert upload.file is not None
    if _bytes_of_parts(upload) > MAX_PARTS_BYTES:
        return ""
    try:
        with zipfile.ZipFile(upload.file) as archive:
            names = set(archive.namelist())
            if len(names) > MAX_PARTS or any(name.lower().endswith("vbaproject.bin") for name in names):
                return ""
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    return OPEN_DOCUMENTS.get(part.read(100).strip(), "")
            if "[Content_Types].xml" in names:
                return next((ending for part, ending in OFFICE_PARTS.items() if part in names), "")
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ):
        return ""
    return ""


def _bytes_of_parts(upload: UploadedFile) -> int:
    """How long the list of its parts is, by the record that `zipfile` goes by; 0 for what is no ZIP file.

    Where that record is the one for archives beyond 4 GB, which no file of ours is, more than is allowed.
    """
    longest = 22 + 65_535  # the record and a comment
    upload.seek(max(0, (upload.size or 0) - longest))
    tail = upload.read(longest)
    has_comment = not (tail[-22:-18] == END_OF_PARTS and tail.endswith(b"\0\0"))
    at = tail.rfind(END_OF_PARTS) if has_comment else len(tail) - 22
    if at < 0 or len(tail) < at + 22:
        return 0
    # The other record's address stands 20 bytes before, perhaps before the tail that was read.
    upload.seek(max(0, (upload.size or 0) - len(tail) + at - 20))
    if upload.read(4) == LONG_END_OF_PARTS:
        return MAX_PARTS_BYTES + 1
    size: int = struct.unpack_from("<L", tail, at + 12)[0]
    return size


def _bytes(upload: UploadedFile, *, largest: int = MAX_BYTES, otherwise: StrPromise = TOO_LARGE) -> bytes:
    if upload.size is None or upload.size > largest:
        raise ValidationError(otherwise, code="too_large")
    upload.seek(0)
    content: bytes = upload.read()
    if not content:
        raise ValidationError(_("This file is empty."), code="empty")
    return content


def _opened(content: bytes, *, formats: tuple[str, ...], otherwise: StrPromise = NOT_READABLE) -> Image.Image:
    """The picture with its size known and nothing decoded yet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=formats)
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(TOO_MANY_PIXELS, code="pixels")
    except Image.DecompressionBombError:
        raise ValidationError(TOO_MANY_PIXELS, code="pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise ValidationError(otherwise, code="not_readable") from None
    return picture
