"""The process that opens one PDF: bytes on standard input; on standard output a line of JSON, then a PNG."""

from __future__ import annotations

import io
import traceback
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from efus_conference.apart import answering
from efus_conference.foreign_pdfs.dangers import danger_in


def drawn(content: bytes, *, pixels: int, max_pages: int, max_points: int) -> tuple[str, int, bytes]:
    """What speaks against the pages, else "", their number and a picture of the first."""
    with pypdfium2.PdfDocument(content) as document:
        pages = len(document)
        if not pages:
            return "not_readable", 0, b""
        if danger := more_than_pages(document):
            return danger, pages, b""
        if pages > max_pages:
            return "pages", pages, b""
        page = document[0]
        width, height = page.get_size()
        if max(width, height) > max_points:
            return "giant", pages, b""
        # Points are 1/72 inch; the longer side of the picture is fixed, however large the page claims to be.
        picture = page.render(scale=pixels / max(width, height, 1)).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG")
        return "", pages, out.getvalue()


def more_than_pages(document: pypdfium2.PdfDocument) -> str:
    """What PDFium itself finds in the document beside pages, as a code, or ""."""
    if raw.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0:
        return "script"
    if raw.FPDFDoc_GetAttachmentCount(document.raw) > 0:
        return "inside"
    if raw.FPDF_GetFormType(document.raw) in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND):
        return "form"
    return ""


def answer(
    content: bytes, pixels: str, max_pages: str, max_points: str, roots: str
) -> tuple[dict[str, Any], bytes]:
    said: dict[str, Any] = {"refused": "", "pages": 0, "findings": []}
    try:
        said["refused"] = danger_in(content)
        if said["refused"]:
            return said, b""
        said["refused"], said["pages"], picture = drawn(
            content, pixels=int(pixels), max_pages=int(max_pages), max_points=int(max_points)
        )
        if not said["refused"] and b"ByteRange" in content:
            said["findings"] = signatures_in(content, roots)
    except MemoryError:
        return {**said, "refused": "heavy"}, b""
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return {**said, "refused": "not_readable"}, b""
    return said, picture


def signatures_in(content: bytes, roots: str) -> list[dict[str, Any]]:
    # Half a second to import, which most files need not wait for.
    from efus_conference.foreign_pdfs.signatures import findings

    try:
        return findings(content, roots=roots)
    except MemoryError:
        raise
    except Exception:  # a file that PDFium mends and pyHanko cannot read; or the site's certificates
        traceback.print_exc()
        return [{"is_readable": False}]


if __name__ == "__main__":
    answering(answer)
