"""The timetable's filters: ?day= ?kind= ?theme= ?language= ?q=, which combine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from programme.languages import language_choices
from programme.models import Theme
from programme.wording import SessionLine

Choices = list[tuple[str, str]]
NAMES = ("day", "kind", "theme", "language")
LONGEST = 100  # characters of ?q= that are looked for
ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not take apart into a plain one and its mark.
UNMARKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class Chip:
    """One filter that is set, and the query that leaves it out."""

    name: str
    query: str


@dataclass(frozen=True)
class Choice:
    """One list to choose from, as the page prints it; its options are made here, many times faster than by widgets."""

    name: str
    label: str
    options: SafeString


class TimetableFilters:
    """Choices are what the programme has. A value it does not have is left out, with a sentence in `ignored`.

    `names` are those of the speakers whom the site may show, by id; only a search for words needs them.
    """

    def __init__(
        self,
        asked: Mapping[str, str],
        lines: Sequence[SessionLine],
        themes: Sequence[Theme],
        names: Mapping[int, str] | None = None,
    ) -> None:
        choices = {
            "day": _days(lines),
            "kind": _kinds(lines),
            "theme": [(theme.slug, theme.name) for theme in themes],
            "language": language_choices({code for line in lines for code in line.row.followed_in}),
        }
        given = {name: asked.get(name, "").strip() for name in NAMES}
        self.chosen = {name: value for name, value in given.items() if value in dict(choices[name])}
        self.ignored = [
            _sentence(name, value) for name, value in given.items() if value and name not in self.chosen
        ]
        self.words = " ".join(asked.get("q", "").split())
        if len(self.words) > LONGEST:
            self.words = self.words[:LONGEST]
            self.ignored.append(
                _("That is very long, so only its first %(count)s characters were looked for.")
                % {"count": LONGEST}
            )
        if self.words:
            self.chosen["q"] = self.words
        labels = {
            "day": (_("Day"), _("All days")),
            "kind": (_("Kind"), _("All kinds")),
            "theme": (_("Theme"), _("All themes")),
            "language": (_("I can follow it in"), _("Any language")),
        }
        self.choices = [
            Choice(name, label, _options([("", empty), *choices[name]], self.chosen.get(name, "")))
            for name, (label, empty) in labels.items()
            if choices[name]
        ]
        self.chips = [
            Chip(
                value if name == "q" else dict(choices[name])[value],
                urlencode({other: kept for other, kept in self.chosen.items() if other != name}),
            )
            for name, value in self.chosen.items()
        ]
        self._themes = {theme.slug: theme.pk for theme in themes}
        self._names = names or {}
        self._words = plain(self.words).split()

    def apply(self, lines: Sequence[SessionLine]) -> list[SessionLine]:
        return [line for line in lines if self._fits(line)] if self.chosen else list(lines)

    def _fits(self, line: SessionLine) -> bool:
        chosen, row = self.chosen, line.row
        if "day" in chosen and f"{line.starts_at:%Y-%m-%d}" != chosen["day"]:
            return False
        if "kind" in chosen and row.kind.slug != chosen["kind"]:
            return False
        if "theme" in chosen and self._themes[chosen["theme"]] not in row.theme_ids:
            return False
        if "language" in chosen and chosen["language"] not in row.followed_in:
            return False
        return not self._words or self._has_words(line)

    def _has_words(self, line: SessionLine) -> bool:
        """All of them, each anywhere in its texts of any language or in the names of who is there."""
        texts = [
            text.get(name, "")
            for text in line.row.texts.values()
            for name in ("title", "subtitle", "abstract")
        ]
        people = [self._names.get(appearance["speaker"], "") for appearance in line.row.appearances]
        written = plain("\n".join((*texts, *people)))
        return all(word in written for word in self._words)


def plain(text: str) -> str:
    """Without case and accents, so that “liege” finds “Liège”."""
    if text.isascii():
        return text.casefold()
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(UNMARKED)


def _options(choices: Choices, chosen: str) -> SafeString:
    return format_html_join(
        "\n",
        '<option value="{}" {}>{}</option>',
        ((value, "selected" if value == chosen else "", label) for value, label in choices),
    )


def _days(lines: Sequence[SessionLine]) -> Choices:
    return sorted({f"{line.starts_at:%Y-%m-%d}": line.day for line in lines}.items())


def _kinds(lines: Sequence[SessionLine]) -> Choices:
    kinds = {line.row.kind.pk: line.row.kind for line in lines}.values()
    return [
        (kind.slug, kind.name_plural or kind.name)
        for kind in sorted(kinds, key=lambda kind: (kind.order, kind.pk))
    ]


def _sentence(name: str, value: str) -> str:
    sentences = {
        "day": _("This programme has no day “%(value)s”, so all days are shown."),
        "kind": _("This programme has no kind of session “%(value)s”, so all kinds are shown."),
        "theme": _("This programme has no theme “%(value)s”, so all themes are shown."),
        "language": _(
            "No session of this programme can be followed in a language “%(value)s”, so all are shown."
        ),
    }
    return sentences[name] % {"value": Truncator(value).chars(60)}
