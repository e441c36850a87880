"""Reading the spreadsheets that organisers send, from whichever program and country.

Excel writes CSV with semicolons where the comma is the decimal sign (French and Dutch among others), and in the
alphabet of the computer unless it is told otherwise; its “Unicode text” is UTF-16 with tabs.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import tablib
from django.utils.translation import gettext as _
from import_export.formats import base_formats

MOST_ROWS = 1000  # in one sheet: each is checked against the database while someone waits
# Empty ones among them: a file of a few kilobytes may claim millions, and each takes time to be read.
MOST_LINES = 10_000
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 10 * 1024 * 1024  # what the parts of a workbook may come to, whatever it says of itself
MOST_COLUMNS = 200  # of a workbook; what stands further right is not read
DELIMITERS = ",;\t"


class SheetRefused(Exception):  # noqa: N818  it is no error of the program
    """`str()` of it is the sentence for the person who sent the sheet."""


class XLSX(base_formats.XLSX):
    has_formulas = True  # of which the value is read that the spreadsheet program wrote down

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        try:
            book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True, data_only=self.has_formulas)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # the size a file claims for itself may be anything
            return dataset_of(self._values(sheet.iter_rows(max_col=MOST_COLUMNS)))
        except SheetRefused:
            raise
        except Exception as error:  # a broken file fails anywhere in the library
            raise SheetRefused(
                _("This is no Excel workbook (.xlsx), or it is damaged. Save it again, or send it as CSV.")
            ) from error

    def _values(self, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        for number, row in enumerate(rows, start=1):
            if not self.has_formulas and any(cell.data_type == "f" for cell in row):
                raise SheetRefused(
                    _(
                        "Row %(number)d has a formula. Replace it by what it shows, for example by pasting values."
                    )
                    % {"number": number}
                )
            values = [cell.value for cell in row]
            while values and values[-1] is None:  # every row comes as wide as the widest may be
                values.pop()
            yield values


class PlainXLSX(XLSX):
    """Refuses formulas: what they would say depends on the program that opens them, and we read it nowhere."""

    has_formulas = False


class CSV(base_formats.CSV):
    def create_dataset(self, in_stream: bytes | str, **kwargs: Any) -> tablib.Dataset:
        text = in_stream if isinstance(in_stream, str) else decoded(in_stream)
        try:
            return dataset_of(csv.reader(StringIO(text, newline=""), delimiter=delimiter_of(text)))
        except csv.Error as error:
            raise no_csv() from error


def plain_table(content: bytes) -> tablib.Dataset:
    """An Excel workbook without formulas or merged cells, or CSV, whichever the bytes are. Raises SheetRefused."""
    if len(content) > MOST_BYTES:
        raise SheetRefused(
            _("This file is larger than 5 MB. Send a sheet with the rows that are needed alone.")
        )
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
        parts = zipfile.ZipFile(BytesIO(content))
        unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile:
        return PlainXLSX().create_dataset(content)  # which says that it is damaged
    if unpacked > MOST_UNPACKED:
        raise SheetRefused(
            _(
                "This workbook is too large once it is unpacked. Send a sheet with the rows that are needed alone."
            )
        )
    dataset = PlainXLSX().create_dataset(content)
    # Read-only worksheets do not know of merged cells, of which all but the first are empty; the part itself does.
    names = sorted(name for name in parts.namelist() if name.startswith("xl/worksheets/sheet"))
    if names and b"<mergeCell " in parts.read(names[0]):
        raise SheetRefused(
            _("This sheet has merged cells. Separate them, so that each row stands for itself.")
        )
    return dataset


def too_large() -> SheetRefused:
    return SheetRefused(_("This file is larger than 5 MB. Send a sheet with the rows that are needed alone."))


def no_csv() -> SheetRefused:
    sentence = _("This is no CSV file. In the spreadsheet program, save it as “CSV UTF-8” and send it again.")
    return SheetRefused(sentence)


def decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or else the alphabet of Windows in Western Europe."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise no_csv()


def delimiter_of(text: str) -> str:
    """What separates the headings, which themselves hold none of the candidates."""
    counts = Counter(text.lstrip("\r\n").partition("\n")[0])
    return max(DELIMITERS, key=lambda candidate: counts[candidate])


def dataset_of(lines: Iterable[Sequence[Any]]) -> tablib.Dataset:
    """The lines that have something in them, the first of them the headings; refuses what is no plain table."""
    filled = (line for line in _limited(lines) if any(cell not in (None, "") for cell in line))
    headings = [str("" if cell is None else cell).strip() for cell in next(filled, [])]
    while headings and not headings[-1]:
        headings.pop()
    repeated = sorted(name for name, count in Counter(headings).items() if name and count > 1)
    if repeated:
        raise SheetRefused(
            _("The column “%(name)s” is there more than once. Keep one of them.") % {"name": repeated[0]}
        )
    dataset = tablib.Dataset(headers=headings)
    for row in _rows(filled, len(headings)):
        if dataset.height == MOST_ROWS:
            raise too_many(MOST_ROWS)
        dataset.append(row)
    if not dataset.height:
        raise SheetRefused(_("This sheet has no rows below its headings."))
    return dataset


def too_many(most: int) -> SheetRefused:
    return SheetRefused(
        _("This sheet has more than %(count)d rows. Send it in several parts.") % {"count": most}
    )


def _limited(lines: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The lines, also the empty ones, up to the most that are read. Raises SheetRefused past them."""
    for number, line in enumerate(lines):
        if number == MOST_LINES:
            raise too_many(MOST_LINES)
        yield line


def _rows(lines: Iterator[Sequence[Any]], width: int) -> Iterator[list[Any]]:
    for number, line in enumerate(lines, start=1):
        if any(cell not in (None, "") for cell in line[width:]):
            raise SheetRefused(
                _("Row %(number)d has more cells than there are headings.") % {"number": number}
            )
        yield [*line[:width], *([""] * (width - len(line)))]
