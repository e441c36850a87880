"""The sheet that a translator fills in: one row for each text that lacks a language, and its way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import openpyxl
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from openpyxl.styles import Alignment, Font, PatternFill, Protection

from efus_conference.exports import safe_cell, unsafe_cell
from efus_conference.sheets import SheetRefused, plain_table
from efus_conference.views.translations.places import Text

MOST_TEXTS = (
    1000  # of one sheet, as of every sheet that comes back: the next ones follow once these are there
)
LONGEST_CELL = 32_000  # characters; Excel cuts what has more than 32,767

# (name, width in characters); the last two bring a text back to its place.
PAGE, TEXT = gettext_noop("Page"), gettext_noop("What it is")
SOURCE_LANGUAGE, SOURCE = gettext_noop("Language"), gettext_noop("Text")
WANTED, TRANSLATION = gettext_noop("Into"), gettext_noop("Translation")
REFERENCE, MARK = gettext_noop("Reference (leave as it is)"), gettext_noop("Mark (leave as it is)")
COLUMNS = [
    (PAGE, 28),
    (TEXT, 26),
    (SOURCE_LANGUAGE, 11),
    (SOURCE, 60),
    (WANTED, 11),
    (TRANSLATION, 60),
    (REFERENCE, 24),
    (MARK, 20),
]
OPEN = PatternFill("solid", fgColor="FFFDF3D6")


def sheet_of(texts: Sequence[tuple[str, Text]], language: str) -> bytes:
    """A workbook of (page, text); everything but the translations is locked, without a password."""
    names = dict(settings.LANGUAGES)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = language
    sheet.append([_(name) for name, _width in COLUMNS])
    translation = [name for name, _width in COLUMNS].index(TRANSLATION)
    for page, text in texts:
        cells = [page, text.name, names[text.source_language], text.source, names[text.language], ""]
        sheet.append([safe_cell(cell) for cell in [*cells, text.reference, text.mark]])
    for column, (_name, width) in zip(sheet.columns, COLUMNS, strict=True):
        sheet.column_dimensions[column[0].column_letter].width = width
    for row in sheet.iter_rows():
        for place, cell in enumerate(row):
            cell.alignment = Alignment(wrap_text=place < len(COLUMNS) - 2, vertical="top")
            if cell.row == 1:
                cell.font = Font(bold=True)
            elif place == translation:
                cell.protection, cell.fill = Protection(locked=False), OPEN
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.formatCells = False
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def file_name(language: str, edition: str) -> str:
    return f"{slugify(f'translations {edition} {language}')}.xlsx"


@dataclass(frozen=True)
class Line:
    """A row as it came back; `number` is that of the sheet, with the headings as the first."""

    number: int
    reference: str
    mark: str
    translation: str


def lines_of(content: bytes) -> list[Line]:
    """What came back, the rows without a translation too. Raises SheetRefused."""
    table = plain_table(content)
    headings = {heading.casefold(): place for place, heading in enumerate(table.headers or [])}
    places = {name: _column(name, headings) for name in (REFERENCE, MARK, TRANSLATION)}
    for name, place in places.items():
        if place is None:
            raise SheetRefused(
                _("This sheet has no column “%(name)s”. Take the sheet from this page and fill that one in.")
                % {"name": _(name)}
            )
    return [
        Line(number, *(_text(row[places[name]]) for name in (REFERENCE, MARK, TRANSLATION)))
        for number, row in enumerate(table, start=2)
    ]


def _column(name: str, headings: dict[str, int]) -> int | None:
    """A column is known by its heading in any language of the site."""
    for code, _name in settings.LANGUAGES:
        with override(code):
            if (place := headings.get(_(name).casefold())) is not None:
                return place
    return headings.get(name.casefold())


def _text(cell: object) -> str:
    return str(unsafe_cell("" if cell is None else str(cell))).strip()
