from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import tablib

from efus_conference.exports import safe_cell, unsafe_cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+32 2 555", "'+32 2 555"),
        ("-x", "'-x"),
        ("@cmd", "'@cmd"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'=quoted by its author", "''=quoted by its author"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("-12.5", "-12.5"),
        ("Liège", "Liège"),
        ("", ""),
        (-3, -3),
        (None, None),
    ],
)
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(value: Any, cell: Any) -> None:
    assert safe_cell(value) == cell
    assert unsafe_cell(cell) == value


@pytest.mark.parametrize(
    "unseen", [chr(code) for code in (0, 1, 8, 11, 12, 14, 31, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)]
)
def test_no_character_that_somebody_typed_makes_a_workbook_unreadable(unseen: str) -> None:
    book = tablib.Dataset([safe_cell(f"A{unseen}na")], headers=["name"]).export("xlsx")
    assert tablib.Dataset().load(BytesIO(book), format="xlsx").dict == [{"name": "Ana"}]
