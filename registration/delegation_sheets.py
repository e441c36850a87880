"""The people of a delegation as a spreadsheet: one to fill in, one that comes back, one of those who come.

Headings are read in each language of the site, whichever the coordinator's program shows.
"""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
import tablib
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.worksheet.datavalidation import DataValidation

from efus_conference.exports import printable, safe_cell, sheet_title, unsafe_cell
from efus_conference.models import Edition
from efus_conference.sheets import CSV, DELIMITERS, PlainXLSX, SheetRefused, decoded
from registration.actions.delegation_refusals import TooFewPlaces
from registration.delegation_forms import PersonForm, categories_to_name
from registration.delegations import Overview
from registration.models import Registration

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 10 * 1024 * 1024  # what the parts of a workbook may come to, whatever it says of itself
# So many people more than there are places are shown with their mistakes; of more, checking each takes seconds.
MOST_IN_VAIN = 50

# Column, and its heading in the reader's language.
COLUMNS: dict[str, Any] = {
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "email": gettext_lazy("E-mail address"),
    "function": gettext_lazy("Function"),
    "category": gettext_lazy("Takes part as"),
    "language": gettext_lazy("Language of the e-mails"),
}
NEEDED = ("given_name", "family_name", "category")


@dataclass(frozen=True)
class SheetRow:
    """One line of the sheet as it was read; `number` is the row as the spreadsheet program counts it."""

    number: int
    shown: dict[str, str]
    person: dict[str, Any] | None  # as `name_places` takes it, when nothing is wrong
    problems: list[str]
    is_there: bool = False  # the delegation has this person already

    @property
    def name(self) -> str:
        return f"{self.shown['given_name']} {self.shown['family_name']}".strip()


def rows_of(content: bytes, shown: Overview, *, language: str) -> list[SheetRow]:
    """Reads and checks a sheet. Raises SheetRefused with a sentence for what is no such sheet at all."""
    dataset = _dataset(content)
    columns = _columns(dataset.headers)
    edition = shown.delegation.edition
    categories = _categories(edition)
    there = {_key(line.person) for line in shown.named if line.person is not None}
    lines = [
        {name: _text(row[columns[name]]) if name in columns else "" for name in COLUMNS} for row in dataset
    ]
    new = sum(_key_of(texts) not in there for texts in lines)
    if new > len(shown.free) + MOST_IN_VAIN:
        raise SheetRefused(str(TooFewPlaces(new, len(shown.free))))
    languages = _languages()
    emails: dict[str, int] = {}  # by address, the row in which it stands first
    rows = []
    for number, shown_texts in enumerate(lines, start=2):
        is_there = _key_of(shown_texts) in there
        person, problems = (
            (None, []) if is_there else _person(shown_texts, edition, categories, languages, language)
        )
        email = shown_texts["email"].lower()
        if email and (first := emails.setdefault(email, number)) != number:
            sentence = _("This e-mail address stands in row %(number)d already.") % {"number": first}
            problems = [*problems, sentence]
        rows.append(SheetRow(number, _short(shown_texts), None if problems else person, problems, is_there))
    return rows


def _dataset(content: bytes) -> tablib.Dataset:
    if len(content) > MOST_BYTES:
        raise SheetRefused(_("This file is larger than 5 MB. A sheet of people is much smaller."))
    if not content.startswith(b"PK"):
        text = decoded(content)
        if not set(DELIMITERS) & set(text.lstrip("\r\n").partition("\n")[0]):
            raise SheetRefused(
                _(
                    "This is no table: its first line has no headings. Take the sheet to fill in, as Excel or CSV."
                )
            )
        return CSV(encoding="utf-8").create_dataset(text)
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(BytesIO(content)).infolist())
    except zipfile.BadZipFile:
        unpacked = 0  # it is said to be damaged below
    if unpacked > MOST_UNPACKED:
        raise SheetRefused(
            _("This workbook is too large once it is unpacked. Send a sheet with the people alone.")
        )
    dataset = PlainXLSX().create_dataset(content)
    if _has_merged_cells(content):  # of which all but the first are empty
        raise SheetRefused(
            _("This sheet has merged cells. Separate them, so that each person has a row of their own.")
        )
    return dataset


def _has_merged_cells(content: bytes) -> bool:
    # Read-only worksheets do not know of them; the part itself does.
    with zipfile.ZipFile(BytesIO(content)) as parts:
        names = sorted(name for name in parts.namelist() if name.startswith("xl/worksheets/sheet"))
        return bool(names) and b"<mergeCell " in parts.read(names[0])


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Which column says what. Raises SheetRefused."""
    known = _headings()
    found = {known[name]: at for at, each in enumerate(headings) if (name := _folded(each)) in known}
    missing = [str(COLUMNS[name]) for name in NEEDED if name not in found]
    if missing:
        raise SheetRefused(
            _("These columns are missing: %(names)s. Take the sheet to fill in, or use its headings.")
            % {"names": ", ".join(missing)}
        )
    return found


def _headings() -> dict[str, str]:
    """Every way to write a heading, and the column it means."""
    known = {_folded(name): name for name in COLUMNS}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            known |= {_folded(str(heading)): name for name, heading in COLUMNS.items()}
    return known


def _folded(text: Any) -> str:
    plain = unicodedata.normalize("NFKD", str(text or "")).casefold()
    return "".join(character for character in plain if character.isalnum())


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(unsafe_cell(str(cell))).strip()


def _short(texts: dict[str, str]) -> dict[str, str]:
    """As the page shows it: nobody reads ten thousand characters in a table."""
    return {name: text if len(text) <= 80 else f"{text[:79]}…" for name, text in texts.items()}


def _categories(edition: Edition) -> dict[str, Any]:
    """By address and by name in each language."""
    found: dict[str, Any] = {}
    for category in categories_to_name(edition):
        found[_folded(category.slug)] = category
        for code, _name in settings.LANGUAGES:
            found[_folded(getattr(category, f"name_{code}") or category.name)] = category
    return found


def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, own_name in settings.LANGUAGES:
        found |= {_folded(code): code, _folded(own_name): code}
        for other, _name in settings.LANGUAGES:
            with translation.override(other):
                found[_folded(translation.gettext(translation.get_language_info(code)["name"]))] = code
    return found


def _person(
    texts: dict[str, str],
    edition: Edition,
    categories: dict[str, Any],
    languages: dict[str, str],
    language: str,
) -> tuple[dict[str, Any] | None, list[str]]:
    """The person, or what is wrong, each a sentence that names its column."""
    category = categories.get(_folded(texts["category"]))
    spoken = languages.get(_folded(texts["language"])) if texts["language"] else language
    form = PersonForm(
        {
            **texts,
            "category": category.pk if category else "",
            "language": spoken or "-",
            "mails_to": Registration.MailsTo.BOTH if texts["email"] else Registration.MailsTo.MANAGER,
        },
        edition=edition,
        button="",
    )
    if form.is_valid():
        return form.cleaned_data, []
    problems = []
    for name, errors in form.errors.items():
        if name == "category" and texts["category"]:
            names = ", ".join(dict.fromkeys(str(each) for each in categories.values()))
            sentence = _("There is no category “%(value)s”. Write one of: %(names)s.")
            problems.append(sentence % {"value": texts["category"][:80], "names": names})
            continue
        if name == "language":
            names = ", ".join(str(each) for _code, each in settings.LANGUAGES)
            sentence = _("“%(value)s” is no language of our e-mails. Write one of: %(names)s.")
            problems.append(sentence % {"value": texts["language"][:80], "names": names})
            continue
        heading = str(COLUMNS.get(name, name))
        problems += [_("%(column)s: %(problem)s") % {"column": heading, "problem": error} for error in errors]
    return None, problems


def _key(person: Registration) -> tuple[str, ...]:
    return _key_of(
        {"given_name": person.given_name, "family_name": person.family_name, "email": person.email}
    )


def _key_of(texts: dict[str, str]) -> tuple[str, ...]:
    """Who is meant: by the address, or without one by the name."""
    if texts["email"]:
        return (texts["email"].casefold(),)
    return (texts["given_name"].casefold(), texts["family_name"].casefold())


def sheet_to_fill_in(edition: Edition) -> bytes:
    """A workbook with the headings, and the categories and languages to choose from."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _("People")[:31]
    sheet.append([str(heading) for heading in COLUMNS.values()])
    for at in range(len(COLUMNS)):
        letter = chr(ord("A") + at)
        sheet.column_dimensions[letter].width = 28
        sheet[f"{letter}1"].font = openpyxl.styles.Font(bold=True)
    sheet.freeze_panes = "A2"
    choices = book.create_sheet(_("Choices")[:31])
    names = [str(category) for category in categories_to_name(edition)]
    languages = [str(name) for _code, name in settings.LANGUAGES]
    for column, title, values in (
        ("A", COLUMNS["category"], names),
        ("B", COLUMNS["language"], languages),
    ):
        choices.column_dimensions[column].width = 36
        choices[f"{column}1"] = str(title)
        for number, value in enumerate(values, start=2):
            choices[f"{column}{number}"] = safe_cell(value)
        wanted = "E" if column == "A" else "F"
        if values:
            rule = DataValidation(
                type="list", formula1=f"'{choices.title}'!${column}$2:${column}${len(values) + 1}"
            )
            rule.allow_blank = True
            sheet.add_data_validation(rule)
            rule.add(f"{wanted}2:{wanted}500")
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def headings() -> list[str]:
    return [
        *(str(heading) for heading in COLUMNS.values()),
        _("State"),
        _("Seats booked"),
        _("Waiting"),
        _("Companions"),
        _("Note"),
    ]


def people_of(shown: Overview, *, as_format: str) -> bytes:
    """Who comes, as xlsx or csv; the first columns are those of the sheet to fill in."""
    dataset = tablib.Dataset(
        headers=headings(), title=sheet_title(str(shown.delegation.organisation), _("People"))
    )
    for row in exported(shown):
        dataset.append([safe_cell(printable(cell) if isinstance(cell, str) else cell) for cell in row])
    made = dataset.export(as_format)
    # With its mark, Excel takes the file for UTF-8.
    return made if isinstance(made, bytes) else f"\ufeff{made}".encode()


def exported(shown: Overview) -> Iterator[list[Any]]:
    """The cells below those headings, not made safe yet."""
    languages = dict(settings.LANGUAGES)
    for line in shown.lines:
        person = line.person
        if person is not None:
            facts = [person.given_name, person.family_name, person.email, person.function]
            facts += [str(person.category), str(languages.get(person.language, person.language))]
        elif line.invitation is not None:
            facts = ["", "", line.invitation.email, "", "", ""]
        else:
            facts = ["", "", "", "", "", ""]
        companions = ", ".join(each.name for each in line.companions)
        yield [*facts, line.state, len(line.seats), len(line.waits), companions, line.place.note]
