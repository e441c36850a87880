"""What people were promised by a page, compared with what the database has afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.storm import Person


def differences(
    people: Iterable[Person], seats: Sequence[Sequence[Any]], waits: Sequence[Sequence[Any]]
) -> list[str]:
    """A sentence for each kind of difference; empty when nothing was lost and nothing doubled.

    `seats` are [registration, code] of every seat that stands, `waits` [registration, code, status] of everyone
    who ever waited, in the order of the list.
    """
    people = list(people)
    there = Counter((registration, code) for registration, code in seats)
    promised = Counter((person.registration, code) for person in people for code in person.seats)
    found = []
    if lost := promised - there:
        found.append(f"{lost.total()} seats were confirmed and are not there: {_some(lost)}")
    if extra := there - promised:
        found.append(f"{extra.total()} seats are there that no page confirmed: {_some(extra)}")
    asked = {(person.registration, code): span for person in people for code, *span in person.waits}
    listed = [(registration, code) for registration, code, _status in waits]
    if unlisted := Counter(asked.keys()) - Counter(listed):
        found.append(
            f"{unlisted.total()} people were put on a waiting list and are not on it: {_some(unlisted)}"
        )
    if overtaken := _overtaken(listed, asked):
        found.append(
            f"{len(overtaken)} people stand behind someone who asked after they were on the list: {overtaken[:3]}"
        )
    return found


def _overtaken(
    listed: Sequence[tuple[int, str]], asked: dict[tuple[int, str], list[float]]
) -> list[tuple[int, str]]:
    """Whose answer had come before someone ahead of them on the same list had asked."""
    latest: dict[str, float] = {}
    found = []
    for one in listed:
        if one not in asked:
            continue
        asked_at, answered_at = asked[one]
        if answered_at < latest.get(one[1], float("-inf")):
            found.append(one)
        latest[one[1]] = max(asked_at, latest.get(one[1], asked_at))
    return found


def _some(counted: Counter[tuple[int, str]]) -> str:
    return ", ".join(
        f"registration {registration}, session {code}" for registration, code in sorted(counted)[:3]
    )
