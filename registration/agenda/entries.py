"""The sessions of one agenda: starred, booked, offered, waited for, spoken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from efus_conference.at_hand import AtHand, at_hand
from programme.at_hand import Programme, programme_of
from programme.models import ReleasedSession
from programme.places import PracticalMatters, practical_matters
from programme.wording import SessionLine
from registration.agenda.standing import Seat, Standing, Waiting, standing_of
from registration.identities import IdentityState, identity_state
from registration.models import Registration


@dataclass(frozen=True)
class AgendaEntry:
    """One session, and all that the registration has of it."""

    line: SessionLine
    starred_at: datetime | None = None
    seat: Seat | None = None
    wait: Waiting | None = None
    is_speaking: bool = False

    @property
    def released(self) -> ReleasedSession:
        return self.line.row

    @property
    def is_booked(self) -> bool:
        return self.seat is not None and self.seat.is_standing

    @property
    def is_clash(self) -> bool:
        return self.seat is not None and self.seat.is_clash

    @property
    def is_offered(self) -> bool:
        return self.wait is not None and self.wait.is_offered

    @property
    def is_waiting(self) -> bool:
        return self.wait is not None and not self.wait.is_offered

    @property
    def is_fixed(self) -> bool:
        """One has to be there: it cannot be given up by mistake as a star can."""
        return not self.released.is_cancelled and (self.is_booked or self.is_speaking)

    @property
    def practical(self) -> PracticalMatters:
        """Where and when a visit sets off."""
        return practical_matters(self.released, self.released.edition)

    @property
    def identity(self) -> IdentityState | None:
        """Of the document for a secured visit, where a seat asks for one."""
        if not self.is_booked or self.seat is None:
            return None
        return identity_state(self.released, is_given=self.seat.has_identity)

    @property
    def changed_at(self) -> datetime:
        """The last revision of anything a calendar shows of it."""
        moments = [
            self.released.changed_at,
            self.starred_at,
            self.seat and self.seat.changed_at,
            self.wait and self.wait.changed_at,
        ]
        return max(moment for moment in moments if moment)

    def overlaps(self, other: AgendaEntry) -> bool:
        """At the same time; the end of one may be the beginning of the next."""
        return (
            self.line is not other.line
            and self.line.starts_at < other.line.ends_at
            and other.line.starts_at < self.line.ends_at
        )


def entries_of(registration: Registration, hand: AtHand | None = None) -> list[AgendaEntry]:
    """In the order of time; nothing when the registration is over. One query, and those of `programme_of`."""
    if not registration.is_live:
        return []
    programme = programme_of(registration.edition, hand or at_hand())
    standing, _seats = standing_of([registration])
    return entries(registration, standing.get(registration.pk) or Standing(), programme)


def entries(registration: Registration, standing: Standing, programme: Programme) -> list[AgendaEntry]:
    spoken = programme.sessions_of_speakers.get(registration.speaker_id or 0, [])
    chosen = {*standing.session_ids, *spoken}
    made = [
        AgendaEntry(
            line,
            standing.stars.get(key),
            standing.seats.get(key),
            standing.waits.get(key),
            key in spoken,
        )
        for key, line in programme.lines.items()
        if key in chosen
    ]
    return [entry for entry in made if _is_shown(entry)]


def _is_shown(entry: AgendaEntry) -> bool:
    """Called off and restored since: the seat is gone, only what else one has of it keeps the session here."""
    return bool(
        entry.is_booked
        or entry.starred_at
        or entry.wait
        or entry.is_speaking
        or (entry.seat and entry.released.is_cancelled)
    )
