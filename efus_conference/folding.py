"""Names as they are compared: accents, case and what joins their words aside."""

from __future__ import annotations

import unicodedata


def bare(name: str) -> str:
    """Lower case without accents, its words apart: “belgie” of “België”, “saint denis” of “Saint-Denis”."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(
        letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter)
    )
