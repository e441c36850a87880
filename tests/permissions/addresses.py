"""Every address of the site, read from its URL configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern, RegexPattern
from django.utils.translation import override

PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One pattern. `name` is as `reverse` takes it; of a nameless one it is the route."""

    name: str
    route: str
    has_language: bool
    is_regular: bool  # a regular expression, which only `reverse` can fill

    @property
    def fields(self) -> list[str]:
        """The names of what varies in it."""
        return re.findall(r"\(\?P<(\w+)>", self.route) if self.is_regular else PLACEHOLDER.findall(self.route)

    def path(self, values: dict[str, object], language: str) -> str:
        if self.is_regular:
            with override(language):
                return reverse(self.name, kwargs=values)
        filled = PLACEHOLDER.sub(lambda match: str(values[match[1]]), self.route)
        return f"/{language}/{filled}" if self.has_language else f"/{filled}"


def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns))


def _walk(
    patterns: Sequence[URLPattern | URLResolver],
    namespaces: tuple[str, ...] = (),
    route: str = "",
    has_language: bool = False,
) -> Iterator[Address]:
    for pattern in patterns:
        is_prefix = isinstance(pattern.pattern, LocalePrefixPattern)
        full = route if is_prefix else route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner, full, has_language or is_prefix)
        else:
            name = ":".join([*namespaces, pattern.name]) if pattern.name else full
            yield Address(name, full, has_language, isinstance(pattern.pattern, RegexPattern))
