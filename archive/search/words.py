"""What a reader typed, as words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_QUERY = 300  # characters that are read
MOST_WORDS = 10
SHORTEST_WORD = 2
SHORTEST_FORGIVEN = 4  # of a shorter word nearly every other is one typo away


@dataclass(frozen=True)
class Question:
    """The words to look for, each once, in lower case; operators and signs mean nothing here."""

    text: str
    words: tuple[str, ...]
    is_cut: bool

    @property
    def short(self) -> str:
        """What of it is read, for addresses."""
        return self.text[:LONGEST_QUERY]


def question(typed: str) -> Question:
    text = " ".join(typed.split())
    read = unicodedata.normalize("NFKC", text[:LONGEST_QUERY]).lower()
    found = list(dict.fromkeys(word for word in re.findall(r"[^\W_]+", read) if len(word) >= SHORTEST_WORD))
    return Question(
        text=text,
        words=tuple(found[:MOST_WORDS]),
        is_cut=len(text) > LONGEST_QUERY or len(found) > MOST_WORDS,
    )


def can_be_forgiven(word: str) -> bool:
    return len(word) >= SHORTEST_FORGIVEN and not any(letter.isdigit() for letter in word)


def is_one_typo(typed: str, meant: str) -> bool:
    """Whether one letter is too many, missing or another one, or two neighbours changed places."""
    if len(typed) > len(meant):
        return is_one_typo(meant, typed)
    same = next((at for at, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), len(typed))
    rest, other = typed[same:], meant[same:]
    if len(typed) < len(meant):
        return rest == other[1:]
    swapped = len(rest) > 1 and rest[1] + rest[0] + rest[2:] == other
    return typed != meant and (rest[1:] == other[1:] or swapped)
