"""The pictures that other sites show beside a link to a session or an edition (Open Graph): 1200 × 630 PNG.

The same content gives the same bytes, so that an ETag holds. Colours are the look's, in its light form.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from math import asin, cos, pi, sin
from pathlib import Path

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

import efus_conference
from efus_conference.models import Edition
from efus_conference.templatetags.dates import days_of
from programme.calendars import location_of
from programme.models import ReleasedSession, SessionKind
from programme.wording import at_venue

SIZE = (1200, 630)
MARGIN = 80
WIDTH = SIZE[0] - 2 * MARGIN
PAPER, INK, SOFT, BLUE, RULE = "#fbf9f4", "#1b1e27", "#5a5f6c", "#17408f", "#ddd7c9"
CANCELLED = "#a3201d"
KINDS: dict[str, str] = {
    SessionKind.Colour.PLENARY: "#17408f",
    SessionKind.Colour.WORKSHOP: "#0d6659",
    SessionKind.Colour.FOCUS: "#7c2a72",
    SessionKind.Colour.VISIT: "#835400",
    SessionKind.Colour.QUIET: "#5a5f6c",
}
FONTS = Path(efus_conference.__file__).parent / "fonts"
SERIF, SANS, SANS_BOLD = "civitas-serif-semibold.ttf", "civitas-sans-regular.ttf", "civitas-sans-semibold.ttf"
TITLE_SIZES = (84, 76, 68, 60, 54, 48, 43, 38, 34)
PALETTE = 64  # colours: what is drawn has few, and the file is a third of the size
SMOOTH = 4  # shapes are drawn this much larger


def session_card(row: ReleasedSession, edition: Edition) -> bytes:
    """With its kind, title, time and place in the reader's language; the caller has read what it is made of."""
    colour = CANCELLED if row.is_cancelled else KINDS.get(row.kind.colour, SOFT)
    card = Card()
    card.draw.rectangle((0, 0, 24, SIZE[1]), fill=colour)
    card.shape(row.kind.colour, (MARGIN, 77), 24, colour)
    kind = f"{row.kind.name} · {_('Cancelled')}" if row.is_cancelled else row.kind.name
    card.line(kind, (MARGIN + 38, 66), SANS_BOLD, 34, colour, width=WIDTH - 38)
    card.title(row.title, (MARGIN, 128), WIDTH, 300)
    start, end = at_venue(row.starts_at, edition.zone), f"{row.ends_at.astimezone(edition.zone):%H:%M}"
    when = capfirst(_("%(start)s to %(end)s") % {"start": start, "end": end})
    card.line(when, (MARGIN, 452), SANS_BOLD, 32, INK)
    card.line(location_of(row), (MARGIN, 496), SANS, 30, SOFT)
    card.foot(_("Security, Democracy & Cities"), edition.name, _demonstration(edition))
    return card.png()


def edition_card(edition: Edition) -> bytes:
    card = Card()
    card.hemicycle((SIZE[0] - 130, SIZE[1] + 4), "#e3e6ea")
    card.draw.rectangle((0, 0, 24, SIZE[1]), fill=BLUE)
    card.line(_("Security, Democracy & Cities"), (MARGIN, 66), SANS_BOLD, 34, BLUE)
    bottom = card.title(edition.place, (MARGIN, 124), WIDTH, 220, sizes=(132, 112, *TITLE_SIZES))
    card.line(days_of(edition), (MARGIN, bottom + 24), SERIF, 46, INK)
    card.title(edition.theme, (MARGIN, bottom + 100), WIDTH - 420, 130, sizes=(34, 30, 26), colour=SOFT)
    card.foot(_("European Forum for Urban Security"), _demonstration(edition))
    return card.png()


def _demonstration(edition: Edition) -> str:
    """What is invented says so wherever it is shown."""
    return _("Demonstration") if edition.is_demonstration else ""


class Card:
    """A picture being drawn. Places are the upper left corner, in pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", SIZE, PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def line(
        self, text: str, place: tuple[int, int], font: str, size: int, colour: str, width: int = WIDTH
    ) -> None:
        """One line, cut where it is too long."""
        face = _font(font, size)
        self.draw.text(place, cut(clean(text), face, width), fill=colour, font=face)

    def title(
        self,
        text: str,
        place: tuple[int, int],
        width: int,
        height: int,
        *,
        sizes: Sequence[int] = TITLE_SIZES,
        colour: str = INK,
    ) -> int:
        """As large as it fits, without breaking a word where any size does; cut at last. Where it ends."""
        text = clean(text)
        face, lines, leading = _font(SERIF, 1), [text], 1
        for may_break in (False, True):
            for size in sizes:
                face, leading = _font(SERIF, size), round(size * 1.16)
                lines = wrap(text, face, width)
                if len(lines) * leading <= height and (may_break or " ".join(lines) == text):
                    break
            else:
                continue
            break
        room_for = max(1, height // leading)
        if len(lines) > room_for:
            lines = [*lines[: room_for - 1], cut(f"{lines[room_for - 1]}…", face, width, is_cut=True)]
        for number, line in enumerate(lines):
            self.draw.text((place[0], place[1] + number * leading), line, fill=colour, font=face)
        return place[1] + len(lines) * leading

    def foot(self, *texts: str) -> None:
        self.draw.line((MARGIN, 556, SIZE[0] - MARGIN, 556), fill=RULE, width=2)
        self.line(" · ".join(filter(None, texts)), (MARGIN, 570), SANS, 28, SOFT)

    def shape(self, kind: str, place: tuple[int, int], size: int, colour: str) -> None:
        """The shape beside a kind's name, as on the pages: nothing is told by colour alone."""
        large = size * SMOOTH
        mask = Image.new("L", (large, large))
        pen, middle = ImageDraw.Draw(mask), large // 2
        if kind == SessionKind.Colour.PLENARY:
            pen.rectangle((0, 0, large, large), fill=255)
        elif kind == SessionKind.Colour.WORKSHOP:
            pen.ellipse((0, 0, large - 1, large - 1), fill=255)
        elif kind == SessionKind.Colour.FOCUS:
            pen.polygon([(middle, 0), (large, middle), (middle, large), (0, middle)], fill=255)
        elif kind == SessionKind.Colour.VISIT:
            pen.polygon([(middle, 0), (large, large), (0, large)], fill=255)
        else:
            pen.rectangle((0, round(large * 0.4), large, round(large * 0.6)), fill=255)
        self._through(mask.resize((size, size), Image.Resampling.LANCZOS), place, colour)

    def hemicycle(self, middle: tuple[int, int], colour: str) -> None:
        """The seats of an assembly, as on the cover of an edition's page."""
        radius = 400
        mask = Image.new("L", (2 * radius * 2, radius * 2))
        pen = ImageDraw.Draw(mask)
        for ring in range(110, radius - 10, 41):
            seats = round(ring * 0.092)
            first = asin(17 / ring)
            for seat in range(seats):
                angle = first + (pi - 2 * first) * seat / (seats - 1)
                x, y = 2 * (radius - ring * cos(angle)), 2 * (radius - ring * sin(angle))
                pen.ellipse((x - 20, y - 20, x + 20, y + 20), fill=255)
        smooth = mask.resize((2 * radius, radius), Image.Resampling.LANCZOS)
        self._through(smooth, (middle[0] - radius, middle[1] - radius), colour)

    def png(self) -> bytes:
        file = io.BytesIO()
        self.image.quantize(PALETTE, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return file.getvalue()

    def _through(self, mask: Image.Image, place: tuple[int, int], colour: str) -> None:
        self.image.paste(Image.new("RGB", mask.size, colour), place, mask)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size)


def clean(text: str) -> str:
    """In one line, letters and accents as one character where there is one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Lines no wider than `width`; a word that is wider by itself is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if face.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while face.getlength(word) > width:
            part = _fitting(word, face, width)
            lines.append(part)
            word = word[len(part) :]
        line = word
    return [*lines, line] if line else lines


def cut(text: str, face: ImageFont.FreeTypeFont, width: int, *, is_cut: bool = False) -> str:
    """The text with “…” for what does not fit."""
    if face.getlength(text) <= width:
        return text
    kept = _fitting(text.removesuffix("…") if is_cut else text, face, width - face.getlength("…"))
    return f"{kept.rstrip()}…"


def _fitting(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """As many letters as fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if face.getlength(text[:middle]) <= width else (low, middle - 1)
    return text[:low]
