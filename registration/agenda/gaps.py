"""The gaps of a day, and which sessions still have room in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from programme.at_hand import Programme
from programme.wording import SessionLine
from registration.agenda.entries import AgendaEntry
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
    """A time of the day with nothing of the agenda in it, `before` and `after` what is beside it."""

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
    open_seats: Mapping[int, int],
    now: datetime,
) -> list[Gap]:
    """Between the first and the last session of a day (`lines` are all of it), where nothing is chosen.

    Before the first entry and after the last one too, but there only where something fits.
    """
    taking = sorted(
        (entry for entry in entries if not entry.released.is_cancelled),
        key=lambda entry: (entry.line.starts_at, entry.line.ends_at),
    )
    if not taking:
        return []
    takes_place = [line for line in lines if not line.is_cancelled]
    chosen = {entry.line.row.pk for entry in entries}
    open_lines = [
        Suggestion(line, open_seats.get(line.row.pk))
        for line in takes_place
        if line.row.pk not in chosen and line.starts_at > now and open_seats.get(line.row.pk, 1) > 0
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
