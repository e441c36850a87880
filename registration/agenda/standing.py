"""What registrations have of their edition's sessions, who comes with them, and how many seats are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from efus_conference.models import Edition
from registration.agenda.people import Companion, Company
from registration.models import Booking, Registration, Wait


@dataclass(frozen=True)
class Seat:
    """A booking that stands or was called off."""

    pk: int
    status: str
    booked_at: datetime
    changed_at: datetime
    clash_until: datetime | None
    is_wheelchair: bool
    has_identity: bool

    @property
    def is_standing(self) -> bool:
        return self.status in Booking.STANDING

    @property
    def is_clash(self) -> bool:
        return self.status == Booking.Status.CLASH


@dataclass(frozen=True)
class Waiting:
    """A place on a session's list, or the offer that came of it; `position` is 1 for who is next, 0 once offered."""

    pk: int
    status: str
    changed_at: datetime
    offer_until: datetime | None
    is_wheelchair: bool
    position: int
    wants_all: bool = False
    others: Sequence[str] = field(
        default=()
    )  # who asked in the same group, their companions left out; "" has no name

    @property
    def is_offered(self) -> bool:
        return self.status == Wait.Status.OFFERED


@dataclass
class Standing:
    """Of one registration: by the session's id what it has, who comes along, the secret addresses by purpose."""

    stars: dict[int, datetime] = field(default_factory=dict)
    seats: dict[int, Seat] = field(default_factory=dict)
    waits: dict[int, Waiting] = field(default_factory=dict)
    company: Company = field(default_factory=Company)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def session_ids(self) -> set[int]:
        return {*self.stars, *self.seats, *self.waits}

    def for_others(self) -> Standing:
        """What may be shared: which sessions, and nothing of needs, documents, waits and clashes."""
        seats = {
            key: replace(
                seat,
                status=Booking.Status.ACTIVE if seat.is_standing else seat.status,
                clash_until=None,
                is_wheelchair=False,
            )
            for key, seat in self.seats.items()
        }
        return Standing(stars=self.stars, seats=seats)


@dataclass
class Seats:
    """Of an edition: by the session's id how many seats anyone may book, by the kind's id how many one person may."""

    open: dict[int, int] = field(default_factory=dict)
    limits: dict[int, int] = field(default_factory=dict)


class _Row(NamedTuple):
    what: str
    owner: int
    session_id: int
    pk: int
    status: str
    made_at: datetime
    changed_at: datetime
    until: datetime | None
    is_wheelchair: bool
    flag: bool  # of a seat: the document for it is given; of a wait: all or none of its group
    number: int
    text: str | None


# One statement for all that changes by the minute. As querysets it costs the agenda's page a third more, most of it
# the making of their SQL: the design asks for 200 of these pages a second.
_SQL = """
    SELECT 'star', registration_id, session_id, id, '', starred_at, starred_at, NULL::timestamptz,
           false, false, 0::bigint, ''
    FROM registration_star WHERE registration_id = ANY(%(registrations)s)
    UNION ALL
    SELECT 'seat', place_id, session_id, id, status, booked_at, changed_at, clash_until, is_wheelchair,
           EXISTS (
               SELECT FROM registration_identitydocument given
               WHERE given.booking_id = seat.id AND given.registration_id = ANY(%(registrations)s)
           ), 0, ''
    FROM registration_booking seat WHERE place_id = ANY(%(places)s) AND status <> 'given_up'
    UNION ALL
    SELECT 'wait', wait.place_id, wait.session_id, wait.id, wait.status, party.asked_at,
           greatest(party.asked_at, wait.offered_at), wait.offer_until, wait.is_wheelchair, party.wants_all,
           CASE WHEN wait.status = 'waiting' THEN (
               -- As registration.waiting counts: seats asked for up to and with this one.
               SELECT count(*) FROM registration_wait ahead
               WHERE ahead.session_id = wait.session_id AND ahead.status = 'waiting'
                 AND ahead.is_wheelchair = wait.is_wheelchair
                 AND (ahead.party_id, ahead.id) <= (wait.party_id, wait.id)
           ) ELSE 0 END, (
               SELECT string_agg(
                   coalesce(trim(named.given_name || ' ' || named.family_name), ''), E'\n' ORDER BY other.id
               )
               FROM registration_wait other JOIN registration_place place ON place.id = other.place_id
               LEFT JOIN registration_registration named
                 ON named.place_id = place.id AND named.status NOT IN ('cancelled', 'refused')
               WHERE other.party_id = wait.party_id AND other.status IN ('waiting', 'offered')
                 AND other.place_id <> wait.place_id AND place.accompanies_id IS NULL
                 AND place.id <> coalesce(own.accompanies_id, own.id)
           )
    FROM registration_wait wait JOIN registration_waitparty party ON party.id = wait.party_id
    JOIN registration_place own ON own.id = wait.place_id
    WHERE wait.place_id = ANY(%(places)s) AND wait.status IN ('waiting', 'offered')
    UNION ALL
    SELECT 'companion', place.accompanies_id, NULL, place.id, place.companion_kind, NULL, NULL, NULL, false, false,
           0, trim(given_name || ' ' || family_name)
    FROM registration_place place JOIN registration_registration named ON named.place_id = place.id
    WHERE place.accompanies_id = ANY(%(places)s) AND named.status = 'confirmed' AND place.closed_at IS NULL
    UNION ALL
    SELECT 'person', place.id, NULL, named.id, '', NULL, NULL, NULL, false, false,
           0, trim(given_name || ' ' || family_name)
    FROM registration_place place JOIN registration_registration named ON named.place_id = place.accompanies_id
    WHERE place.id = ANY(%(places)s) AND named.status NOT IN ('cancelled', 'refused')
    UNION ALL
    SELECT 'link', registration_id, NULL, id, purpose, NULL, NULL, NULL, false, false, 0, token
    FROM registration_feedlink WHERE registration_id = ANY(%(registrations)s) AND revoked_at IS NULL
    UNION ALL
    SELECT 'pool', NULL, pool.session_id, NULL, '', NULL, NULL, NULL, false, false,
           CASE WHEN pool.waiting > 0 THEN 0 ELSE pool.capacity - pool.held - pool.offered - pool.taken END, ''
    FROM registration_seatpool pool JOIN programme_session session ON session.id = pool.session_id
    WHERE session.edition_id = %(edition)s
    UNION ALL
    SELECT 'limit', NULL, kind_id, NULL, '', NULL, NULL, NULL, false, false, most, ''
    FROM registration_bookinglimit WHERE edition_id = %(edition)s
    ORDER BY 4
"""


def standing_of(
    registrations: Sequence[Registration], edition: Edition | None = None
) -> tuple[Mapping[int, Standing], Seats]:
    """By the registration's id what each has; with an edition the open seats of its pools and its limits.

    One query. Of several bookings of one session the last counts: a seat called off may be booked again.
    """
    found: dict[int, Standing] = defaultdict(Standing)
    seats = Seats()
    by_place = {registration.place_id: registration.pk for registration in registrations}
    for row in _rows([registration.pk for registration in registrations], list(by_place), edition):
        if row.what == "pool":
            seats.open[row.session_id] = max(0, row.number)
            continue
        if row.what == "limit":
            seats.limits[row.session_id] = row.number
            continue
        mine = found[row.owner if row.what in ("star", "link") else by_place[row.owner]]
        if row.what == "star":
            mine.stars[row.session_id] = row.made_at
        elif row.what == "seat":
            mine.seats[row.session_id] = Seat(
                row.pk,
                row.status,
                row.made_at,
                row.changed_at,
                row.until,
                row.is_wheelchair,
                row.flag,
            )
        elif row.what == "wait":
            mine.waits[row.session_id] = Waiting(
                row.pk,
                row.status,
                row.changed_at,
                row.until,
                row.is_wheelchair,
                row.number,
                wants_all=row.flag,
                others=row.text.split("\n") if row.text is not None else (),
            )
        elif row.what == "companion":
            mine.company.companions.append(Companion(row.text or "", row.status))
        elif row.what == "person":
            mine.company.accompanies = row.text or ""
        else:
            mine.links[row.status] = row.text or ""
    return found, seats


def _rows(registrations: list[int], places: list[int], edition: Edition | None) -> list[_Row]:
    parameters: dict[str, Any] = {
        "registrations": registrations,
        "places": places,
        "edition": edition.pk if edition else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return [_Row(*row) for row in cursor.fetchall()]
