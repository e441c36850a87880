from __future__ import annotations

from typing import Any

import typst
from django.conf import settings
from django.core.management.base import BaseCommand

from efus_conference.icons import ICONS

# What is outside a circle of 80 % may be cut off (W3C, Web Application Manifest, on maskable icons).
SHARE, MASKABLE_SHARE = 100, 88
BLUE = "#12316f"  # the mark's own


class Command(BaseCommand):
    help = "Draws the icons of the installed site from static/img/mark.svg, into static/img."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "static"
        for name, size, purpose in ICONS:
            (folder / name).write_bytes(drawn(size, purpose))
            self.stdout.write(name)


def drawn(size: int, purpose: str) -> bytes:
    """A PNG of that many pixels, the same bytes each time."""
    folder = settings.BASE_DIR
    is_maskable = purpose == "maskable"
    inputs = {
        "size": str(size),
        "colour": BLUE if is_maskable else "",
        "share": str(MASKABLE_SHARE if is_maskable else SHARE),
    }
    picture = typst.compile(
        str(folder / "templates" / "components/icon.typ"),
        root=str(folder),
        sys_inputs=inputs,
        format="png",
        ppi=72,
    )
    assert isinstance(picture, bytes), "a single page"
    return picture
