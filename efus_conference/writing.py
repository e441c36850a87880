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


def without_control_characters(value: str) -> None:
    """Refuses what is no writing: control characters, and marks that turn the direction of what follows."""
    # The field itself refuses a null character, and once is enough.
    controls = {character for character in value if unicodedata.category(character) in ("Cc", "Cs")} - {"\0"}
    if controls or DIRECTION_MARKS.search(value):
        raise ValidationError(NOT_PRINTABLE, code="control")


def only_line_breaks(value: str) -> None:
    """The same for longer texts, in which lines may end."""
    without_control_characters(value.translate({ord(character): None for character in LINE_BREAKS}))
