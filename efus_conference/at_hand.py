"""What is public, kept at hand in each process for the pages that are made for one reader.

A page of one's own is made for each request, but most of what it shows is the same for everyone: the editions in
header and footer, the programme. Each process keeps that as objects until the public version rises, or a moment
passes at which something changes by itself; the version is read once for each request, so nothing here is ever older
than the answer it goes into.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import connection

from efus_conference.kept import read_number, read_public_version, version_of

T = TypeVar("T")


class AtHand:
    """What is kept under one version. Ask `at_hand()` for it, once for each request.

    Nobody changes what `get` gives: other requests have the same objects.
    """

    def __init__(self, number: int | None = None, moments: list[datetime] | None = None) -> None:
        self.number = number
        self.moments = moments or []
        self.version = version_of(number or 0, self.moments)
        self._facts: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made when it was first asked for. Two threads at once may both make it."""
        if key not in self._facts:
            self._facts[key] = make()
        return cast("T", self._facts[key])


_kept = AtHand()


def at_hand() -> AtHand:
    """In one query while nothing changes. Within a transaction nothing is kept: what it changes raises the version
    only at its end.
    """
    global _kept
    if connection.in_atomic_block:
        return AtHand()
    # Read before the facts are: they are at least as new as the number says.
    number = read_number()
    kept = _kept
    if kept.number != number:
        kept = _kept = AtHand(*read_public_version())
    elif kept.version != version_of(number, kept.moments):
        kept = _kept = AtHand(number, kept.moments)
    return kept


def forget() -> None:
    """For tests, whose databases come and go under one process."""
    global _kept
    _kept = AtHand()
