from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from efus_conference.writing import NOT_PRINTABLE, only_line_breaks, without_control_characters

NO_WRITING = [
    "\x07", "\x1b", "\x7f", "\x85", "\ud800",
    "\u202e", "\u2066",
    "\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff",
    "\U000e0001", "\U000e007f",
    "\ufffd",
]  # fmt: skip


@pytest.mark.parametrize("character", NO_WRITING, ids=ascii)
@pytest.mark.parametrize("check", [without_control_characters, only_line_breaks])
def test_what_is_no_writing_is_refused(check: object, character: str) -> None:
    assert callable(check)
    with pytest.raises(ValidationError) as refusal:
        check(f"An{character}a")
    assert refusal.value.messages == [str(NOT_PRINTABLE)]


@pytest.mark.parametrize(
    "text",
    [
        "Łódź",
        "Πειραιάς",
        "مدينة تونس",
        "עיריית חיפה",
        "東京都",
        "O\u2019Neill",
        "Nomm\u00e9 \U0001f3db",
        "e\u0301",
    ],
)
def test_writing_of_every_alphabet_passes(text: str) -> None:
    without_control_characters(text)


def test_lines_end_in_longer_texts_only() -> None:
    only_line_breaks("One\r\n\tTwo")
    with pytest.raises(ValidationError):
        without_control_characters("One\nTwo")
