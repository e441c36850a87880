"""PDFs that strangers send: opened in a process of their own, which has little time, little memory and no secrets.

A PDF is a program as much as a page. Reading one is left to a child that ends with whatever goes wrong in it: a page
that never finishes drawing, a stream that unpacks to gigabytes, a library that crashes. See
`docs/decisions/0024-foreign-pdfs-are-opened-apart.md`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0  # seconds by the clock; the child itself ends after SECONDS of work
SECONDS = 10
MEMORY = 1024 * 1024 * 1024  # bytes
MAX_PAGES = 500
MAX_POINTS = 14_400  # the longest side of a page (ISO 32000-1, annex C.2): 5.08 m

# Two at once in each process of the site: more would only take memory from each other.
_rooms = BoundedSemaphore(2)


class Unwanted(Exception):  # noqa: N818  the file is at fault, not the program
    """`code`: encrypted, script, action, inside, form, pages, giant, heavy or not_readable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
    command = [
        *(sys.executable, "-B", "-m", "efus_conference.foreign_pdfs.child"),
        *(str(pixels), str(SECONDS), str(MEMORY), str(MAX_PAGES), str(MAX_POINTS), roots),
    ]
    with _rooms:
        try:
            # Nothing of this process's environment: the keys of the site are in it.
            done = subprocess.run(  # noqa: S603  our own module; the file goes in as data
                command,
                input=content,
                capture_output=True,
                timeout=PATIENCE,
                cwd=ROOT,
                env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unwanted("heavy") from None
    head, _line, picture = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise Unwanted("heavy")
    said = json.loads(head)
    if said["refused"]:
        raise Unwanted(said["refused"])
    return Look(pages=said["pages"], preview=picture, findings=said["findings"])
