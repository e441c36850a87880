"""The process that opens one PDF: bytes on standard input; on standard output a line of JSON, then a PNG."""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

import pypdfium2

from efus_conference.foreign_pdfs.dangers import danger_in


def drawn(content: bytes, *, pixels: int, max_pages: int, max_points: int) -> tuple[str, int, bytes]:
    """What speaks against the pages, else "", their number and a picture of the first."""
    with pypdfium2.PdfDocument(content) as document:
        pages = len(document)
        if not pages:
            return "not_readable", 0, b""
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


def answer(
    content: bytes, *, pixels: int, max_pages: int, max_points: int, roots: str
) -> tuple[dict[str, Any], bytes]:
    said: dict[str, Any] = {"refused": "", "pages": 0, "findings": []}
    try:
        said["refused"] = danger_in(content)
        if said["refused"]:
            return said, b""
        said["refused"], said["pages"], picture = drawn(
            content, pixels=pixels, max_pages=max_pages, max_points=max_points
        )
        if not said["refused"] and b"ByteRange" in content:
            # Half a second to import, which most files need not wait for.
            from efus_conference.foreign_pdfs.signatures import findings

            said["findings"] = findings(content, roots=roots)
    except MemoryError:
        return {**said, "refused": "heavy"}, b""
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return {**said, "refused": "not_readable"}, b""
    return said, picture


def main() -> None:
    pixels, seconds, memory, max_pages, max_points = map(int, sys.argv[1:6])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    said, picture = answer(
        sys.stdin.buffer.read(), pixels=pixels, max_pages=max_pages, max_points=max_points, roots=sys.argv[6]
    )
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + picture)


if __name__ == "__main__":
    main()
