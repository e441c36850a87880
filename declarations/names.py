"""Names that look like others, or like what they are not: for a human to look at, never refused by themselves.

After Unicode's UTS 39 (Security Mechanisms), with a small table of our own: letters that Latin, Greek and Cyrillic
writing have in common to the eye. It knows what people could take for each other on a page of European
organisations, and no more.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

# Small letters, as they are left after folding case and accents, and the Latin letter they look like.
CONFUSABLES = str.maketrans(
    {
        # Greek
        **dict(zip("αβγεζηικμνορςτυχω", "abyeznikuvopctuxw", strict=True)),
        # Cyrillic
        **dict(zip("авгеёзикмнорстухьѕіјԁԛԝһѵ", "abree3ukmhopctyxbsijdqwhv", strict=True)),
        # Latin letters that carry a stroke, a hook or no dot, and that no folding of accents reaches
        **dict(zip("ıłøđħŧƒɑɡ", "ilodhtfag", strict=True)),
        "æ": "ae",
        "œ": "oe",
        "þ": "p",
        "ð": "d",
        # Digits and signs
        "0": "o",
        "1": "l",
        "|": "l",
        "’": "'",
        "ʼ": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
    }
)
# What case folding makes of capitals that look like another letter than the small one does.
CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТУХԌԚԜҺ", "ABEZHIKMNOPTYXABESIJKMHOPCTYXGQWH")
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
DIRECTION = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Not of Unicode's category “format”, and seen by nobody all the same.
BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


class Flag(models.TextChoices):
    """What a name has that a human should look at."""

    MIXED_SCRIPTS = "mixed_scripts", _("letters of several scripts in one word")
    INVISIBLE = "invisible", _("invisible characters")
    DIRECTION = "direction", _("characters that change the direction of writing")
    NOT_COMPOSED = "not_composed", _("accents written apart from their letters")


def flags_of(name: str) -> list[Flag]:
    """What there is to look at in a name by itself, in the order of `Flag`; empty for nearly all."""
    found = {
        Flag.MIXED_SCRIPTS: any(len(scripts_of(word)) > 1 for word in words_of(name)),
        Flag.INVISIBLE: any(is_invisible(character) for character in name),
        Flag.DIRECTION: any(character in DIRECTION for character in name),
        Flag.NOT_COMPOSED: not unicodedata.is_normalized("NFC", name),
    }
    return [flag for flag in Flag if found[flag]]


def words_of(text: str) -> list[str]:
    """Runs of letters and their accents: a hyphen or an apostrophe parts two words."""
    parted = (
        each if each.isalpha() or unicodedata.combining(each) or is_invisible(each) else " " for each in text
    )
    return "".join(parted).split()


def scripts_of(word: str) -> set[str]:
    """Which of the three scripts of Europe a word has letters of."""
    names = (unicodedata.name(character, "") for character in word if character.isalpha())
    return {script for name in names for script in SCRIPTS if name.startswith(script)}


def is_invisible(character: str) -> bool:
    """Nothing is seen of it, and it turns no direction; spaces are seen."""
    if character in DIRECTION:
        return False
    is_tag_or_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e01ef"
    return unicodedata.category(character) == "Cf" or character in BLANK or is_tag_or_selector


@lru_cache(maxsize=20_000)
def skeleton(name: str) -> str:
    """What a name looks like at a glance: two names with the same skeleton may be taken for each other."""
    seen = "".join(each for each in name if not is_invisible(each) and each not in DIRECTION)
    plain = _without_accents(_without_accents(seen).translate(CAPITALS).casefold()).translate(CONFUSABLES)
    return " ".join("".join(each if each.isalnum() else " " for each in plain).split()).replace("rn", "m")


def bare(name: str) -> str:
    """The skeleton without what stands in brackets and what only says that it is a town: “Turin (city)” is “turin”."""
    words = skeleton(BRACKETS.sub(" ", name)).split()
    return " ".join(word for word in words if word not in GENERIC) or skeleton(name)


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFKC", "".join(each for each in apart if not unicodedata.combining(each)))


BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# Said of many places in the languages of the offices, and distinguishing none.
TOWNS = """
    city town municipality council of the ville commune mairie de la le du des stad gemeente stadt gemeinde
    landeshauptstadt comune città di municipio ayuntamiento ciudad del cidade município câmara municipal
    miasto gmina urząd dome pilsēta δήμος
"""
GENERIC = {skeleton(word) for word in TOWNS.split()}
