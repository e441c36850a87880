"""Who and what would be in two places at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from programme.models import ReleasedSession

Pair = tuple[ReleasedSession, ReleasedSession]


def room_clashes(rows: Iterable[ReleasedSession]) -> Iterator[tuple[int, Pair]]:
    """Each room's id with two sessions that take place in it at one time, the earlier first."""
    return _clashes(rows, lambda row: [row.room_id] if row.room_id else [])


def speaker_clashes(rows: Iterable[ReleasedSession]) -> Iterator[tuple[int, Pair]]:
    """Each speaker's id with two sessions at one time that count on them, the earlier first."""
    return _clashes(rows, lambda row: {appearance["speaker"] for appearance in row.appearances})


def _clashes(
    rows: Iterable[ReleasedSession], keys: Callable[[ReleasedSession], Iterable[int]]
) -> Iterator[tuple[int, Pair]]:
    by_key = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.starts_at, row.pk)):
        if not row.is_cancelled:
            for key in keys(row):
                by_key[key].append(row)
    for key, in_order in by_key.items():
        for position, earlier in enumerate(in_order):
            for later in in_order[position + 1 :]:
                if later.starts_at >= earlier.ends_at:
                    break
                yield key, (earlier, later)
