"""What each place of a delegation has of one session, and may do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.agenda.instead import instead_of
from registration.agenda.words import together
from registration.delegations import Overview, PlaceLine
from registration.models import Booking, BookingLimit, Wait, WaitParty
from registration.waiting import positions_of


@dataclass(frozen=True)
class PlaceChoice:
    """What one place may do about one session."""

    line: PlaceLine
    booking: Booking | None
    wait: Wait | None
    position: int
    until: str  # how long an offered seat is kept
    overlapped: list[ReleasedSession]
    instead_of: Sequence[ReleasedSession]  # where not empty, a seat is taken only for one of them
    together: str  # with whom it waits, and what that means; "" for who waits alone

    @property
    def is_offered(self) -> bool:
        return self.wait is not None and self.wait.status == Wait.Status.OFFERED

    @property
    def is_open(self) -> bool:
        """Whether it has neither a seat nor a wait here, nor a seat elsewhere at the time."""
        return self.may_wait and not self.overlapped

    @property
    def may_wait(self) -> bool:
        """Also with a seat elsewhere at the time: the offer is then a choice between the two."""
        return self.booking is None and self.wait is None


def choices_for(released: ReleasedSession, shown: Overview) -> list[PlaceChoice]:
    """One for each place, in its order."""
    elsewhere = [seat for line in shown.lines for seat in line.seats if seat.session_id != released.pk]
    overlapping = {seat.session_id for seat in elsewhere if _overlaps(seat, released)}
    rows = ReleasedSession.objects.select_related("session", "edition").filter(
        Q(pk__in=overlapping) | Q(kind=released.kind_id), pk__in={seat.session_id for seat in elsewhere}
    )
    others = {row.pk: row for row in rows}
    limit = BookingLimit.objects.filter(edition=released.edition_id, kind=released.kind_id).first()
    most = limit.most if limit else None
    waits = {
        line.place.pk: wait for line in shown.lines for wait in line.waits if wait.session_id == released.pk
    }
    positions = positions_of(waits.values())
    parties = WaitParty.objects.in_bulk({wait.party_id for wait in waits.values()})
    choices = []
    for line in shown.lines:
        wait = waits.get(line.place.pk)
        along = [
            other.name
            for other in shown.lines
            if wait is not None
            and other is not line
            and other.place.pk in waits
            and waits[other.place.pk].party_id == wait.party_id
        ]
        with_whom = _together(wait, parties, along) if wait is not None and along else ""
        choices.append(_choice(released, line, wait, positions, others, most, with_whom))
    return choices


def _together(wait: Wait, parties: Mapping[int, WaitParty], others: Sequence[str]) -> str:
    is_offered = wait.status == Wait.Status.OFFERED
    return together(others, is_offered=is_offered, wants_all=parties[wait.party_id].wants_all)


def _choice(
    released: ReleasedSession,
    line: PlaceLine,
    wait: Wait | None,
    positions: dict[int, int],
    others: dict[int, ReleasedSession],
    most: int | None,
    with_whom: str,
) -> PlaceChoice:
    known = [(seat, others[seat.session_id]) for seat in line.seats if seat.session_id in others]
    overlapped = [other for seat, other in known if _overlaps(seat, released)]
    of_this_kind = [other for _seat, other in known if other.kind_id == released.kind_id]
    until = moment_at(wait.offer_until, released.edition) if wait is not None and wait.offer_until else ""
    return PlaceChoice(
        line=line,
        booking=next((seat for seat in line.seats if seat.session_id == released.pk), None),
        wait=wait,
        position=positions.get(wait.pk, 0) if wait is not None else 0,
        until=until,
        overlapped=overlapped,
        instead_of=instead_of(overlapped, of_this_kind, most),
        together=with_whom,
    )


def _overlaps(booking: Booking, released: ReleasedSession) -> bool:
    return (
        booking.session_id != released.pk
        and booking.during.lower < released.ends_at
        and released.starts_at < booking.during.upper
    )
