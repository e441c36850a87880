"""What waits for an answer of the person: seats that are offered, and seats that came to be at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from efus_conference.templatetags.dates import moment_at
from registration.agenda.entries import AgendaEntry
from registration.agenda.instead import Obstacles, obstacles
from registration.agenda.people import joined
from registration.agenda.words import waits_with


@dataclass(frozen=True)
class Offer:
    """A seat that is kept until then; with obstacles it can be accepted only instead of another."""

    entry: AgendaEntry
    until: str
    obstacles: Obstacles
    waits_with: str = ""


@dataclass(frozen=True)
class Clash:
    """Seats that overlap one another, or what the person speaks in."""

    seats: Sequence[AgendaEntry]
    speaking: Sequence[AgendaEntry]
    until: str
    staying: str  # the titles that are left when nobody chooses until then, "" for none


def offers_of(entries: Sequence[AgendaEntry], limits: Mapping[int, int]) -> list[Offer]:
    """`limits` are those of the edition, by the kind's id."""
    return [
        Offer(
            entry,
            moment_at(entry.wait.offer_until, entry.released.edition),
            obstacles(entry, entries, limits),
            waits_with(entry),
        )
        for entry in entries
        if entry.wait is not None and entry.is_offered and entry.wait.offer_until is not None
    ]


def clashes_of(entries: Sequence[AgendaEntry]) -> list[Clash]:
    """In the order of time. The rule of what stays is that of `registration.actions.deadlines`."""
    seats = sorted((one for one in entries if one.is_clash), key=lambda one: one.line.starts_at)
    groups: list[list[AgendaEntry]] = []
    for entry in seats:
        group = next((group for group in groups if any(map(entry.overlaps, group))), None)
        if group is None:
            groups.append([entry])
        else:
            group.append(entry)
    return [_clash(group, entries) for group in groups]


def _clash(group: Sequence[AgendaEntry], entries: Sequence[AgendaEntry]) -> Clash:
    speaking = [
        one
        for one in entries
        if one.is_speaking and not one.released.is_cancelled and any(map(one.overlaps, group))
    ]
    moments = [one.seat.clash_until for one in group if one.seat and one.seat.clash_until]
    staying: list[AgendaEntry] = []
    for entry in sorted(group, key=_booked):
        if not any(map(entry.overlaps, [*staying, *speaking])):
            staying.append(entry)
    return Clash(
        group,
        speaking,
        moment_at(min(moments), group[0].released.edition) if moments else "",
        joined([f"“{entry.line.title}”" for entry in staying]) if staying else "",
    )


def _booked(entry: AgendaEntry) -> tuple[datetime, int]:
    assert entry.seat is not None
    return entry.seat.booked_at, entry.seat.pk
