"""Codes as a program reads them that is not the library which drew them."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest


def seen_by_zbar(image: bytes, folder: Path) -> str:
    """What another program reads in the picture, not the library that drew it."""
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg (Debian: zbar-tools) is not installed: nobody else read the code.")
    file = folder / "code.png"
    file.write_bytes(image)
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(file)],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip()


def seen_in_pdf(pdf: bytes, folder: Path, *, dots_per_inch: int = 150) -> str:
    """What it reads on the first page as an office printer would print it."""
    document = pypdfium2.PdfDocument(pdf)
    file = BytesIO()
    document[0].render(scale=dots_per_inch / 72).to_pil().save(file, "PNG")
    document.close()
    return seen_by_zbar(file.getvalue(), folder)
