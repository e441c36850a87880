"""The difference that releases made to one session of somebody's agenda, and several of them as one.

Of each session what was told last stands against what is so after the last release; where nothing remains changed,
nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from programme.models import ReleasedSession
from registration.models import AgendaChange

Facts = dict[str, Any]
SOON = timedelta(hours=24)


def facts_of(row: ReleasedSession) -> Facts:
    """What a digest compares; languages are those in which one can follow, whatever is spoken."""
    return {
        "during": [row.starts_at.isoformat(), row.ends_at.isoformat()],
        "room": row.room_id,
        "status": row.status,
        "languages": sorted(row.followed_in),
    }


def matters(before: Facts, after: Facts) -> bool:
    """A cancelled session that moves concerns nobody."""
    is_over = before["status"] == after["status"] == ReleasedSession.Status.CANCELLED
    return before != after and not is_over


def is_urgent(change: AgendaChange, at: datetime) -> bool:
    """Whether the session begins within a day, by its old or new time, or is on."""
    for facts in (change.before, change.after):
        starts_at, ends_at = (datetime.fromisoformat(moment) for moment in facts["during"])
        if starts_at <= at + SOON and ends_at > at:
            return True
    return False


@dataclass(frozen=True)
class NetChange:
    """One session's: from what was told last to what is so after all the releases since."""

    session_id: int
    before: Facts
    after: Facts
    had_seat: bool


def merged(changes: Iterable[AgendaChange]) -> list[NetChange]:
    """One for each session, in the order of its first change; without those where nothing remains changed."""
    of_sessions: dict[int, list[AgendaChange]] = {}
    for change in sorted(changes, key=lambda one: one.pk):
        of_sessions.setdefault(change.session_id, []).append(change)
    return [
        NetChange(session_id, rows[0].before, rows[-1].after, any(row.had_seat for row in rows))
        for session_id, rows in of_sessions.items()
        if matters(rows[0].before, rows[-1].after)
    ]
