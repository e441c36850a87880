"""The line of editions, from Montreal 1989 to today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from efus_conference.models import Edition

LONGEST_GAP = 9  # the look has no wider one


@dataclass(frozen=True)
class Stop:
    """One edition on the line; `gap` is the number of years to the next one, None for the last."""

    edition: Edition
    gap: int | None


def line(editions: Iterable[Edition]) -> list[Stop]:
    listed = list(editions)
    stops = [
        Stop(earlier, min(max(later.year - earlier.year, 1), LONGEST_GAP))
        for earlier, later in pairwise(listed)
    ]
    return stops + [Stop(last, None) for last in listed[-1:]]
