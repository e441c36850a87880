"""The way on foot from one session of the agenda to the next, and whether there is time for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import ngettext

from programme.at_hand import Programme
from programme.models import ReleasedSession
from programme.wording import SessionLine
from registration.agenda.entries import AgendaEntry
from registration.agenda.words import MINUTE, minutes_of


@dataclass(frozen=True)
class Way:
    """From one session to a later one of the same day; `minutes` on foot, `left` minutes between the two."""

    minutes: int
    left: int
    first: SessionLine
    second: SessionLine

    @property
    def is_short(self) -> bool:
        return self.minutes > self.left

    @property
    def sentence(self) -> str:
        """“10 minutes on foot from River Room; there are 5.”"""
        if self.is_short:
            sentence = ngettext(
                "%(count)d minute on foot from %(room)s, and there are %(left)d between the two.",
                "%(count)d minutes on foot from %(room)s, and there are %(left)d between the two.",
                self.minutes,
            )
        else:
            sentence = ngettext(
                "%(count)d minute on foot from %(room)s.",
                "%(count)d minutes on foot from %(room)s.",
                self.minutes,
            )
        return sentence % {"count": self.minutes, "room": self.first.room, "left": self.left}


def way_between(first: SessionLine, second: SessionLine, programme: Programme) -> Way | None:
    """None within one house, where the way is not known, and where they overlap or are on two days."""
    left = minutes_of(second.starts_at - first.ends_at)
    if (
        left < 0
        or first.starts_at.date() != second.starts_at.date()
        or _are_in_one_house(first.row, second.row)
    ):
        return None
    minutes = programme.minutes(first.row, second.row)
    return Way(minutes, left, first, second) if minutes else None


def way_to(entry: AgendaEntry, earlier: Sequence[AgendaEntry], programme: Programme) -> Way | None:
    """From the one that ended last before it; of two, the one where there is a seat."""
    before = [
        other
        for other in earlier
        if not other.released.is_cancelled and other.line.ends_at <= entry.line.starts_at
    ]
    if not before:
        return None
    last = max(before, key=lambda other: (other.line.ends_at, other.is_fixed))
    return way_between(last.line, entry.line, programme)


def walk(first: ReleasedSession | None, second: ReleasedSession | None, programme: Programme) -> timedelta:
    """How long to allow for the way; nothing within one house, and where it is not known."""
    if first is None or second is None or _are_in_one_house(first, second):
        return timedelta()
    return (programme.minutes(first, second) or 0) * MINUTE


def _are_in_one_house(first: ReleasedSession, second: ReleasedSession) -> bool:
    return first.room is not None and second.room is not None and first.room.venue_id == second.room.venue_id
