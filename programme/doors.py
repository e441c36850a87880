"""What the screen at a room's door says: now, next, the rest of the day, and what changed for this room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.changelog import TAGS
from programme.models import ReleaseChange, ReleasedSession, Room
from programme.now import on_at
from programme.wording import SessionLine, session_lines

RECENT = timedelta(hours=48)


@dataclass(frozen=True)
class DoorChange:
    """One session of the day that somebody who looks for it here should know about."""

    line: SessionLine
    label: str
    tag: str
    details: str


@dataclass(frozen=True)
class Door:
    """`on` is the day shown: today, or the next one with something in this room once today is done."""

    day: str
    is_today: bool
    now: SessionLine | None
    next: SessionLine | None
    later: list[SessionLine]
    changes: list[DoorChange]


def door(room: Room, edition: Edition, at: datetime) -> Door:
    """In two queries. Sessions that were moved away or called off stand under the changes alone."""
    lines = session_lines(ReleasedSession.objects.of(edition), edition)
    here = [line for line in lines if line.row.room_id == room.pk and not line.is_cancelled]
    left = [line for line in here if line.ends_at > at]
    on = min((max(line.starts_at, at.astimezone(edition.zone)).date() for line in left), default=None)
    shown = [line for line in left if line.starts_at.date() == on or line.starts_at <= at]
    now = next(iter(on_at(shown, at)), None)
    coming = [line for line in shown if line is not now]
    today = at.astimezone(edition.zone).date()
    return Door(
        day=next((line.day for line in shown if line.starts_at.date() == on), shown[0].day) if shown else "",
        is_today=on == today,
        now=now,
        next=coming[0] if coming else None,
        later=coming[1:],
        changes=_changes(room, edition, lines, on or today, at),
    )


def _changes(
    room: Room, edition: Edition, lines: Sequence[SessionLine], on: date, at: datetime
) -> list[DoorChange]:
    """Of the last two days, about sessions that are or were to be here on this day: before the first, against now.

    The first release of a programme is no news.
    """
    recent = (
        ReleaseChange.objects.filter(
            release__edition=edition, release__released_at__gt=at - RECENT, release__number__gt=1
        )
        .exclude(kind=ReleaseChange.Kind.CHANGED)
        .order_by("release__number")
    )
    first: dict[int, ReleaseChange] = {}
    for change in recent:
        first.setdefault(change.session_id, change)
    by_session = {line.row.pk: line for line in lines}
    found = []
    for session_id, change in first.items():
        line = by_session.get(session_id)
        told = line and _told(change, line, room, edition, on)
        if told:
            found.append(told)
    return sorted(found, key=lambda one: one.line.starts_at)


def _told(
    change: ReleaseChange, line: SessionLine, room: Room, edition: Edition, on: date
) -> DoorChange | None:
    Kind = ReleaseChange.Kind  # noqa: N806 - the model's own name
    was_here = change.before.get("room") == room.pk and on in _days(change.before["during"], edition)
    is_here = line.row.room_id == room.pk and line.starts_at.date() == on
    before = datetime.fromisoformat(change.before["during"][0]) if change.before else None
    if line.is_cancelled:
        # Planned here until it was called off, or new here and called off since.
        if not (was_here or (is_here and change.kind != Kind.CANCELLED)):
            return None
        return DoorChange(line, _("Cancelled"), TAGS[Kind.CANCELLED], _time(line))
    if is_here and change.kind in (Kind.NEW, Kind.RESTORED):
        label = _("New") if change.kind == Kind.NEW else _("Takes place after all")
        return DoorChange(line, label, TAGS[Kind.NEW], _time(line))
    if is_here and not was_here:
        return DoorChange(line, _("Moved here"), TAGS[Kind.MOVED], _time(line))
    if is_here and before != line.row.starts_at:
        return DoorChange(line, _("New time"), TAGS[Kind.MOVED], _time(line))
    if was_here and not is_here:
        return DoorChange(line, _("Moved away"), TAGS[Kind.MOVED], _whereabouts(line))
    return None


def _days(during: Iterable[str], edition: Edition) -> set[date]:
    return {datetime.fromisoformat(moment).astimezone(edition.zone).date() for moment in during}


def _time(line: SessionLine) -> str:
    return _("%(start)s to %(end)s") % {"start": line.starts, "end": line.ends}


def _whereabouts(line: SessionLine) -> str:
    values = {"day": line.day, "start": line.starts, "end": line.ends, "room": line.room}
    if line.room:
        return _("Now in %(room)s, %(day)s, %(start)s to %(end)s") % values
    return _("Now %(day)s, %(start)s to %(end)s") % values
