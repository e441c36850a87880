"""What people, organisers and the clock do, as rules that hypothesis puts into any order; and what is asked after each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar
from unittest.mock import patch

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from programme.actions import release
from registration import actions
from registration.actions import Refusal, companions, delegations
from registration.models import Booking, Category, Place, Registration, Wait
from tests.registration.snapshots import Snapshot, wrong_at_rest, wrong_step
from tests.registration.worlds import BEGINNING, World

any_index = st.integers(0, 11)  # of a list, taken modulo its length
several = st.lists(any_index, min_size=1, max_size=3, unique=True)


class Seats(RuleBasedStateMachine):
    """What is done with seats and waiting lists. Every example begins in the same world and is taken back."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = BEGINNING
        self._clock = patch("django.utils.timezone.now", lambda: self.now)
        self._clock.start()
        self._example = transaction.atomic()
        self._example.__enter__()
        self.before = Snapshot.take()
        self.refusals = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._example.__exit__(None, None, None)
        self._clock.stop()

    @contextmanager
    def step(self) -> Iterator[None]:
        """One thing that someone does; after it, done or refused, all must be well."""
        self.now += timedelta(seconds=1)
        is_refused = False
        try:
            with transaction.atomic():
                yield
        except Refusal:
            is_refused = True
        after = Snapshot.take()
        if is_refused:
            assert after == self.before, "something refused changed something"
        wrong = [*wrong_step(self.before, after), *wrong_at_rest(after, self.now)]
        assert not wrong, "; ".join(wrong)
        self.before = after

    # --- who and what --------------------------------------------------------------------------------------

    def places(self) -> list[Place]:
        return list(Place.objects.filter(edition=self.world.edition).order_by("pk"))

    def place(self, index: int) -> Place:
        found = self.places()
        return found[index % len(found)]

    def session(self, index: int) -> Any:
        return self.world.sessions[:4][index % 4]

    def wait(self, index: int) -> Wait | None:
        found = list(Wait.objects.standing().select_related("session", "place").order_by("pk"))
        return found[index % len(found)] if found else None

    # --- rules ---------------------------------------------------------------------------------------------

    @rule(who=any_index, what=any_index, is_wheelchair=st.booleans())
    def book(self, who: int, what: int, is_wheelchair: bool) -> None:
        with self.step():
            actions.book_seat(
                place=self.place(who),
                session=self.session(what),
                by=self.world.desk,
                is_wheelchair=is_wheelchair,
            )

    @rule(who=any_index, what=any_index)
    def book_or_wait(self, who: int, what: int) -> None:
        with self.step():
            try:
                actions.book_seat(place=self.place(who), session=self.session(what), by=self.world.desk)
            except actions.NoSeatLeft:
                actions.wait_for_seats(
                    places=[self.place(who)], session=self.session(what), by=self.world.desk
                )

    @precondition(lambda self: self.before.seats)
    @rule(which=any_index)
    def give_up(self, which: int) -> None:
        found = list(Booking.objects.standing().order_by("pk"))
        with self.step():
            actions.give_up_seat(booking=found[which % len(found)], by=self.world.desk)

    @precondition(lambda self: self.before.seats)
    @rule(which=any_index, what=any_index)
    def swap(self, which: int, what: int) -> None:
        found = list(Booking.objects.standing().select_related("place", "session").order_by("pk"))
        booking = found[which % len(found)]
        had = self.before.of_place(booking.place_id)[0]
        with self.step():
            actions.swap_seat(
                place=booking.place, give_up=booking.session, take=self.session(what), by=self.world.desk
            )
        has = self.before.of_place(booking.place_id)[0]
        assert has == had or len(has) == len(had)

    @rule(who=several, what=any_index, wants_all=st.booleans(), is_wheelchair=st.booleans())
    def wait_in_line(self, who: list[int], what: int, wants_all: bool, is_wheelchair: bool) -> None:
        with self.step():
            actions.wait_for_seats(
                places=[self.place(index) for index in who],
                session=self.session(what),
                by=self.world.desk,
                wants_all=wants_all,
                is_wheelchair=is_wheelchair,
            )

    @precondition(lambda self: self.before.waits)
    @rule(which=any_index, gives_up=st.booleans())
    def accept(self, which: int, gives_up: bool) -> None:
        offered = list(Wait.objects.offered().select_related("session", "place").order_by("pk"))
        if not offered:
            return
        wait = offered[which % len(offered)]
        other = Booking.objects.standing().filter(place=wait.place).select_related("session").first()
        with self.step():
            actions.accept_seat(
                wait=wait, by=self.world.desk, give_up=other.session if gives_up and other else None
            )

    @precondition(lambda self: self.before.waits)
    @rule(which=any_index, leaves=st.booleans())
    def decline(self, which: int, leaves: bool) -> None:
        if wait := self.wait(which):
            with self.step():
                (actions.leave_list if leaves else actions.decline_seat)(wait=wait, by=self.world.desk)

    @rule(what=any_index, capacity=st.integers(0, 4), wheelchairs=st.none() | st.integers(0, 2))
    def change_capacity(self, what: int, capacity: int, wheelchairs: int | None) -> None:
        with self.step():
            actions.set_seats(session=self.session(what), capacity=capacity, wheelchairs=wheelchairs)

    @rule(what=any_index, seats=st.integers(0, 2), is_for_city=st.booleans())
    def hold(self, what: int, seats: int, is_for_city: bool) -> None:
        with self.step():
            actions.hold_seats(
                session=self.session(what),
                seats=seats,
                delegation=self.world.delegation if is_for_city else None,
            )

    @rule(hours=st.sampled_from([1, 13, 25]))
    def time_passes(self, hours: int) -> None:
        """And the clock's jobs run."""
        self.now += timedelta(hours=hours)
        with self.step():
            actions.settle(at=self.now)
        with self.step():
            actions.expire_places(at=self.now)


class Everything(Seats):
    """With registrations, a delegation, companions and releases."""

    numbers: ClassVar[Iterator[int]] = count(1)

    def registration(self, index: int) -> Registration:
        found = list(Registration.objects.order_by("pk").select_related("place", "category", "edition"))
        return found[index % len(found)]

    def person(self, **fields: Any) -> dict[str, Any]:
        number = next(self.numbers)
        return {
            "given_name": "Alex",
            "family_name": f"Example{number}",
            "email": "",
            "mails_to": "manager",
            "language": "en",
            "function": "",
            **fields,
        }

    def category(self, index: int) -> Category:
        return list(self.world.categories.values())[index % 3]

    @rule(what=any_index)
    def register(self, what: int) -> None:
        with self.step():
            actions.register(
                edition=self.world.edition,
                managed_by=self.world.people[2].managed_by,
                by=self.world.people[2].managed_by,
                is_own=False,
                category=self.category(what),
                organisation_name="",
                country="",
                needs="",
                **self.person(),
            )

    @rule(who=any_index)
    def cancel(self, who: int) -> None:
        registration = self.registration(who)
        with self.step():
            actions.cancel_registration(registration=registration, by=self.world.desk)

    @rule(who=any_index, what=any_index)
    def change_category(self, who: int, what: int) -> None:
        with self.step():
            actions.change_registration(
                registration=self.registration(who), by=self.world.desk, category=self.category(what)
            )

    @rule(which=any_index, is_yes=st.booleans())
    def decide(self, which: int, is_yes: bool) -> None:
        found = list(Registration.objects.filter(status__in=["submitted", "waiting"]).order_by("pk"))
        if not found:
            return
        registration = found[which % len(found)]
        with self.step():
            if is_yes:
                actions.approve_registration(registration=registration, by=self.world.desk)
            else:
                actions.refuse_registration(registration=registration, by=self.world.desk, reason="full")

    @rule(which=any_index, is_yes=st.booleans())
    def answer_the_place(self, which: int, is_yes: bool) -> None:
        found = list(Registration.objects.filter(status="approved").order_by("pk"))
        if not found:
            return
        answer = actions.accept_place if is_yes else actions.decline_place
        with self.step():
            answer(registration=found[which % len(found)], by=self.world.desk)

    @rule(which=several, wants_all=st.booleans())
    def wait_together(self, which: list[int], wants_all: bool) -> None:
        found = list(Registration.objects.filter(status="waiting").order_by("pk"))
        if found:
            chosen = {row.pk: row for row in (found[index % len(found)] for index in which)}
            with self.step():
                actions.wait_together(
                    registrations=list(chosen.values()), wants_all=wants_all, by=self.world.desk
                )

    @rule(what=any_index, quota=st.none() | st.integers(0, 3))
    def change_quota(self, what: int, quota: int | None) -> None:
        category = Category.objects.get(pk=self.category(what).pk)
        category.quota = quota
        with self.step():
            actions.save_category(category=category)

    @rule(which=any_index, what=any_index)
    def replace(self, which: int, what: int) -> None:
        """The seats go with the place, to whoever comes instead; what companions had may be offered to it."""
        place = self.world.places[which % 3]
        had = self.before.of_place(place.pk)
        with self.step():
            delegations.replace_person(
                place=place, by=self.world.desk, person=self.person(category=self.category(what))
            )
        assert self.before.of_place(place.pk) == had

    @rule(which=any_index, what=any_index)
    def name(self, which: int, what: int) -> None:
        with self.step():
            delegations.name_place(
                place=self.world.places[which % 3],
                by=self.world.desk,
                person=self.person(category=self.category(what)),
            )

    @rule(which=any_index, takes_back=st.booleans())
    def clear(self, which: int, takes_back: bool) -> None:
        act = delegations.take_back_place if takes_back else delegations.clear_place
        with self.step():
            act(place=self.world.places[which % 3], by=self.world.desk)

    @rule(who=any_index)
    def accompany(self, who: int) -> None:
        with self.step():
            companions.name_companion(
                registration=self.registration(who),
                by=self.world.desk,
                companion_kind=Place.CompanionKind.ASSISTANT,
                person={name: value for name, value in self.person().items() if name != "category"},
            )

    @rule(which=any_index)
    def leave_alone(self, which: int) -> None:
        found = list(Place.objects.filter(accompanies__isnull=False).order_by("pk"))
        with self.step():
            companions.remove_companion(place=found[which % len(found)], by=self.world.desk)

    @rule(what=st.integers(0, 4), hours=st.sampled_from([-2, -1, 0, 1, 2]), is_cancelled=st.booleans())
    def release(self, what: int, hours: int, is_cancelled: bool) -> None:
        session = self.world.sessions[what]
        session.refresh_from_db()
        session.starts_at += timedelta(hours=hours)
        session.ends_at += timedelta(hours=hours)
        session.is_cancelled = is_cancelled
        session.save()
        with self.step():
            release(edition=self.world.edition, by=self.world.desk)
            actions.settle(at=self.now)  # as it is within the minute
