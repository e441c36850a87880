"""What each registration may do about one session: for the session's page of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

from programme.at_hand import Programme
from programme.wording import SessionLine
from registration.agenda.entries import AgendaEntry, entries
from registration.agenda.people import Company
from registration.agenda.standing import Standing, standing_of
from registration.agenda.ways import Way, way_between
from registration.models import BookingLimit, Hold, Registration, SeatPool


@dataclass(frozen=True)
class Choice:
    """What one registration has and may do; every page and action asks the actions again."""

    registration: Registration
    entry: AgendaEntry
    company: Company
    overlapped: Sequence[AgendaEntry] = field(default=())  # its own seats at the same time
    speaks_in: AgendaEntry | None = None  # at the same time, so that no seat can be booked
    ways: Sequence[Way] = field(default=())
    limit: BookingLimit | None = None
    of_this_kind: Sequence[AgendaEntry] = field(default=())  # seats that count towards the limit
    held: int = 0  # seats held back that are this registration's to use
    held_for: str = ""  # "speaker" or "delegation"

    @property
    def limited_by(self) -> Sequence[AgendaEntry]:
        """The seats that fill the limit, those left out that this seat would replace."""
        if self.limit is None:
            return ()
        counted = [entry for entry in self.of_this_kind if entry not in self.overlapped]
        return counted if len(counted) >= self.limit.most else ()

    @property
    def instead_of(self) -> Sequence[AgendaEntry]:
        """The one seat that this one could replace: the one at the same time, else one that fills the limit."""
        if self.speaks_in is not None:
            return ()
        if self.overlapped:
            return self.overlapped if len(self.overlapped) == 1 and not self.limited_by else ()
        return self.limited_by

    @property
    def is_free_then(self) -> bool:
        return not (self.overlapped or self.speaks_in or self.limited_by)


def choices_for(
    line: SessionLine,
    registrations: Sequence[Registration],
    programme: Programme,
    pool: SeatPool | None,
) -> list[Choice]:
    """In three queries, however many registrations: what they have, limits, seats held back."""
    if not registrations:
        return []
    standing, _open = standing_of(registrations)
    limit = (
        BookingLimit.objects.select_related("kind")
        .filter(edition=line.row.edition_id, kind=line.row.kind_id)
        .first()
    )
    holds = _holds(pool)
    return [
        _choice(line, registration, standing.get(registration.pk) or Standing(), programme, limit, holds)
        for registration in registrations
    ]


def _choice(
    line: SessionLine,
    registration: Registration,
    standing: Standing,
    programme: Programme,
    limit: BookingLimit | None,
    holds: Sequence[Hold],
) -> Choice:
    own = entries(registration, standing, programme)
    here = next((one for one in own if one.line is line), AgendaEntry(line))
    others = [one for one in own if one.line is not line and one.is_fixed]
    same_time = [one for one in others if one.overlaps(here)]
    held, held_for = _held(registration, holds)
    # A speaker's own session is nothing one may give up for another.
    speaks_in = next((one for one in same_time if one.is_speaking), None)
    return Choice(
        registration,
        here,
        standing.company,
        overlapped=[one for one in same_time if one.is_booked and not one.is_speaking],
        speaks_in=None if here.is_speaking else speaks_in,
        ways=_ways(here, others, programme),
        limit=limit,
        of_this_kind=[one for one in others if one.is_booked and one.line.row.kind_id == line.row.kind_id],
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
