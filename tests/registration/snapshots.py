"""The state of seats, lists and registrations at one moment, and what may not be so, or come of one step.

It reads rows and reckons for itself whose turn it is, and never asks the code that is tested.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from programme.models import ReleasedSession
from registration.models import (
    Booking,
    BookingRules,
    Category,
    Registration,
    RegistrationEvent,
    SeatPool,
    Wait,
)
from tests import benchmarks_path

assert benchmarks_path.BIN
from benchmarks.invariants import broken  # noqa: E402 - found by the path above

# From which state of a wait it may go to which; an ended one stays as it is.
STEPS = {
    "waiting": {"offered", "left", "declined", "cut_off", "clash", "called_off"},
    "offered": {"accepted", "declined", "expired", "left", "cut_off", "called_off"},
}
TOLD = {  # the event of each
    "waiting": {"seat_waits"},
    "offered": {"seat_offered"},
    "accepted": {"booked", "swapped"},
    "left": {"seat_left"},
    "declined": {"seat_declined"},
    "expired": {"seat_expired"},
    "cut_off": {"seat_cut_off"},
    "clash": {"seat_clash"},
}
SEATED, UNSEATED = {"booked", "swapped"}, {"gave_up", "swapped", "called_off", "clash_ended"}


@dataclass(frozen=True)
class Waiting:
    party: int
    unit: int  # the place of the person whom a companion goes with
    place: int
    session: int
    is_wheelchair: bool
    wants_all: bool
    status: str


@dataclass(frozen=True)
class Snapshot:
    pools: dict[int, tuple[int, ...]]
    free: dict[int, dict[bool, int]]  # by session, ordinary seats and wheelchair places
    seats: dict[
        int, tuple[int, int, bool, bool]
    ]  # by booking: place, session, for a wheelchair, was held back
    waits: dict[int, Waiting]
    people: dict[int, tuple[int, str, int, bool]]  # category, status, place, outside the quota
    categories: dict[int, tuple[int | None, int, int]]
    last_event: int

    @classmethod
    def take(cls) -> Snapshot:
        pools = list(SeatPool.objects.order_by("pk"))
        names = ("capacity", "held", "offered", "taken", "waiting", "wheelchairs", "wheelchairs_offered",
                 "wheelchairs_taken", "wheelchairs_waiting")  # fmt: skip
        waits = Wait.objects.order_by("party_id", "pk").values_list(
            "pk",
            "party",
            "place__accompanies",
            "place",
            "session",
            "is_wheelchair",
            "party__wants_all",
            "status",
        )
        return cls(
            pools={pool.pk: tuple(getattr(pool, name) for name in names) for pool in pools},
            free={pool.pk: {False: pool.free, True: pool.wheelchairs_free} for pool in pools},
            seats={
                pk: (place, session, is_wheelchair, hold is not None)
                for pk, place, session, is_wheelchair, hold in Booking.objects.standing().values_list(
                    "pk", "place", "session", "is_wheelchair", "hold"
                )
            },
            waits={
                pk: Waiting(party, main or place, place, *rest) for pk, party, main, place, *rest in waits
            },
            people={
                pk: tuple(rest)
                for pk, *rest in Registration.objects.order_by("waiting_since", "pk").values_list(
                    "pk", "category", "status", "place", "is_outside_quota"
                )
            },
            categories={
                pk: tuple(rest)
                for pk, *rest in Category.objects.values_list("pk", "quota", "offered_count", "taken_count")
            },
            last_event=RegistrationEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        )

    def of_place(self, place: int) -> tuple[set[int], set[int]]:
        """The sessions in which it has a seat, and those whose list it is on."""
        return (
            {session for holder, session, *_kind in self.seats.values() if holder == place},
            {wait.session for wait in self.waits.values() if wait.place == place and wait.status in STEPS},
        )


# --- at rest -----------------------------------------------------------------------------------------------


def wrong_at_rest(now: Snapshot, at: datetime) -> list[str]:
    with connection.cursor() as cursor:
        found = broken(cursor)
        # What PostgreSQL would check at the end of a transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return [*found, *_unserved(now, at), *_unserved_places(now, at)]


def _unserved(now: Snapshot, at: datetime) -> list[str]:
    """Those who wait although what they need is free, and is nobody's who came before them."""
    found = []
    for released in ReleasedSession.objects.filter(pk__in=now.pools).select_related("edition"):
        if released.is_cancelled or released.starts_at <= at:
            continue
        rules = BookingRules.of(released.edition)
        is_cut_off = at >= released.starts_at - timedelta(hours=rules.group_cut_off_hours)
        left = dict(now.free[released.pk])
        for party, units in _queue(now, released.pk).items():
            together = not is_cut_off and any(wait.wants_all for unit in units.values() for wait in unit)
            groups = (
                [[wait for unit in units.values() for wait in unit]] if together else list(units.values())
            )
            for group in groups:
                needs = Counter(wait.is_wheelchair for wait in group)
                if all(left[kind] >= count for kind, count in needs.items()):
                    found.append(f"party {party} waits for session {released.pk} while {left} are free")
                for kind, count in needs.items():
                    left[kind] -= min(left[kind], count)
    return found


def _queue(now: Snapshot, session: int) -> dict[int, dict[int, list[Waiting]]]:
    """The parties that wait for a session in their order, each by the people it is made of."""
    queue: dict[int, dict[int, list[Waiting]]] = defaultdict(lambda: defaultdict(list))
    for wait in now.waits.values():
        if wait.session == session and wait.status == "waiting":
            queue[wait.party][wait.unit].append(wait)
    return queue


def _unserved_places(now: Snapshot, at: datetime) -> list[str]:
    found = []
    for category in Category.objects.select_related("edition"):
        quota, offered, taken = now.categories[category.pk]
        waiting = list(Registration.objects.queued(category).select_related("party"))
        # Up to the first day offers are made, and from the closing on groups take what there is.
        if not waiting or at >= category.edition.days()[0]:
            continue
        free = len(waiting) if quota is None else quota - offered - taken
        first, closes_at = waiting[0], category.window()[1]
        needed = 1
        if first.party is not None and first.party.wants_all and not (closes_at and at >= closes_at):
            needed = sum(row.party_id == first.party_id for row in waiting)
        if free >= needed:
            found.append(f"registration {first.pk} waits while {free} places of its category are free")
    return found


# --- of one step -------------------------------------------------------------------------------------------


def wrong_step(before: Snapshot, after: Snapshot) -> list[str]:
    events = list(
        RegistrationEvent.objects.filter(pk__gt=before.last_event)
        .order_by("pk")
        .values_list("registration", "place", "verb", "before", "after", "detail")
    )
    return [
        *_ways_of_waits(before, after, events),
        *_passed_over(before, after),
        *_seated_past_who_waits(before, after),
        *_passed_over_in_categories(before, after),
        *_untold_seats(before, after, events),
        *_untold_states(before, after, events),
    ]


Events = Iterable[tuple[int | None, int | None, str, str, str, dict[str, Any]]]


def _told(events: Events, after: Snapshot) -> set[tuple[int | None, str]]:
    """The places of which something was told, and what; an event of a registration is one of its place."""
    return {
        (place or (after.people[registration][2] if registration else None), verb)
        for registration, place, verb, *_rest in events
    }


def _ways_of_waits(before: Snapshot, after: Snapshot, events: Events) -> list[str]:
    found, told = [], _told(events, after)
    for pk, wait in after.waits.items():
        old = before.waits[pk].status if pk in before.waits else "waiting"
        if wait.status == old and pk in before.waits:
            continue
        if wait.status != old and wait.status not in STEPS.get(old, ()):
            found.append(f"wait {pk} went from {old} to {wait.status}")
        verbs = TOLD.get(wait.status, set())
        if verbs and not any((wait.place, verb) in told for verb in verbs):
            found.append(f"the history of place {wait.place} does not tell of its wait being {wait.status}")
    return found


def _passed_over(before: Snapshot, after: Snapshot) -> list[str]:
    """Whoever is offered a seat now came before all who still wait, but for seats that are kept for these."""
    found = []
    for pk, wait in after.waits.items():
        if wait.status != "offered" or (pk in before.waits and before.waits[pk].status == "offered"):
            continue
        earlier = [
            other
            for other in after.waits.values()
            if other.session == wait.session
            and other.status == "waiting"
            and other.party < wait.party
            and other.is_wheelchair == wait.is_wheelchair
        ]
        if len(earlier) > after.free[wait.session][wait.is_wheelchair]:
            found.append(f"wait {pk} was offered a seat while {len(earlier)} who came earlier wait")
    return found


def _seated_past_who_waits(before: Snapshot, after: Snapshot) -> list[str]:
    """While someone waits, a seat that is neither offered nor held back for its place is theirs."""
    found = []
    for pk in after.seats.keys() - before.seats.keys():
        place, session, is_wheelchair, was_held = after.seats[pk]
        mine = [
            wait.status for wait in before.waits.values() if (wait.place, wait.session) == (place, session)
        ]
        others = [
            wait
            for wait in before.waits.values()
            if wait.session == session and wait.status == "waiting" and wait.is_wheelchair == is_wheelchair
        ]
        if others and not was_held and "offered" not in mine:
            found.append(f"place {place} was given a seat past {len(others)} who wait")
    return found


def _passed_over_in_categories(before: Snapshot, after: Snapshot) -> list[str]:
    """In the order of before: who was offered a place has nobody ahead who went on waiting."""
    found = []
    waiting_ahead: set[int] = set()
    for pk, (category, status, *_rest) in before.people.items():
        if status != "waiting":
            continue
        then = after.people[pk][1]
        if then == "waiting":
            waiting_ahead.add(category)
        elif then == "approved" and category in waiting_ahead:
            found.append(f"registration {pk} was offered a place while someone earlier waits")
    return found


def _untold_seats(before: Snapshot, after: Snapshot, events: Events) -> list[str]:
    told = _told(events, after)
    gone = {before.seats[pk][0] for pk in before.seats.keys() - after.seats.keys()}
    new = {after.seats[pk][0] for pk in after.seats.keys() - before.seats.keys()}
    return [
        f"the history of place {place} does not tell of a seat {what}"
        for places, verbs, what in ((new, SEATED, "won"), (gone, UNSEATED, "lost"))
        for place in places
        if not any((place, verb) in told for verb in verbs)
    ]


def _untold_states(before: Snapshot, after: Snapshot, events: Events) -> list[str]:
    """The events of one registration lead from its former state to its new one without a gap."""
    found = []
    for pk, (_category, status, *_rest) in after.people.items():
        at = before.people[pk][1] if pk in before.people else "draft"
        for registration, _place, _verb, was, became, _detail in events:
            if registration == pk and became:
                if was != at:
                    found.append(f"the history of registration {pk} goes on from {was}, and it was {at}")
                at = became
        if at != status:
            found.append(f"the history of registration {pk} ends with {at}, and it is {status}")
    return found
