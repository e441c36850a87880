"""An agenda as a timetable: time down in rows of five minutes, what overlaps side by side.

The classes are those of the programme's own timetable (docs/look.md). All is formatted here, once: in the
template it would be the dearest part of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from programme.at_hand import Programme
from programme.places import PracticalMatters
from programme.timetable import MOST_COLUMNS, MOST_ROWS, STEP, row_css, span_css
from programme.wording import SessionLine
from registration.agenda.entries import AgendaEntry
from registration.agenda.gaps import Gap, full_kinds_of, gaps_of
from registration.agenda.standing import Seats
from registration.agenda.ways import Way, way_to
from registration.agenda.words import Mark, change_word, mark_of
from registration.identities import IdentityState

# The free time before the first entry and after the last one is no longer than this on the page.
LONGEST_MARGIN = timedelta(hours=1)


@dataclass
class Block:
    """One entry, as it stands in the day."""

    entry: AgendaEntry
    line: SessionLine
    mark: Mark
    facts: str  # “to 11:00 · Room 2”
    way: Way | None
    practical: PracticalMatters | None
    identity: IdentityState | None
    also_starred: bool
    change: str
    address: str
    css: str = ""


@dataclass
class GapBlock:
    gap: Gap
    shown: Sequence[tuple[str, str, str]]  # of each session that fits: address, title, facts
    css: str = ""


@dataclass
class Slot:
    """What begins at one time."""

    time: str
    iso: str
    css: str
    blocks: list[Block] = field(default_factory=list)
    gaps: list[GapBlock] = field(default_factory=list)


@dataclass
class AgendaDay:
    on: date
    iso: str
    name: str
    css: str = ""
    slots: list[Slot] = field(default_factory=list)


def days_of(
    entries: Sequence[AgendaEntry],
    programme: Programme,
    *,
    seats: Seats | None = None,
    now: datetime | None = None,
    address: str = "",
) -> list[AgendaDay]:
    """Every day of the programme once something is chosen on any; for others (without `seats`) those alone.

    The gaps come with `now`. `address` is that of a session's page of one's own, with 000000 for the code.
    """
    if not entries:
        return []
    chosen: dict[date, list[AgendaEntry]] = {}
    for entry in entries:
        chosen.setdefault(entry.line.starts_at.date(), []).append(entry)
    full_kinds = full_kinds_of(entries, seats) if seats else ()
    days = []
    for on, group in groupby(programme.lines.values(), key=lambda line: line.starts_at.date()):
        lines = list(group)
        of_day = chosen.get(on, [])
        if not of_day and seats is None:
            continue
        gaps = [] if now is None else gaps_of(of_day, lines, programme, seats or Seats(), now, full_kinds)
        days.append(_day(AgendaDay(on, on.isoformat(), lines[0].day), of_day, gaps, programme, address))
    return days


def _day(
    day: AgendaDay,
    entries: Sequence[AgendaEntry],
    gaps: Sequence[Gap],
    programme: Programme,
    address: str,
) -> AgendaDay:
    if not entries:
        return day
    earliest = min(entry.line.starts_at for entry in entries)
    spans = [_span(gap, earliest) for gap in gaps]
    first = min([earliest, *(start for start, _end in spans)])
    first -= timedelta(minutes=first.minute % 5, seconds=first.second, microseconds=first.microsecond)
    lanes, most = _lanes([*((one.line.starts_at, one.line.ends_at) for one in entries), *spans])
    end = max([*(entry.line.ends_at for entry in entries), *(end for _start, end in spans)])
    is_grid = most <= MOST_COLUMNS and _steps(first, end) <= MOST_ROWS
    day.css = f"rooms-{most}" if is_grid else ""
    until = _("to %(time)s")
    slots: dict[datetime, Slot] = {}

    def slot(moment: datetime) -> Slot:
        row = row_css(max(0, _steps(first, moment)) + 1) if is_grid else ""
        return slots.setdefault(moment, Slot(f"{moment:%H:%M}", moment.isoformat(), row))

    for entry, lane in zip(entries, lanes, strict=False):
        line = entry.line
        block = Block(
            entry,
            line,
            mark_of(entry),
            " · ".join(filter(None, [until % {"time": line.ends}, line.room])),
            way_to(entry, entries, programme) if not line.is_cancelled else None,
            entry.practical if line.row.departs_at or line.row.text("meeting_point") else None,
            entry.identity,
            bool(entry.starred_at) and (entry.is_booked or entry.wait is not None or entry.is_speaking),
            change_word(entry),
            address.replace("000000", line.row.code),
        )
        place = f"{_rows(first, line.starts_at, line.ends_at)} {lane}" if is_grid else ""
        block.css = " ".join(
            filter(None, ["cell", line.css, place, "is-cancelled" if line.is_cancelled else ""])
        )
        slot(line.starts_at).blocks.append(block)
    for gap, (start, until_then), lane in zip(gaps, spans, lanes[len(entries) :], strict=True):
        place = f" {_rows(first, start, until_then)} {lane}" if is_grid else ""
        shown = [
            (address.replace("000000", one.line.row.code), one.line.title, one.facts) for one in gap.shown
        ]
        # The hour it really begins, unless that row is another's.
        slot(gap.starts_at if start < earliest else start).gaps.append(
            GapBlock(gap, shown, f"cell gap{place}")
        )
    day.slots = [slots[moment] for moment in sorted(slots)]
    return day


def _span(gap: Gap, first: datetime) -> tuple[datetime, datetime]:
    """From when to when it takes room on the page; `first` is when the first entry of the day begins."""
    if gap.before is not None:
        end = gap.ends_at if gap.after is not None else min(gap.ends_at, gap.starts_at + LONGEST_MARGIN)
        return gap.starts_at, end
    # Before all that takes time; what is only starred may stand beside it.
    if gap.after is None and first > gap.starts_at:
        return max(gap.starts_at, first - LONGEST_MARGIN), first
    if gap.after is None:
        return gap.starts_at, min(gap.ends_at, gap.starts_at + LONGEST_MARGIN)
    return max(gap.starts_at, min(first, gap.ends_at - LONGEST_MARGIN)), gap.ends_at


def _lanes(spans: Sequence[tuple[datetime, datetime]]) -> tuple[list[str], int]:
    """For each span the class of its column; those that overlap stand side by side. How many columns at most."""
    lanes = [""] * len(spans)
    most = 1
    cluster: list[tuple[int, int]] = []
    until: datetime | None = None

    def close() -> None:
        for at, lane in cluster:
            lanes[at] = f"c{lane + 1}" if len(cluster) > 1 else "wide"

    for at in sorted(range(len(spans)), key=spans.__getitem__):
        start, end = spans[at]
        if until is None or start >= until:
            close()
            cluster, until = [], end
        used = {lane for other, lane in cluster if spans[other][0] < end and start < spans[other][1]}
        lane = next(number for number in range(len(cluster) + 1) if number not in used)
        cluster.append((at, lane))
        most = max(most, lane + 1)
        until = max(until, end)
    close()
    return lanes, most


def _rows(first: datetime, start: datetime, end: datetime) -> str:
    row, until = _steps(first, start), _steps(first, end)
    return f"{row_css(row + 1)} {span_css(until - row)}"


def _steps(first: datetime, moment: datetime) -> int:
    return int((moment - first).total_seconds()) // STEP
