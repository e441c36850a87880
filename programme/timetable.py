"""Where each session stands in the timetable: time down in rows of five minutes, rooms across.

The classes are those of docs/look.md. A session without a room (a break, a field visit, all of an old edition's
programme) takes the columns that are free beside it; where there are none, the day gets columns of its own for
them. A day that does not fit (more than twelve columns, or eighteen hours) is a plain list by time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from programme.models import Room, SessionKind
from programme.wording import SessionLine

MOST_COLUMNS = 12
MOST_ROWS = 216
LONGEST_SPAN = 144
STEP = 5 * 60  # seconds
ROWS_OF_AN_HOUR = 12
WIDE = {SessionKind.Colour.PLENARY, SessionKind.Colour.QUIET}


@dataclass
class Cell:
    """One place in the timetable, with one session, or with several of one kind at one time."""

    lines: list[SessionLine]
    columns: range = range(0)  # of the day's, from 0; empty while it has none
    css: str = ""
    until: str = ""  # “to 11:00”
    room_css: str = "only-list"  # the column says the room already

    def __post_init__(self) -> None:
        # Asked hundreds of times for one page; those added to the cell later are of the same kind and time.
        self.first = self.lines[0]
        self.starts_at, self.ends_at = self.first.starts_at, self.first.ends_at

    @property
    def is_shared(self) -> bool:
        return len(self.lines) > 1

    @property
    def label(self) -> str:
        if not self.is_shared:
            return self.first.kind
        return self.first.row.kind.name_plural or self.first.kind

    def overlaps(self, other: Cell) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass
class Slot:
    """What begins at one time."""

    time: str
    iso: str
    css: str
    cells: list[Cell]


@dataclass
class Day:
    on: date
    name: str
    column_names: list[str] = field(default_factory=list)
    has_rooms: bool = False
    is_grid: bool = True
    slots: list[Slot] = field(default_factory=list)


def days(lines: Iterable[SessionLine]) -> list[Day]:
    """The days in order; a session after midnight belongs to the day it begins on."""
    in_order = sorted(lines, key=lambda line: line.starts_at)
    return [_day(list(group)) for _on, group in groupby(in_order, key=lambda line: line.starts_at.date())]


def _day(lines: Sequence[SessionLine]) -> Day:
    day = Day(on=lines[0].starts_at.date(), name=lines[0].day)
    rooms = _rooms(lines)
    cells = _cells(lines, only_visits=True)
    columns = _place(cells, rooms)
    if columns > MOST_COLUMNS:
        cells = _cells(lines, only_visits=False)
        columns = _place(cells, rooms)
    first = lines[0].starts_at.replace(second=0, microsecond=0)
    first -= timedelta(minutes=first.minute % 5)
    last = max(_steps(first, cell.starts_at) + 1 for cell in cells)
    day.is_grid = columns <= MOST_COLUMNS and last <= MOST_ROWS
    day.has_rooms = bool(rooms)
    day.column_names = [room.name for room in rooms]
    day.column_names += [_("Elsewhere")] * (columns - len(rooms))
    until = _("to %(time)s")
    for cell in cells:
        cell.css = _classes(cell, first, columns)
        # Formatted here, once each: in the template it would be the dearest part of the page.
        cell.until = until % {"time": cell.first.ends}
        room = cell.first.row.room
        if room is not None and cell.columns != range(rooms.index(room), rooms.index(room) + 1):
            cell.room_css = "room"
    for start, group in groupby(sorted(cells, key=_reading_order), key=lambda cell: cell.starts_at):
        row = _steps(first, start) + 1
        day.slots.append(Slot(f"{start:%H:%M}", start.isoformat(), row_css(row), list(group)))
    return day


def _rooms(lines: Sequence[SessionLine]) -> list[Room]:
    rooms = {line.row.room.pk: line.row.room for line in lines if line.row.room}
    return sorted(rooms.values(), key=lambda room: (room.order, room.pk))


def _cells(lines: Sequence[SessionLine], *, only_visits: bool) -> list[Cell]:
    """A cell a session; field visits (or all, where space is short) without a room share one by kind and time."""
    cells: list[Cell] = []
    shared: dict[tuple[object, ...], Cell] = {}
    for line in lines:
        row = line.row
        if row.room is None and (not only_visits or row.kind.colour == SessionKind.Colour.VISIT):
            key = (row.kind.pk, line.starts_at, line.ends_at)
            if key in shared:
                shared[key].lines.append(line)
                continue
            cell = shared[key] = Cell([line])
        else:
            cell = Cell([line])
        cells.append(cell)
    return cells


def _place(cells: Sequence[Cell], rooms: Sequence[Room]) -> int:
    """Gives every cell its columns; how many the day has."""
    position = {room.pk: number for number, room in enumerate(rooms)}
    fixed: list[Cell] = []
    floating: list[Cell] = []
    # Those that take place come first: a cancelled session makes way where its room was given to another.
    for cell in sorted(cells, key=lambda cell: cell.first.is_cancelled):
        room = cell.first.row.room
        cell.columns = range(position[room.pk], position[room.pk] + 1) if room else range(0)
        taken = any(other.columns == cell.columns and other.overlaps(cell) for other in fixed)
        (floating if room is None or taken else fixed).append(cell)
    groups = [_lanes(group) for group in _neighbours(floating)]
    extra = 0
    for lanes in groups:
        if len(_free(lanes, fixed, len(rooms))) < len(lanes):
            extra = max(extra, len(lanes))
    columns = max(len(rooms) + extra, 1)
    for lanes in groups:
        free = _free(lanes, fixed, columns)
        for number, lane in enumerate(lanes):
            share = range(
                free[0] + number * len(free) // len(lanes), free[0] + (number + 1) * len(free) // len(lanes)
            )
            for cell in lane:
                cell.columns = share
    for cell in fixed:
        alone = not any(other is not cell and other.overlaps(cell) for other in cells)
        if alone and cell.first.row.kind.colour in WIDE:
            cell.columns = range(columns)
    return columns


def _neighbours(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The cells in groups that no moment without any of them separates."""
    groups: list[list[Cell]] = []
    end: datetime | None = None
    for cell in sorted(cells, key=_reading_order):
        if end is None or cell.starts_at >= end:
            groups.append([])
            end = cell.ends_at
        groups[-1].append(cell)
        end = max(end, cell.ends_at)
    return groups


def _lanes(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The fewest lanes in which no two cells overlap."""
    lanes: list[list[Cell]] = []
    for cell in cells:
        lane = next((lane for lane in lanes if lane[-1].ends_at <= cell.starts_at), None)
        if lane is None:
            lanes.append([cell])
        else:
            lane.append(cell)
    return lanes


def _free(lanes: Sequence[Sequence[Cell]], fixed: Sequence[Cell], columns: int) -> range:
    """The longest run of columns that nothing with a room takes beside these cells."""
    used = {
        column
        for other in fixed
        if any(other.overlaps(cell) for lane in lanes for cell in lane)
        for column in other.columns
    }
    best = run = range(0)
    for column in range(columns):
        run = range(column + 1, column + 1) if column in used else range(run.start, column + 1)
        best = max(best, run, key=len)
    return best


def _classes(cell: Cell, first: datetime, columns: int) -> str:
    start, end = _steps(first, cell.starts_at), _steps(first, cell.ends_at)
    classes = ["cell", cell.first.css, row_css(start + 1), span_css(end - start)]
    if len(cell.columns) == columns:
        classes.append("wide")
    else:
        classes.append(f"c{cell.columns.start + 1}")
        if len(cell.columns) > 1:
            classes.append(f"w{len(cell.columns)}")
    if all(line.is_cancelled for line in cell.lines):
        classes.append("is-cancelled")
    return " ".join(classes)


def row_css(row: int) -> str:
    """The classes of a row, counted from 1: its place within the hour, and the hour after the first."""
    hours, rest = divmod(row - 1, ROWS_OF_AN_HOUR)
    return f"r{rest + 1} h{hours}" if hours else f"r{rest + 1}"


def span_css(rows: int) -> str:
    """The classes of so many rows: one at least, twelve hours at most."""
    hours, rest = divmod(min(max(rows, 1), LONGEST_SPAN) - 1, ROWS_OF_AN_HOUR)
    return f"s{rest + 1} l{hours}" if hours else f"s{rest + 1}"


def _steps(first: datetime, moment: datetime) -> int:
    # Both at the venue, so subtracted by the clock on its wall: the night the clocks change has no session.
    return int((moment - first).total_seconds()) // STEP


def _reading_order(cell: Cell) -> tuple[object, ...]:
    room = cell.first.row.room
    return (
        cell.starts_at,
        cell.first.row.kind.order,
        room.order if room else 0,
        cell.columns.start,
        # In the order of their entry, so that the second part of a workshop stands below its first.
        cell.first.row.pk,
    )
