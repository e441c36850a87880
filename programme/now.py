"""What is on at a moment and what comes next. The moment is the server's; no kept page holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.models import Room
from programme.wording import SessionLine


class Timed(Protocol):
    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...

    @property
    def is_cancelled(self) -> bool: ...


T = TypeVar("T", bound=Timed)


def on_at(sessions: Iterable[T], at: datetime) -> list[T]:
    """Those that take place at that moment: from their beginning up to, not at, their end."""
    return [one for one in sessions if not one.is_cancelled and one.starts_at <= at < one.ends_at]


def next_after(sessions: Iterable[T], at: datetime) -> list[T]:
    """Those that begin first after that moment, several where they begin together."""
    coming = [one for one in sessions if not one.is_cancelled and one.starts_at > at]
    first = min((one.starts_at for one in coming), default=None)
    return [one for one in coming if one.starts_at == first]


def turns_at(sessions: Iterable[Timed], at: datetime) -> datetime | None:
    """When something else will be on or next: the first beginning or end after that moment."""
    moments = [moment for one in sessions if not one.is_cancelled for moment in (one.starts_at, one.ends_at)]
    return min((moment for moment in moments if moment > at), default=None)


@dataclass(frozen=True)
class RoomNow:
    """One room at a moment, or all that is elsewhere; `next` is of the same day."""

    name: str
    url: str
    now: list[SessionLine]
    next: list[SessionLine]


def by_room(lines: Sequence[SessionLine], edition: Edition, at: datetime) -> list[RoomNow]:
    """The rooms with something on or to come today, from left to right; what has no room stands last."""
    today = at.astimezone(edition.zone).date()
    lines = [line for line in lines if today in (line.starts_at.date(), line.ends_at.date())]
    rooms: dict[int, Room] = {line.row.room.pk: line.row.room for line in lines if line.row.room}
    found = []
    for room in (*sorted(rooms.values(), key=lambda room: (room.order, room.pk)), None):
        here = [line for line in lines if line.row.room_id == (room and room.pk)]
        now, coming = on_at(here, at), next_after(here, at)
        if now or coming:
            name = room.name if room else _("Elsewhere")
            url = reverse("programme:room", args=[edition.slug, room.slug]) if room else ""
            found.append(RoomNow(name, url, now, coming))
    return found
