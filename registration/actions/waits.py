"""Waiting lists of sessions: joined, left, offered, accepted, declined, expired, closed.

The pool's lock serialises all of it. A seat that is offered is kept for its place until the offer ends; free
seats belong to those who wait, in the order in which they came (`registration.queueing`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import User
from programme.models import ReleasedSession
from registration.actions.clashes import spoken_sessions
from registration.actions.pools import change, free_of
from registration.models import BookingRules, Registration, RegistrationEvent, SeatPool, Wait
from registration.queueing import Asking, Unit, turns

Status = Wait.Status
Verb = RegistrationEvent.Verb


def offer_free_seats(pool: SeatPool, *, at: datetime | None = None) -> list[Wait]:
    """Offers what is free to those whose turn it is; the pool is locked, and anything that frees seats calls this.

    Who speaks at that time is passed over, and that is recorded. Nothing is offered once the session has begun.
    """
    at = at or timezone.now()
    if not (pool.waiting or pool.wheelchairs_waiting):
        return []
    released = ReleasedSession.objects.select_related("edition").filter(pk=pool.pk).first()
    if released is None or released.is_cancelled or released.starts_at <= at:
        return []
    waits = list(
        Wait.objects.waiting().filter(session_id=pool.pk).select_related("place", "party", "session")
    )
    waits = _pass_over_who_speaks(pool, waits, released)
    rules = BookingRules.of(released.edition)
    units = _units(waits)
    free = {kind: free_of(pool, is_wheelchair=kind) for kind in (False, True)}
    keys = turns(free, _parties(units, pool), is_cut_off=at >= cut_off(released, rules))
    offered = [wait for key in keys for wait in units[key]]
    for wait in offered:
        wait.status, wait.offered_at = Status.OFFERED, at
        wait.offer_until = offered_until(released, rules, at)
    Wait.objects.bulk_update(offered, ["status", "offered_at", "offer_until"])
    for kind, count in Counter(wait.is_wheelchair for wait in offered).items():
        change(pool, is_wheelchair=kind, waiting=-count, offered=count)
    note(offered, Verb.SEAT_OFFERED, by=None)
    for key in keys:
        queue("registration/seat_offer", wait_id=units[key][0].pk)
    return offered


def offered_until(released: ReleasedSession, rules: BookingRules, at: datetime) -> datetime:
    """The edition's period, or half of the time that is left when the session is near."""
    return at + min(timedelta(hours=rules.offer_hours), (released.starts_at - at) / 2)


def cut_off(released: ReleasedSession, rules: BookingRules) -> datetime:
    """From when on a group that wants all its seats is offered what there is."""
    return released.starts_at - timedelta(hours=rules.group_cut_off_hours)


def end_waits(pool: SeatPool, waits: Sequence[Wait], status: Status, *, at: datetime | None = None) -> None:
    """Ends them, with the pool locked: who was offered a seat frees it, who waited leaves the list."""
    if not waits:
        return
    at = at or timezone.now()
    for kind in (False, True):
        of_kind = [wait for wait in waits if wait.is_wheelchair == kind]
        waiting = sum(wait.status == Status.WAITING for wait in of_kind)
        change(pool, is_wheelchair=kind, waiting=-waiting, offered=waiting - len(of_kind))
    for wait in waits:
        wait.status, wait.ended_at = status, at
    Wait.objects.bulk_update(waits, ["status", "ended_at"])


def end_waits_of(pool: SeatPool, place_ids: Iterable[int], *, by: User | None) -> None:
    """Part of a cancellation: takes the places off this list."""
    standing = Wait.objects.standing().filter(session_id=pool.pk, place__in=list(place_ids))
    waits = list(standing.select_related("session", "place"))
    end_waits(pool, waits, Status.LEFT)
    note(waits, Verb.SEAT_LEFT, by=by)


def note(waits: Sequence[Wait], verb: str, *, by: User | None) -> None:
    """One event for each, in the history of who holds the place now."""
    if not waits:
        return
    holders = {
        registration.place_id: registration
        for registration in Registration.objects.live()
        .filter(place__in=[wait.place_id for wait in waits])
        .defer("needs")
    }
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(
            registration=holders.get(wait.place_id),
            place_id=wait.place_id,
            verb=verb,
            actor=by,
            detail={"session": wait.session.code},
        )
        for wait in waits
    )


def unit_key(wait: Wait) -> tuple[int, int]:
    """Those served together: of one party, the place and what accompanies it."""
    return wait.party_id, wait.place.accompanies_id or wait.place_id


def _units(waits: Sequence[Wait]) -> dict[tuple[int, int], list[Wait]]:
    units: dict[tuple[int, int], list[Wait]] = defaultdict(list)
    for wait in waits:
        units[unit_key(wait)].append(wait)
    return units


def is_possible(pool: SeatPool, needed: Mapping[bool, int]) -> bool:
    """Whether the session has so many seats at all that are not held for others, given or not."""
    return needed.get(False, 0) <= pool.capacity - pool.held and needed.get(True, 0) <= pool.wheelchairs


def _parties(units: dict[tuple[int, int], list[Wait]], pool: SeatPool) -> list[Asking[tuple[int, int]]]:
    """Whoever asks for more than there can be, since seats were taken away, holds nobody up."""
    parties: dict[int, list[Unit[tuple[int, int]]]] = defaultdict(list)
    wants_all: dict[int, bool] = {}
    for key, waits in units.items():
        unit = Unit(key, Counter(wait.is_wheelchair for wait in waits))
        if is_possible(pool, unit.needs):
            parties[key[0]].append(unit)
            wants_all[key[0]] = waits[0].party.wants_all
    return [
        Asking(
            parties[pk],
            wants_all[pk]
            and is_possible(pool, sum((Counter(unit.needs) for unit in parties[pk]), Counter[bool]())),
        )
        for pk in sorted(parties)
    ]


def _pass_over_who_speaks(pool: SeatPool, waits: Sequence[Wait], released: ReleasedSession) -> list[Wait]:
    speaking = spoken_sessions([wait.place_id for wait in waits])
    busy = {
        place_id
        for place_id, sessions in speaking.items()
        if any(
            other.pk != released.pk
            and other.starts_at < released.ends_at
            and released.starts_at < other.ends_at
            for other in sessions
        )
    }
    passed = [wait for wait in waits if (wait.place.accompanies_id or wait.place_id) in busy]
    end_waits(pool, passed, Status.CLASH)
    note(passed, Verb.SEAT_CLASH, by=None)
    return [wait for wait in waits if wait not in passed]
