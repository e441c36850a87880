"""Documents of editions: what is taken for one, and the picture of its first page."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from archive.models import Document
from efus_conference.apart import Unwanted
from efus_conference.foreign_pdfs import MAX_PAGES, look_into
from efus_conference.foreign_pdfs.sentences import UNWANTED
from efus_conference.uploads import TWO_KINDS, is_of_two_kinds

COVER = (480, 640)  # pixels; every cover stands in the same space, whatever the shape of its page
EDGE = "#9aa3b2"  # a white page is seen on white
LOOKED_AT = 1600  # pixels of the longer side in which the first page is drawn, before it is made smaller

TOO_LARGE = _("This file is larger than %(megabytes)d MB. Save it with smaller pictures, or as a PDF.")
NO_PDF = _("This is no PDF. Save the document as a PDF, and choose that file.")


@dataclass(frozen=True)
class CheckedPdf:
    """A PDF that only shows pages: its exact bytes, and its first page as a small picture (WebP)."""

    content: bytes
    sha256: str
    pages: int
    cover: bytes


def check_pdf(upload: UploadedFile) -> CheckedPdf:
    """Reads a PDF of at most `settings.MATERIALS_MAX_BYTES`; ValidationError with a kind sentence for anything else."""
    if upload.size is None or upload.size > settings.MATERIALS_MAX_BYTES:
        megabytes = settings.MATERIALS_MAX_BYTES // (1024 * 1024)
        raise ValidationError(TOO_LARGE, code="too_large", params={"megabytes": megabytes})
    upload.seek(0)
    content: bytes = upload.read()
    if not content:
        raise ValidationError(_("This file is empty."), code="empty")
    if not content.startswith(b"%PDF-"):
        raise ValidationError(NO_PDF, code="no_pdf")
    if is_of_two_kinds(content):
        raise ValidationError(TWO_KINDS, code="two_kinds")
    try:
        look = look_into(content, pixels=LOOKED_AT, roots=settings.SIGNATURE_ROOTS)
    except Unwanted as unwanted:
        raise ValidationError(
            UNWANTED[unwanted.code], code=unwanted.code, params={"pages": MAX_PAGES}
        ) from None
    return CheckedPdf(content, hashlib.sha256(content).hexdigest(), look.pages, cover_of(look.preview))


def cover_of(first_page: bytes) -> bytes:
    """A picture of ours (PNG) with an edge, at the foot and the left of a see-through space as all covers have it."""
    with Image.open(io.BytesIO(first_page)) as picture:
        page = ImageOps.contain(
            picture.convert("RGB"), (COVER[0] - 2, COVER[1] - 2), Image.Resampling.LANCZOS
        )
    page = ImageOps.expand(page, border=1, fill=EDGE)
    cover = Image.new("RGBA", COVER)
    cover.paste(page, (0, COVER[1] - page.height))
    out = io.BytesIO()
    cover.save(out, "WEBP", quality=82, method=6)
    return out.getvalue()


def public_name(document: Document) -> str:
    """The file's name as readers save it, made from its English title: the same in every language."""
    stem = slugify(document.title_en or document.title)[:80]  # type: ignore[attr-defined]
    return f"{stem or document.kind}.pdf"
