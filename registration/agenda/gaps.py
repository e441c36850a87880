"""The gaps of a day, and which sessions still have room in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from programme.at_hand import Programme
from programme.models import ReleasedSession, SessionKind
from programme.wording import SessionLine
from registration.agenda.entries import AgendaEntry
from registration.agenda.standing import Seats
from registration.agenda.ways import walk
from registration.agenda.words import spoken_duration

SHORTEST = timedelta(minutes=15)
MOST_SHOWN = 8


@dataclass(frozen=True)
class Suggestion:
    """A session that fits; `seats` are those open, None where none are booked."""

    line: SessionLine
    seats: int | None

    @property
    def facts(self) -> str:
        """“14:00–15:30 · Workshop · 12 seats left”."""
        facts = f"{self.line.starts}–{self.line.ends} · {self.line.kind}"
        if self.seats is None:
            return facts
        left = ngettext("%(count)d seat left", "%(count)d seats left", self.seats) % {"count": self.seats}
        return f"{facts} · {left}"


@dataclass(frozen=True)
class Gap:
    """A time of the day in which one has to be nowhere, `before` and `after` what is beside it."""

    starts_at: datetime
    ends_at: datetime
    before: AgendaEntry | None = None
    after: AgendaEntry | None = None
    fitting: Sequence[Suggestion] = field(default=())

    @property
    def length(self) -> str:
        return spoken_duration(self.ends_at - self.starts_at)

    @property
    def shown(self) -> Sequence[Suggestion]:
        return self.fitting[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.fitting) - MOST_SHOWN)


def gaps_of(
    entries: Sequence[AgendaEntry],
    lines: Sequence[SessionLine],
    programme: Programme,
    seats: Seats,
    now: datetime,
    full_kinds: Collection[int] = (),
) -> list[Gap]:
    """Between the first and the last session of a day (`lines` are all of it), where one has to be nowhere.

    A star or a wait takes no time: one may still choose otherwise; a seat that is offered does. Before the first
    such entry and after the last one only where something fits. Of `full_kinds`, by id, no more seats can be
    booked, and breaks are no choice.
    """
    present = [entry for entry in entries if not entry.released.is_cancelled]
    if not present:
        return []
    taking = sorted(
        (entry for entry in present if entry.is_fixed or entry.is_offered),
        key=lambda entry: (entry.line.starts_at, entry.line.ends_at),
    )
    takes_place = [line for line in lines if not line.is_cancelled]
    chosen = {entry.line.row.pk for entry in entries}
    open_lines = [
        Suggestion(line, seats.open.get(line.row.pk))
        for line in takes_place
        if line.row.pk not in chosen
        and line.starts_at > now
        and not _is_pause(line.row, seats)
        and seats.open.get(line.row.pk, 1) > 0
        and (line.row.kind_id not in full_kinds or line.row.pk not in seats.open)
    ]
    gaps = []
    before: AgendaEntry | None = None
    last = min(line.starts_at for line in takes_place)
    end = max(line.ends_at for line in takes_place)
    for after in [*taking, None]:
        until = after.line.starts_at if after else end
        if until - last >= SHORTEST:
            fitting = [one for one in open_lines if _fits(one.line, before, after, last, until, programme)]
            if fitting or (before and after):
                gaps.append(Gap(last, until, before, after, fitting))
        if after is not None and after.line.ends_at >= last:
            last, before = after.line.ends_at, after
    return gaps


def full_kinds_of(entries: Sequence[AgendaEntry], seats: Seats) -> set[int]:
    """The kinds, by id, of which one has as many seats as one person may have."""
    booked = Counter(entry.released.kind_id for entry in entries if entry.is_booked)
    return {kind for kind, most in seats.limits.items() if booked[kind] >= most}


def _is_pause(row: ReleasedSession, seats: Seats) -> bool:
    """A break, a meal, a reception: of a quiet kind, without seats of its own and without speakers."""
    return row.kind.colour == SessionKind.Colour.QUIET and row.pk not in seats.open and not row.appearances


def _fits(
    line: SessionLine,
    before: AgendaEntry | None,
    after: AgendaEntry | None,
    start: datetime,
    end: datetime,
    programme: Programme,
) -> bool:
    """With the way from the session before it and to the one after it."""
    if line.starts_at < start or line.ends_at > end:
        return False
    return (
        line.starts_at >= start + walk(before.released if before else None, line.row, programme)
        and line.ends_at + walk(line.row, after.released if after else None, programme) <= end
    )
