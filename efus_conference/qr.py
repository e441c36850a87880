"""QR codes (ISO/IEC 18004): a path for a page, an SVG or the bare modules as PNG for a PDF.

A ticket's text has some 131 characters of the alphanumeric set: version 6, 41 modules a side, of which a smeared or
torn seventh may be missing (level M, or better where it fits). The quiet zone of four modules belongs to the symbol;
whoever draws it must not put anything there, and keeps it dark on light in every colour scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import segno

QUIET = 4  # modules on every side, as the standard asks


@dataclass(frozen=True)
class Symbol:
    """`path` fills the dark modules in a square of `size` modules a side, the quiet zone among them."""

    size: int
    path: str


def symbol(text: str) -> Symbol:
    """The code as one path of horizontal runs, in units of a module. Raises segno.DataOverflowError (> 3 kB)."""
    made = _made(text)
    runs = []
    for row, modules in enumerate(made.matrix, start=QUIET):
        column, end = 0, len(modules)
        while column < end:
            length = 0
            while column + length < end and modules[column + length]:
                length += 1
            if length:
                runs.append(f"M{column + QUIET} {row}h{length}v1h-{length}z")
            column += length or 1
    return Symbol(len(made.matrix) + 2 * QUIET, "".join(runs))


def svg(text: str) -> str:
    """The same as an SVG file, black on white."""
    drawn = symbol(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.size} {drawn.size}" '
        f'width="{drawn.size}" height="{drawn.size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{drawn.size}v{drawn.size}H0z"/><path d="{drawn.path}"/></svg>'
    )


def png(text: str) -> bytes:
    """One pixel per module, the quiet zone included, black on white; whoever sets it must not smooth it."""
    file = BytesIO()
    _made(text).save(file, kind="png", scale=1, border=QUIET)
    return file.getvalue()


def _made(text: str) -> segno.QRCode:
    # Micro QR, which `make` may choose, is read by few.
    return segno.make_qr(text, error="m")
