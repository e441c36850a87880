"""What counts as writing, in whichever alphabet: checks for every field that people type into."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LINE_BREAKS = "\r\n\t"
NOT_PRINTABLE = _("This has a character that cannot be printed. Type it again instead of pasting it.")
# They change the direction of all text that follows, also on the pages and badges of others.
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Invisible tags, and what stands where a letter was lost: text that came in another encoding than it said.
TAGS_AND_LOST_LETTERS = re.compile("[\U000e0000-\U000e007f\ufffd]")


def without_control_characters(value: str) -> None:
    """Refuses what is no writing: control characters, and marks that turn the direction of what follows.

    Nor is what Unicode keeps for programs (“noncharacters”): no Excel file can hold some of them.
    """
    # The field itself refuses a null character, and once is enough.
    controls = {character for character in value if _is_unprintable(character)} - {"\0"}
    if controls or DIRECTION_MARKS.search(value) or TAGS_AND_LOST_LETTERS.search(value):
        raise ValidationError(NOT_PRINTABLE, code="control")


def without_links(value: str) -> None:
    """Refuses what makes a link of a name: it stands in mails that go to addresses which nobody has proven."""
    folded = value.casefold()
    if any(mark in folded for mark in ("://", "www.", "<", ">")):
        raise ValidationError(
            _("Write this without an address on the web, and without “<” and “>”."), code="link"
        )


def only_line_breaks(value: str) -> None:
    """The same for longer texts, in which lines may end."""
    without_control_characters(value.translate({ord(character): None for character in LINE_BREAKS}))


def _is_unprintable(character: str) -> bool:
    code = ord(character)
    is_noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE  # The Unicode Standard, 23.7
    return is_noncharacter or unicodedata.category(character) in ("Cc", "Cs")
