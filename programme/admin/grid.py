"""An edition's drafts of one day as a grid: rooms across, time down, and what is wrong with each session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from efus_conference.models import Edition
from programme.actions import cautions
from programme.actions.comparison import change_of, is_waiting, released_row
from programme.actions.moving import Position, usual_length
from programme.actions.situation import Situation
from programme.languages import language_list
from programme.models import Room, Session
from programme.release_hooks import Concern, ReleaseWarning

STEP = 5  # minutes
SHOWN_FROM, SHOWN_TO = 8 * 60, 19 * 60  # minutes since midnight that every day shows
AROUND = 60  # minutes shown before the first and after the last session
SEEN_AS = 15  # minutes: a shorter session is drawn no lower than this
DAY = 24 * 60
SHORT = {
    Concern.ROOM: gettext_lazy("Room twice"),
    Concern.SPEAKER: gettext_lazy("Speaker twice"),
    Concern.WALKING: gettext_lazy("Way too long"),
    Concern.DAYS: gettext_lazy("Outside the days"),
}


@dataclass
class Cell:
    """One draft. `start` is in minutes since midnight, `length` in minutes; lanes stand side by side."""

    pk: int
    title: str
    code: str
    kind: str
    colour: str
    when: str
    start: int
    length: int
    room: str
    languages: str
    position: str
    edit_url: str
    move_url: str
    state: str
    state_label: str
    is_cancelled: bool
    warnings: list[ReleaseWarning] = field(default_factory=list)
    lane: int = 0
    lanes: int = 1

    @property
    def name(self) -> str:
        """What a screen reader says of it: all that the cell shows."""
        facts = [self.title, self.kind, self.when, self.room, self.state_label]
        return ", ".join(str(fact) for fact in (*facts, self.clash) if fact)

    @property
    def clash(self) -> str:
        """What is wrong with it, in as few words as fit a quarter of an hour."""
        return ", ".join(str(SHORT[one]) for one in dict.fromkeys(one.concern for one in self.warnings))


@dataclass
class Column:
    """A room, or what has none (`pk` is empty then)."""

    pk: str
    name: str
    detail: str
    cells: list[Cell] = field(default_factory=list)
    lanes: int = 1


@dataclass(frozen=True)
class DayTab:
    day: date
    name: str
    sessions: int
    problems: int
    is_shown: bool


@dataclass(frozen=True)
class Problem:
    """A warning with links to what it is about; `day` is where the grid shows it."""

    label: str
    message: str
    sessions: list[tuple[int, str, str]]


@dataclass(frozen=True)
class Board:
    edition: Edition
    day: date | None
    is_day_known: bool
    days: list[DayTab]
    first: int
    last: int
    hours: list[tuple[int, str]]
    columns: list[Column]
    tray: list[Cell]
    problems: list[Problem]
    elsewhere: int
    differing: int


def board_of(edition: Edition, asked: str = "") -> Board:
    """The day asked for (an ISO day), else today, else the first with sessions, else the edition's first."""
    situation = read_for_grid(edition)
    rooms = list(Room.objects.filter(edition=edition).select_related("venue").order_by("order", "pk"))
    found = [
        *cautions.two_places_at_once(
            [situation.as_drafted],
            {row.pk for row in situation.as_drafted},
            zone=edition.zone,
            ways=situation.ways,
            names=situation.names,
        ),
        *cautions.outside_the_days(situation.as_drafted, edition),
    ]
    of_session: dict[int, list[ReleaseWarning]] = defaultdict(list)
    for warning in found:
        for pk in warning.session_ids:
            of_session[pk].append(warning)
    by_day: dict[date, list[Session]] = defaultdict(list)
    for draft in situation.drafts:
        if draft.starts_at is not None:
            by_day[draft.starts_at.astimezone(edition.zone).date()].append(draft)
    days = sorted({*by_day, *(day.date() for day in edition.days())})
    today = timezone.now().astimezone(edition.zone).date()
    day, is_known = _chosen(asked, days, by_day, today)
    shown = by_day.get(day, []) if day else []
    make = _CellMaker(situation, of_session)
    cells = [make.cell(draft) for draft in shown]
    columns = _columns(rooms, shown, cells)
    first, last = _extent(cells)
    in_view = {draft.pk for draft in shown}
    ordered = sorted(found, key=lambda one: list(Concern).index(one.concern))
    problems = [one for one in ordered if in_view & set(one.session_ids)]
    drafts = {draft.pk: draft for draft in situation.drafts}
    return Board(
        edition=edition,
        day=day,
        is_day_known=is_known,
        days=[_tab(one, by_day.get(one, []), of_session, one == day) for one in days],
        first=first,
        last=last,
        hours=[(hour, f"{hour // 60:02}:00") for hour in range(first, last, 60)],
        columns=columns,
        tray=[make.cell(draft) for draft in situation.drafts if is_waiting(draft)],
        problems=[_problem(one, drafts, in_view) for one in problems],
        elsewhere=len(found) - len(problems),
        differing=len(situation.changes())
        # Public and without a time: no release can say so, yet it differs.
        + sum(is_waiting(draft) and draft.pk in situation.released for draft in situation.drafts),
    )


def read_for_grid(edition: Edition) -> Situation:
    """All drafts with what is public of them, in one query and those of their themes and speakers."""
    drafts = list(
        edition.sessions.with_draft()  # type: ignore[attr-defined]
        .select_related("edition", "kind", "room__venue", "released")
        .order_by("starts_at", "pk")
    )
    released = {draft.pk: row for draft in drafts if (row := released_row(draft)) is not None}
    for draft in drafts:
        draft.edition = edition  # one zone and one name for all
    return Situation(edition, drafts, released)


def _chosen(
    asked: str, days: Sequence[date], by_day: Mapping[date, Any], today: date
) -> tuple[date | None, bool]:
    if not days:
        return None, not asked
    if asked:
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            day = None
        if day in days:
            return day, True
    with_sessions = [day for day in days if by_day.get(day)] or days
    return today if today in with_sessions else with_sessions[0], not asked


class _CellMaker:
    def __init__(self, situation: Situation, warnings: Mapping[int, list[ReleaseWarning]]) -> None:
        self.situation = situation
        self.warnings = warnings
        self.zone = situation.edition.zone
        self.timed = [draft for draft in situation.drafts if not is_waiting(draft)]
        # One address of each sort made for all: reversing each is a good part of a large page's cost.
        self.edit = reverse("admin:programme_session_change", args=[0])
        self.move = reverse("admin:programme_session_move", args=[0])
        self.lengths: dict[int, timedelta] = {}

    def cell(self, draft: Session) -> Cell:
        start, length, when = self._times(draft)
        state, label = self._state(draft)
        return Cell(
            pk=draft.pk,
            title=draft.title,
            code=draft.code,
            kind=capfirst(draft.kind.name),
            colour=draft.kind.colour,
            when=when,
            start=start,
            length=length,
            room=str(draft.room or _("no room")),
            languages=language_list(draft.floor_languages) if draft.floor_languages else "",
            position=str(Position.of(draft)),
            edit_url=self.edit.replace("/0/", f"/{draft.pk}/"),
            move_url=self.move.replace("/0/", f"/{draft.pk}/"),
            state=state,
            state_label=label,
            is_cancelled=draft.is_cancelled,
            warnings=self.warnings.get(draft.pk, []),
        )

    def _times(self, draft: Session) -> tuple[int, int, str]:
        if draft.starts_at is None or draft.ends_at is None:
            if draft.kind_id not in self.lengths:
                self.lengths[draft.kind_id] = usual_length(draft.kind_id, self.timed)
            minutes = int(self.lengths[draft.kind_id] / timedelta(minutes=1))
            return 0, minutes, ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
        start, end = draft.starts_at.astimezone(self.zone), draft.ends_at.astimezone(self.zone)
        length = int((draft.ends_at - draft.starts_at) / timedelta(minutes=1))
        return _minutes(start), length, f"{start:%H:%M}–{end:%H:%M}"

    def _state(self, draft: Session) -> tuple[str, str]:
        released = self.situation.released.get(draft.pk)
        if released is None:
            return ("cancelled", _("cancelled")) if draft.is_cancelled else ("new", _("not public yet"))
        if is_waiting(draft) or change_of(draft, released) is not None:
            return (
                "differs",
                _("cancelled, not public yet") if draft.is_cancelled else _("differs from public"),
            )
        return ("cancelled", _("cancelled")) if draft.is_cancelled else ("same", "")


def _columns(rooms: Iterable[Room], drafts: Sequence[Session], cells: Sequence[Cell]) -> list[Column]:
    columns = {room.pk: Column(str(room.pk), room.name, _detail(room)) for room in rooms}
    without = Column("", _("No room"), "")
    for draft, cell in zip(drafts, cells, strict=True):
        # A room of another edition is a mistake of former days; it is seen here at least.
        columns.get(draft.room_id or 0, without).cells.append(cell)
    made = [*columns.values(), without]
    for column in made:
        column.lanes = _side_by_side(column.cells)
    return made


def _detail(room: Room) -> str:
    parts = [room.venue.name] if room.venue else []
    if room.seats:
        parts.append(ngettext("%(count)d seat", "%(count)d seats", room.seats) % {"count": room.seats})
    return " · ".join(parts)


def _side_by_side(cells: list[Cell]) -> int:
    """Gives those of one column that overlap a lane each; the most there are at once."""
    group: list[Cell] = []
    most, until = 1, 0
    for cell in [*sorted(cells, key=lambda one: (one.start, -one.length, one.pk)), None]:
        if group and (cell is None or cell.start >= until):
            ends: list[int] = []
            for one in group:
                lane = next((number for number, end in enumerate(ends) if end <= one.start), len(ends))
                ends[lane : lane + 1] = [one.start + max(one.length, SEEN_AS)]
                one.lane = lane
            for one in group:
                one.lanes = len(ends)
            most, group, until = max(most, len(ends)), [], 0
        if cell is not None:
            group.append(cell)
            until = max(until, cell.start + max(cell.length, SEEN_AS))
    return most


def _extent(cells: Sequence[Cell]) -> tuple[int, int]:
    """From when to when the day is drawn, in whole hours."""
    first = min([SHOWN_FROM, *(cell.start - AROUND for cell in cells)])
    last = max([SHOWN_TO, *(cell.start + cell.length + AROUND for cell in cells)])
    return max(0, first // 60 * 60), min(DAY, -(-last // 60) * 60)


def _tab(
    day: date, drafts: Sequence[Session], warnings: Mapping[int, list[ReleaseWarning]], is_shown: bool
) -> DayTab:
    messages = {warning.message for draft in drafts for warning in warnings.get(draft.pk, [])}
    name = capfirst(formats.date_format(day, "D j M"))
    return DayTab(day, name, len(drafts), len(messages), is_shown)


def _problem(warning: ReleaseWarning, drafts: Mapping[int, Session], in_view: set[int]) -> Problem:
    edit = reverse("admin:programme_session_change", args=[0])
    sessions = [
        (pk, drafts[pk].title, f"#session-{pk}" if pk in in_view else edit.replace("/0/", f"/{pk}/"))
        for pk in reversed(warning.session_ids)
    ]
    return Problem(str(warning.concern.label), warning.message, sessions)


def _minutes(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
