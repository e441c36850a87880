"""PDFs by typst: tagged (PDF/UA-1) and for keeping (PDF/A-2a), in our own typefaces, the same bytes for the same data.

A template is a typst file under `templates/`; it reads what it sets with `json(bytes(sys.inputs.data))`. Texts go in
as data and are never read as markup. The fonts cover Latin, Greek, Cyrillic and Arabic (`fonts/characters.txt`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

FONTS = Path(__file__).resolve().parent / "fonts"
STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]
UNPRINTABLE = "[…]"
SOFT_HYPHEN = "\u00ad"
BREAK = "\N{ZERO WIDTH SPACE}"
LONG_WORD = re.compile(r"\S{25,}")
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


class PdfError(Exception):
    """The template does not compile, or not without a warning: a mistake of ours, never of whoever typed a text."""


def made_pdf(
    template: str, data: Mapping[str, Any], *, language: str, title: str, dated: datetime = NO_MOMENT
) -> bytes:
    """The template (`programme/pdf/booklet.typ`) set with the data, a JSON value. Raises PdfError.

    In the template, `data` has all of it, with `language` and `title` added; bytes are read by `bytes(…)`. `dated`
    is what the file says of its making: when what it tells became true, not the clock, or two files of the same data
    would differ.
    """
    values = _printable({**data, "language": language, "title": title})
    root = settings.BASE_DIR / "templates"
    try:
        compiled, warnings = typst.compile_with_warnings(
            str(root / template),
            root=str(root),
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(values, ensure_ascii=False, sort_keys=True)},
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=dated.astimezone(UTC).replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise PdfError(f"{template}: {error.message} {' '.join(error.hints)}".strip()) from error
    if warnings:
        raise PdfError(f"{template}: {' '.join(warning.message for warning in warnings)}")
    assert isinstance(compiled, bytes)
    return compiled


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """The characters our typefaces have."""
    ranges = (line.split("-") for line in (FONTS / "characters.txt").read_text().split())
    return frozenset(
        chr(code)
        for first, *last in ranges
        for code in range(int(first, 16), int((last or [first])[0], 16) + 1)
    )


def printable_text(text: str) -> str:
    """The text in characters that our typefaces have: both standards refuse a page with a missing one.

    A letter that is another one in disguise becomes that; signs and emoji are left out; for words in an alphabet
    that we lack stands “[…]”, and for a text of which nothing remains, as neither standard has a heading without
    one. Hyphens that show only at the end of a line are left out: typst sets its own, and fails where one of these
    breaks a link.
    """
    made: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character == SOFT_HYPHEN:
            continue
        if character in covered() or character == "\n":
            made.append(character)
            continue
        plain = unicodedata.normalize("NFKD", character)
        if plain != character and all(one in covered() for one in plain):
            made.append(plain)
        elif character.isspace():
            made.append(" ")
        elif unicodedata.category(character)[0] in "LN" and made[-1:] != [UNPRINTABLE]:
            made.append(UNPRINTABLE)
    printable = "".join(made)
    return printable if printable.strip() or not text.strip() else UNPRINTABLE


def breakable_text(text: str) -> str:
    """With places, which nobody sees, at which words of 25 letters and more may go on in the next line.

    Letters of scripts that join them change their form there, so their words get few such places.
    """
    return LONG_WORD.sub(_breakable_word, text)


def _breakable_word(word: re.Match[str]) -> str:
    letters = word.group()
    every = 12 if any(unicodedata.bidirectional(letter) == "AL" for letter in letters) else 1
    made = ""
    for place, letter in enumerate(letters):
        if place and place % every == 0 and not unicodedata.combining(letter):
            made += BREAK
        made += letter
    return made


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable_text(value)
    if isinstance(value, Mapping):
        return {str(name): _printable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    if isinstance(value, bytes):
        return list(value)
    return value
