"""Lists that organisers print or open as a spreadsheet, told once for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from tablib import Dataset

from efus_conference.exports import safe_cell, sheet_title
from efus_conference.models import Edition
from efus_conference.pdf import breakable_text, made_pdf
from efus_conference.templatetags.dates import moment_at
from programme.languages import reader


@dataclass(frozen=True)
class Column:
    """`share` of the width that is left; 0 for as much as its longest cell needs."""

    name: str
    share: float = 0
    is_number: bool = False
    is_box: bool = False  # to be ticked with a pen; in a spreadsheet it is an empty cell


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str = ""
    foot: Sequence[str] = ()
    is_signed: bool = False  # its last column is left empty for signatures


@dataclass(frozen=True)
class List:
    edition: Edition
    heading: str
    tables: Sequence[Table]
    subheading: str = ""
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    is_confidential: bool = False
    file_name: str = field(default="list")

    def as_pdf(self) -> bytes:
        """With the moment of its making at the foot: a printed list grows old."""
        now = timezone.now()
        data: dict[str, Any] = {
            "kicker": f"{_('Security, Democracy & Cities')}, {self.edition.name}",
            "heading": self.heading,
            "subheading": self.subheading,
            "facts": [list(fact) for fact in self.facts],
            "notes": list(self.notes),
            "confidential": _("Confidential: for those who need it, then destroy it")
            if self.is_confidential
            else "",
            "demonstration": _("Demonstration") if self.edition.is_demonstration else "",
            "made": _("Made on %(when)s") % {"when": moment_at(now, self.edition)},
            "tables": [_table(table) for table in self.tables],
        }
        return made_pdf("components/pdf/list.typ", data, language=reader(), title=self.heading, dated=now)

    def as_xlsx(self) -> bytes:
        """All tables as one sheet, with their titles as the first column where there are several."""
        several = len(self.tables) > 1
        columns = [column.name for column in self.tables[0].columns] if self.tables else []
        sheet = Dataset(
            headers=[_("Day"), *columns] if several else columns, title=sheet_title(self.heading, _("List"))
        )
        for table in self.tables:
            for row in table.rows:
                cells = [
                    "" if column.is_box else safe_cell(_number(cell, column))
                    for cell, column in zip(row, table.columns, strict=True)
                ]
                sheet.append([safe_cell(table.title), *cells] if several else cells)
        content: bytes = sheet.export("xlsx")
        return content


def _number(cell: str, column: Column) -> int | str:
    return int(cell) if column.is_number and cell.isdecimal() else cell


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [
            {"name": column.name, "width": column.share, "is_number": column.is_number}
            for column in table.columns
        ],
        "rows": [[breakable_text(cell) for cell in row] for row in table.rows],
        "foot": list(table.foot),
        "is_signed": table.is_signed,
    }
