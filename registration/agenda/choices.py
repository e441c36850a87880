"""What each registration may do about one session: for the session's page of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

from programme.at_hand import Programme
from programme.wording import SessionLine
from registration.agenda.entries import AgendaEntry, entries
from registration.agenda.instead import Obstacles, obstacles
from registration.agenda.people import Company
from registration.agenda.standing import Seats, Standing, standing_of
from registration.agenda.ways import Way, way_between
from registration.models import Hold, Registration, SeatPool


@dataclass(frozen=True)
class Choice:
    """What one registration has and may do; every page and action asks the actions again."""

    registration: Registration
    entry: AgendaEntry
    company: Company
    obstacles: Obstacles = field(default_factory=Obstacles)
    ways: Sequence[Way] = field(default=())
    held: int = 0  # seats held back that are this registration's to use
    held_for: str = ""  # "speaker" or "delegation"


def choices_for(
    line: SessionLine,
    registrations: Sequence[Registration],
    programme: Programme,
    pool: SeatPool | None,
) -> list[Choice]:
    """In two queries, however many registrations: what they have, seats held back."""
    if not registrations:
        return []
    standing, seats = standing_of(registrations, line.row.edition)
    holds = _holds(pool)
    return [
        _choice(line, registration, standing.get(registration.pk) or Standing(), programme, seats, holds)
        for registration in registrations
    ]


def _choice(
    line: SessionLine,
    registration: Registration,
    standing: Standing,
    programme: Programme,
    seats: Seats,
    holds: Sequence[Hold],
) -> Choice:
    own = entries(registration, standing, programme)
    here = next((one for one in own if one.line is line), AgendaEntry(line))
    others = [one for one in own if one.line is not line and one.is_fixed]
    held, held_for = _held(registration, holds)
    return Choice(
        registration,
        here,
        standing.company,
        obstacles=obstacles(here, own, seats.limits),
        ways=_ways(here, others, programme),
        held=held,
        held_for=held_for,
    )


def _ways(here: AgendaEntry, others: Sequence[AgendaEntry], programme: Programme) -> list[Way]:
    """From the seat before it and to the seat after it, on the same day."""
    before = [one for one in others if one.line.ends_at <= here.line.starts_at]
    after = [one for one in others if one.line.starts_at >= here.line.ends_at]
    pairs = []
    if before:
        pairs.append((max(before, key=_ends_at).line, here.line))
    if after:
        pairs.append((here.line, min(after, key=_starts_at).line))
    return [way for first, second in pairs if (way := way_between(first, second, programme))]


def _ends_at(entry: AgendaEntry) -> datetime:
    return entry.line.ends_at


def _starts_at(entry: AgendaEntry) -> datetime:
    return entry.line.starts_at


def _holds(pool: SeatPool | None) -> list[Hold]:
    if pool is None or not pool.held:
        return []
    for_someone = Q(delegation__isnull=False) | Q(speaker__isnull=False)
    return list(pool.holds.filter(for_someone, seats__gt=F("used")).order_by("pk"))


def _held(registration: Registration, holds: Sequence[Hold]) -> tuple[int, str]:
    speaker = [hold for hold in holds if hold.speaker_id and hold.speaker_id == registration.speaker_id]
    delegation_id = registration.place.delegation_id
    delegation = [hold for hold in holds if hold.delegation_id and hold.delegation_id == delegation_id]
    left = sum(hold.seats - hold.used for hold in (*speaker, *delegation))
    return left, ("speaker" if speaker else "delegation") if left else ""
