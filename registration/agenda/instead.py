"""What keeps a seat from being taken as it is, and which seat it could be taken instead of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from registration.agenda.entries import AgendaEntry

Seat = TypeVar("Seat")


def limited_by(overlapped: Sequence[Seat], of_this_kind: Sequence[Seat], most: int | None) -> Sequence[Seat]:
    """The seats that fill the limit of `most`, those left out that the new one would replace."""
    if most is None:
        return ()
    counted = [seat for seat in of_this_kind if seat not in overlapped]
    return counted if len(counted) >= most else ()


def instead_of(overlapped: Sequence[Seat], of_this_kind: Sequence[Seat], most: int | None) -> Sequence[Seat]:
    """The seats of which one could go for a new one: the one at the same time, else those that fill the limit."""
    full = limited_by(overlapped, of_this_kind, most)
    if overlapped:
        return overlapped if len(overlapped) == 1 and not full else ()
    return full


@dataclass(frozen=True, kw_only=True)
class Obstacles:
    """What one has elsewhere: at the same time, or of the same kind where the edition limits its seats."""

    overlapped: Sequence[AgendaEntry] = field(default=())  # its own seats at the same time
    speaks_in: AgendaEntry | None = None  # at the same time, so that no seat can be booked
    most: int | None = None  # seats of this kind that one person may have
    of_this_kind: Sequence[AgendaEntry] = field(default=())  # seats that count towards the limit

    @property
    def limited_by(self) -> Sequence[AgendaEntry]:
        return limited_by(self.overlapped, self.of_this_kind, self.most)

    @property
    def instead_of(self) -> Sequence[AgendaEntry]:
        if self.speaks_in is not None:
            return ()
        return instead_of(self.overlapped, self.of_this_kind, self.most)

    @property
    def is_free_then(self) -> bool:
        return not (self.overlapped or self.speaks_in or self.limited_by)


def obstacles(here: AgendaEntry, own: Sequence[AgendaEntry], limits: Mapping[int, int]) -> Obstacles:
    """`own` is the whole agenda; `limits` are those of the edition, by the kind's id. No query."""
    others = [one for one in own if one.line is not here.line and one.is_fixed]
    same_time = [one for one in others if one.overlaps(here)]
    # A speaker's own session is nothing one may give up for another.
    speaks_in = next((one for one in same_time if one.is_speaking), None)
    kind = here.released.kind_id
    return Obstacles(
        overlapped=[one for one in same_time if one.is_booked and not one.is_speaking],
        speaks_in=None if here.is_speaking else speaks_in,
        most=limits.get(kind),
        of_this_kind=[one for one in others if one.is_booked and one.released.kind_id == kind],
    )
