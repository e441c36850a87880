"""Who and what would be in two places at once, or could not walk from one to the other in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TypeVar

from programme.models import ReleasedSession
from programme.walking import Ways

Pair = tuple[ReleasedSession, ReleasedSession]
Key = TypeVar("Key")


def room_clashes(rows: Iterable[ReleasedSession]) -> Iterator[tuple[int, Pair]]:
    """Each room's id with two sessions that take place in it at one time, the earlier first."""
    return _clashes(_by_key(rows, lambda row: [row.room_id] if row.room_id else []))


def speaker_clashes(rows: Iterable[ReleasedSession]) -> Iterator[tuple[int, Pair]]:
    """Each speaker's id with two sessions at one time that count on them, the earlier first."""
    return _clashes(_by_key(rows, _speakers))


def hurried_ways(rows: Iterable[ReleasedSession], ways: Ways) -> Iterator[tuple[int, Pair, int]]:
    """Each speaker's id with two sessions too close for the way between their rooms, and its minutes.

    The rooms have been read with their venue.
    """
    for speaker, in_order in _by_key(rows, _speakers).items():
        for position, later in enumerate(in_order):
            for earlier in in_order[:position]:
                gap = later.starts_at - earlier.ends_at
                minutes = ways.minutes(earlier.room, later.room)
                # Less than no gap is a clash, and said as one.
                if minutes is not None and timedelta() <= gap < timedelta(minutes=minutes):
                    yield speaker, (earlier, later), minutes


def _speakers(row: ReleasedSession) -> set[int]:
    return {appearance["speaker"] for appearance in row.appearances}


def _by_key(
    rows: Iterable[ReleasedSession], keys: Callable[[ReleasedSession], Iterable[Key]]
) -> Mapping[Key, list[ReleasedSession]]:
    """Those that take place, by room or person, in the order of their beginnings."""
    by_key = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.starts_at, row.pk)):
        if not row.is_cancelled:
            for key in keys(row):
                by_key[key].append(row)
    return by_key


def _clashes(by_key: Mapping[Key, list[ReleasedSession]]) -> Iterator[tuple[Key, Pair]]:
    for key, in_order in by_key.items():
        for position, earlier in enumerate(in_order):
            for later in in_order[position + 1 :]:
                if later.starts_at >= earlier.ends_at:
                    break
                yield key, (earlier, later)
