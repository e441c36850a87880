"""Whose turn it is: the rule of every waiting list, without a database.

First in, first out. A party that wants all its seats gathers what is freed until there is enough, or until the
cut-off; those behind it see only what it leaves. Nobody is skipped because they need more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True)
class Unit(Generic[Key]):
    """Those who are served together or not at all: a person, and who accompanies them.

    `needs` says how many of each kind of seat (False: ordinary, True: for a wheelchair).
    """

    key: Key
    needs: Mapping[bool, int]


@dataclass(frozen=True)
class Asking(Generic[Key]):
    """One party, its units in their order."""

    units: Sequence[Unit[Key]]
    wants_all: bool = False


def turns(free: Mapping[bool, int], parties: Iterable[Asking[Key]], *, is_cut_off: bool = False) -> list[Key]:
    """The units to be offered their seats now, in order."""
    left = Counter({kind: max(0, count) for kind, count in free.items()})
    served: list[Key] = []
    for party in parties:
        together = party.wants_all and not is_cut_off
        groups = [party.units] if together else [[unit] for unit in party.units]
        for group in groups:
            needed = sum((Counter(unit.needs) for unit in group), Counter[bool]())
            if all(left[kind] >= count for kind, count in needed.items()):
                served += [unit.key for unit in group]
                left -= needed
            else:
                # Gathered for them: what they need of each kind is not given to those behind.
                left -= Counter({kind: min(left[kind], count) for kind, count in needed.items()})
    return served
