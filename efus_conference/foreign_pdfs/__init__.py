"""PDFs that strangers send: opened in a process of their own (`efus_conference.apart`).

A PDF is a program as much as a page. Reading one is left to a child that ends with whatever goes wrong in it: a page
that never finishes drawing, a stream that unpacks to gigabytes, a library that crashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from efus_conference import apart

MAX_PAGES = 500
MAX_POINTS = 14_400  # the longest side of a page (ISO 32000-1, annex C.2): 5.08 m


@dataclass(frozen=True)
class Look:
    """What a sound PDF holds: how many pages, a picture of the first (PNG), and its digital signatures.

    Of these each is a dict as `efus_conference.foreign_pdfs.signatures.findings` makes it.
    """

    pages: int
    preview: bytes
    findings: list[dict[str, Any]]


def look_into(content: bytes, *, pixels: int, roots: str = "") -> Look:
    """Reads a PDF of a stranger; Unwanted for one that does more than show pages, or asks for too much.

    `pixels` is the longer side of the picture, `roots` the path of a PEM file with the certificates that signatures
    are trusted by.
    """
    said, picture = apart.opened(
        "efus_conference.foreign_pdfs.child",
        *(str(pixels), str(MAX_PAGES), str(MAX_POINTS), roots),
        content=content,
    )
    return Look(pages=said["pages"], preview=picture, findings=said["findings"])
