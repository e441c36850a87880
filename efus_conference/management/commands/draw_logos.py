from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.core.management.base import BaseCommand

from efus_conference.pdf import FONTS

FOLDER = Path("img") / "press"
PIXELS_PER_INCH = 600.0  # of the PNG files: a logo of 9 cm is printed at 300 dpi in twice that width
Ending = Literal["svg", "png"]
ENDINGS: tuple[Ending, ...] = ("svg", "png")
# What each is called, and in which colours it is drawn: the lines, the voice in their midst, the letters.
COLOURS = {
    "on-light": {"lines": "#17408f", "voice": "#b23a12", "letters": "#1b1e27"},
    "on-dark": {"lines": "#ffffff", "voice": "#f2926a", "letters": "#ffffff"},
}
MARK = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 6 48 36" width="48" height="36">
<g fill="none" stroke="{lines}" stroke-width="2.6">
<path d="M16 34a8 8 0 0 1 16 0M10.5 34a13.5 13.5 0 0 1 27.0 0M5 34a19 19 0 0 1 38 0"/>
<path d="M3.7 38.5h40.6"/></g><circle cx="24" cy="32.2" r="3" fill="{voice}"/></svg>"""

SIZE = ' width="48" height="36"'
PICTURE = re.compile(
    r'<image transform="translate\((?P<x>[\d.]+) (?P<y>[\d.]+)\)"[^>]*? width="(?P<width>[\d.]+)" '
    r'height="(?P<height>[\d.]+)"[^>]*?(?:/>|></image>)'
)


class Command(BaseCommand):
    help = (
        "Draws the conference's logo, for light and for dark grounds, as SVG and PNG into static/img/press: "
        "what the press page offers. The letters become outlines, so that they look the same without our typeface."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "static" / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name, colours in COLOURS.items():
            for ending in ENDINGS:
                path = folder / f"security-democracy-cities-{name}.{ending}"
                path.write_bytes(drawn(colours, ending))
                self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}: {path.stat().st_size} bytes")


def drawn(colours: dict[str, str], ending: Ending) -> bytes:
    root = settings.BASE_DIR / "templates"
    mark = MARK.format(**colours)
    made = typst.compile(
        str(root / "archive/logo.typ"),
        root=str(root),
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
        ),
        sys_inputs={"data": json.dumps({**colours, "mark": mark})},
        format=ending,
        ppi=PIXELS_PER_INCH,
    )
    assert isinstance(made, bytes)
    return made if ending == "png" else _in_one_drawing(made.decode(), mark).encode()


def _in_one_drawing(svg: str, mark: str) -> str:
    """The mark as part of the drawing: many programs don't open a picture within a picture."""
    found = PICTURE.search(svg)
    assert found
    width, height = (float(found[side]) for side in ("width", "height"))
    place = f'<svg x="{found["x"]}" y="{found["y"]}" width="{width:g}" height="{height:g}"'
    return svg.replace(found[0], mark.replace("<svg", place, 1).replace(SIZE, "", 1), 1)
