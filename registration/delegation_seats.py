"""What each place of a delegation has of one session, and may do there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.agenda.instead import instead_of
from registration.delegations import Overview, PlaceLine
from registration.models import Booking, BookingLimit, Wait
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

    @property
    def is_offered(self) -> bool:
        return self.wait is not None and self.wait.status == Wait.Status.OFFERED

    @property
    def is_open(self) -> bool:
        """Whether it has neither a seat nor a wait here, nor a seat elsewhere at the time."""
        return self.booking is None and self.wait is None and not self.overlapped


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
    return [
        _choice(released, line, waits.get(line.place.pk), positions, others, most) for line in shown.lines
    ]


def _choice(
    released: ReleasedSession,
    line: PlaceLine,
    wait: Wait | None,
    positions: dict[int, int],
    others: dict[int, ReleasedSession],
    most: int | None,
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
    )


def _overlaps(booking: Booking, released: ReleasedSession) -> bool:
    return (
        booking.session_id != released.pk
        and booking.during.lower < released.ends_at
        and released.starts_at < booking.during.upper
    )
