"""Who comes with whom: companions book, wait and swap together with their person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from babel.lists import format_list

from efus_conference.templatetags.dates import reader_s_locale
from programme.languages import reader


@dataclass(frozen=True)
class Companion:
    name: str
    kind: str


@dataclass
class Company:
    """The companions of a person; for a companion's own registration the person they accompany."""

    companions: list[Companion] = field(default_factory=list)
    accompanies: str = ""

    @property
    def count(self) -> int:
        """How many seats are booked together."""
        return 1 + len(self.companions)

    @property
    def names(self) -> str:
        """“Ann Example and Bo Example”."""
        return joined([companion.name for companion in self.companions])


def joined(names: Sequence[str]) -> str:
    return _joined(tuple(names), reader())


@lru_cache(maxsize=200)
def _joined(names: tuple[str, ...], language: str) -> str:
    return format_list(names, locale=reader_s_locale())
