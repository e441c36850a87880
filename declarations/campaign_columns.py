"""The columns of the sheet of offices: what they are called, what may stand in them, and the sheet to fill in.

Headings are read in each language of the site, whichever the officer's program shows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl
from babel import Locale
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.worksheet.datavalidation import DataValidation

from declarations.languages import OFFICE_LANGUAGES
from efus_conference.exports import safe_cell, unsafe_cell
from efus_conference.models import Organisation
from efus_conference.models.organisations import COUNTRY_CODES, country_name
from efus_conference.sheets import SheetRefused

COLUMNS: dict[str, Any] = {
    "organisation": gettext_lazy("Organisation"),
    "own_name": gettext_lazy("Own name"),
    "country": gettext_lazy("Country"),
    "kind": gettext_lazy("Kind"),
    "mailbox": gettext_lazy("Mailbox of the office"),
    "language": gettext_lazy("Language of the office"),
}
NEEDED = ("organisation", "mailbox")


def columns_of(headings: Sequence[str]) -> dict[str, int]:
    """Which column says what. Raises SheetRefused."""
    known = {folded(name): name for name in COLUMNS}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            known |= {folded(str(heading)): name for name, heading in COLUMNS.items()}
    found = {known[name]: at for at, each in enumerate(headings) if (name := folded(each)) in known}
    missing = [str(COLUMNS[name]) for name in NEEDED if name not in found]
    if missing:
        raise SheetRefused(
            _("These columns are missing: %(names)s. Take the sheet to fill in, or use its headings.")
            % {"names": ", ".join(missing)}
        )
    return found


def folded(text: Any) -> str:
    plain = unicodedata.normalize("NFKD", str(text or "")).casefold()
    return "".join(character for character in plain if character.isalnum())


def text_of(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return unicodedata.normalize("NFC", str(unsafe_cell(text)).strip())


def short(texts: dict[str, str]) -> dict[str, str]:
    """As the page shows it: nobody reads ten thousand characters in a table."""
    return {name: text if len(text) <= 80 else f"{text[:79]}…" for name, text in texts.items()}


def countries() -> dict[str, str]:
    """By code, and by name in each language of the offices."""
    found: dict[str, str] = {}
    for language, _name in OFFICE_LANGUAGES:
        territories = Locale.parse(language).territories
        found |= {folded(territories[code]): code for code in COUNTRY_CODES if code in territories}
    return found | {folded(code): code for code in COUNTRY_CODES}


def kinds() -> dict[str, str]:
    found = {folded(kind.value): str(kind.value) for kind in Organisation.Kind}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {folded(str(kind.label)): str(kind.value) for kind in Organisation.Kind}
    return found


def languages() -> dict[str, str]:
    """By code, and by its name in each language of the offices."""
    found: dict[str, str] = {}
    for code, own_name in OFFICE_LANGUAGES:
        found |= {folded(code): code, folded(own_name): code}
        for other, _name in OFFICE_LANGUAGES:
            found[folded(Locale.parse(other).languages.get(code, code))] = code
    return found


def sheet_to_fill_in() -> bytes:
    """A workbook with the headings, and the countries, kinds and languages to choose from."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _("Offices")[:31]
    sheet.append([safe_cell(str(heading)) for heading in COLUMNS.values()])
    for letter in "ABCDEF":
        sheet.column_dimensions[letter].width = 28
        sheet[f"{letter}1"].font = openpyxl.styles.Font(bold=True)
    sheet.freeze_panes = "A2"
    choices = book.create_sheet(_("Choices")[:31])
    codes = sorted(COUNTRY_CODES, key=lambda code: country_name(code).casefold())
    for column, wanted, name, values in (
        ("A", "C", "country", [country_name(code) for code in codes]),
        ("B", "D", "kind", [str(kind.label) for kind in Organisation.Kind]),
        ("C", "F", "language", [own_name for _code, own_name in OFFICE_LANGUAGES]),
    ):
        choices.column_dimensions[column].width = 36
        choices[f"{column}1"] = str(COLUMNS[name])
        for number, value in enumerate(values, start=2):
            choices[f"{column}{number}"] = safe_cell(value)
        rule = DataValidation(
            type="list",
            formula1=f"'{choices.title}'!${column}$2:${column}${len(values) + 1}",
            allow_blank=True,
        )
        sheet.add_data_validation(rule)
        rule.add(f"{wanted}2:{wanted}1001")
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
