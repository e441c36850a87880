"""What somebody should look at in the texts of a declaration before they are frozen; none of it refuses them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from declarations import names, parallel
from declarations.documents import language_name
from declarations.markup import blocks, refused_links
from declarations.models import TextVersion

EXAMPLES = 5  # of one kind in one text; who mends them finds the others
SPACES = " \t\r\n\u00a0\u202f\u2009"  # in a word processor's text, and harmless


def warnings_of(texts: list[TextVersion]) -> list[str]:
    """Sentences in the reader's language, those about all texts together first."""
    sentences = list(_missing_articles(texts))
    for text in texts:
        sentences += _in_one(text)
    return sentences


def _missing_articles(texts: list[TextVersion]) -> Iterator[str]:
    for number, places in parallel.missing_articles([text.body for text in texts]):
        for place in places:
            yield _("Article %(number)s is missing in the text in %(language)s.") % {
                "number": number,
                "language": language_name(texts[place].language),
            }


def _in_one(text: TextVersion) -> Iterator[str]:
    language = language_name(text.language)
    for number in repeated_numbers(text.body):
        yield _("%(language)s: the number %(number)s stands before two articles under one heading.") % {
            "language": language,
            "number": number,
        }
    if not unicodedata.is_normalized("NFC", text.body):
        yield _(
            "%(language)s: some accents are written apart from their letters. Save the texts once, and they are joined."
        ) % {"language": language}
    for line, character in _first(strange_characters(text.body)):
        yield _(
            "%(language)s, line %(line)d: a character that is not seen, or turns the writing round (%(name)s)."
        ) % {
            "language": language,
            "line": line,
            "name": named(character),
        }
    for line, word in _first(mixed_words(text.body)):
        yield _("%(language)s, line %(line)d: “%(word)s” has letters of several scripts.") % {
            "language": language,
            "line": line,
            "word": word,
        }
    for written in refused_links(text.body)[:EXAMPLES]:
        yield _(
            "%(language)s: “%(link)s” stays text. A link leads to http://…, https://… or mailto:… and has no spaces."
        ) % {"language": language, "link": written}


def repeated_numbers(body: str) -> list[str]:
    """Numbers that come twice without a heading between them."""
    twice: list[str] = []
    seen: set[str] = set()
    for block in blocks(body):
        if block.kind == "heading":
            seen = set()
        elif block.kind == "article":
            if block.number in seen:
                twice.append(block.number)
            seen.add(block.number)
    return twice


def strange_characters(body: str) -> Iterator[tuple[int, str]]:
    """Characters that nobody sees, or that change the direction of writing, with the number of their line."""
    for line, words in enumerate(body.split("\n"), start=1):
        for character in words:
            is_control = unicodedata.category(character) in ("Cc", "Co", "Cn") and character not in SPACES
            if is_control or character in names.DIRECTION or names.is_invisible(character):
                yield line, character


def mixed_words(body: str) -> Iterator[tuple[int, str]]:
    """Words with letters of more than one of Latin, Greek and Cyrillic, with the number of their line."""
    for line, words in enumerate(re.sub(r"[0-9]", " ", body).split("\n"), start=1):
        for word in names.words_of(words):
            if len(names.scripts_of(word)) > 1:
                yield line, word


def named(character: str) -> str:
    """A character as one can look it up: U+200B ZERO WIDTH SPACE."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _first(found: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """The first of each kind, so that a text full of them does not fill the page."""
    kept: dict[str, tuple[int, str]] = {}
    for line, what in found:
        kept.setdefault(what, (line, what))
        if len(kept) == EXAMPLES:
            break
    return list(kept.values())
