"""The words in braces that organisers write into a message: filled in once, for each reader.

A value is text and nothing else: braces in somebody's name are braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDERS = ("given_name", "family_name", "organisation", "edition", "agenda")
IN_BRACES = re.compile(r"\{([^{}\n]{0,80})\}")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and means nothing, as it was written."""
    found = dict.fromkeys(IN_BRACES.findall(text))
    return [f"{{{name}}}" for name in found if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """All at once, so that nothing in a value is filled in again."""
    return IN_BRACES.sub(lambda match: values.get(match[1], match[0]), text)
