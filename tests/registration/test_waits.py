"""Waiting lists of sessions, offers, swaps, holds, limits, companions and wheelchair places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session
from registration.actions import (
    AlreadyWaiting,
    FewerSeatsThanGiven,
    LimitReached,
    NeverThatMany,
    NoOffer,
    NoSeatLeft,
    NoSeatToGiveUp,
    NotConfirmed,
    NotYours,
    NoWheelchairPlaces,
    OverlappingSeat,
    SeatsAreOpen,
    SpeaksThen,
    accept_seat,
    book_seat,
    cancel_registration,
    deadlines,
    decline_seat,
    give_up_seat,
    hold_seats,
    leave_list,
    match_records,
    set_seats,
    settle,
    swap_seat,
    wait_for_seats,
)
from registration.models import (
    Booking,
    BookingLimit,
    BookingRules,
    Delegation,
    Place,
    Registration,
    SeatPool,
    Wait,
)
from registration.waiting import positions_of
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

NEEDS = "I use a wheelchair."

Bookable = Callable[..., Session]


@pytest.fixture
def person(edition: Edition) -> Callable[..., Registration]:
    category = factories.category(edition)

    def make(**fields: Any) -> Registration:
        return factories.registration(edition, category=category, **fields)

    return make


People = Callable[..., Registration]


def book(registration: Registration, session: Session, **how: Any) -> Booking:
    return book_seat(place=registration.place, session=session, by=registration.managed_by, **how)


def wait(registration: Registration, session: Session, **how: Any) -> Wait:
    by = registration.managed_by
    return wait_for_seats(places=[registration.place], session=session, by=by, **how)[0]


def state(session: Session) -> list[tuple[int, str]]:
    """The places on the list and what is so of each, in order."""
    return list(Wait.objects.filter(session=session).order_by("pk").values_list("place_id", "status"))


def numbers(session: Session) -> tuple[int, int, int, int]:
    pool = SeatPool.objects.get(session=session)
    return pool.held, pool.offered, pool.taken, pool.waiting


def mails(kind: str) -> list[int]:
    jobs = ProcrastinateJob.objects.filter(args__kind=f"registration/{kind}").order_by("id")
    return [next(iter(job.args["ids"].values())) for job in jobs]


def companion(registration: Registration) -> Registration:
    place = Place.objects.create(
        edition=registration.edition, accompanies=registration.place, companion_kind="interpreter"
    )
    return factories.registration(
        registration.edition,
        place=place,
        managed_by=registration.managed_by,
        is_own=False,
        category=registration.category,
        is_outside_quota=True,
    )


def test_a_freed_seat_is_offered_to_who_came_first_and_kept_for_them(
    bookable: Bookable, person: People
) -> None:
    session = bookable(1)
    seated, first, second, late = (person() for _ in range(4))
    booking = book(seated, session)
    waits = [wait(first, session), wait(second, session)]
    assert positions_of(waits) == {waits[0].pk: 1, waits[1].pk: 2}

    give_up_seat(booking=booking, by=seated.managed_by)

    assert state(session) == [(first.place_id, "offered"), (second.place_id, "waiting")]
    assert numbers(session) == (0, 1, 0, 1)
    assert mails("seat_offer") == [waits[0].pk]
    with pytest.raises(NoSeatLeft):
        book(late, session)
    accept_seat(wait=waits[0], by=first.managed_by)
    assert numbers(session) == (0, 0, 1, 1)
    assert Booking.objects.standing().get(session=session).place_id == first.place_id
    with pytest.raises(NoOffer):
        accept_seat(wait=waits[0], by=first.managed_by)


def test_an_offer_that_is_declined_or_expires_goes_on(bookable: Bookable, person: People) -> None:
    session = bookable(1)
    seated, *others = (person() for _ in range(4))
    booking = book(seated, session)
    waits = [wait(other, session) for other in others]
    give_up_seat(booking=booking, by=seated.managed_by)

    decline_seat(wait=waits[0], by=others[0].managed_by)
    assert [status for _place, status in state(session)] == ["declined", "offered", "waiting"]

    settle(at=timezone.now() + timedelta(hours=25))
    assert [status for _place, status in state(session)] == ["declined", "expired", "offered"]
    assert mails("seat_expired") == [waits[1].pk]
    assert [event.verb for event in others[1].events.order_by("pk")] == [
        "seat_waits",
        "seat_offered",
        "seat_expired",
    ]
    with pytest.raises(NoOffer):
        accept_seat(wait=waits[1], by=others[1].managed_by)


def test_when_the_session_begins_the_list_is_closed(bookable: Bookable, person: People) -> None:
    session = bookable(1)
    booking = book(person(), session)
    offered, waiting = wait(person(), session), wait(person(), session)
    give_up_seat(booking=booking, by=booking.booked_by)

    settle(at=NINE)

    assert [status for _place, status in state(session)] == ["cut_off", "cut_off"]
    assert numbers(session) == (0, 0, 0, 0)
    assert mails("list_closed") == [offered.pk, waiting.pk]


def test_an_offer_near_the_session_stands_for_half_of_the_time_left() -> None:
    edition = factories.edition_of_today()
    soon = timezone.now() + timedelta(hours=2)
    session = factories.session(edition, starts_at=soon)
    factories.pool(session, 1)
    release(edition=edition, by=None)
    seated, waiting = factories.registration(edition), factories.registration(edition)
    booking = book(seated, session)
    asked = wait(waiting, session)

    give_up_seat(booking=booking, by=seated.managed_by)

    asked.refresh_from_db()
    assert asked.offered_at is not None
    assert asked.offer_until is not None
    assert asked.offer_until - asked.offered_at == (soon - asked.offered_at) / 2


def test_a_group_that_wants_all_its_seats_gathers_them_until_the_cut_off(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    session = bookable(3)
    seated = [person() for _ in range(3)]
    bookings = [book(one, session) for one in seated]
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    places = [Place.objects.create(edition=edition, delegation=delegation) for _ in range(3)]
    wait_for_seats(places=places, session=session, by=coordinator, wants_all=True)
    behind = wait(person(), session)

    for booking in bookings[:2]:
        give_up_seat(booking=booking, by=booking.booked_by)
    assert {status for _place, status in state(session)} == {"waiting"}

    rules = BookingRules.of(edition)
    settle(at=NINE - timedelta(hours=rules.group_cut_off_hours))
    assert [status for _place, status in state(session)] == ["offered", "offered", "waiting", "waiting"]

    give_up_seat(booking=bookings[2], by=bookings[2].booked_by)
    assert [status for _place, status in state(session)] == ["offered"] * 3 + ["waiting"]
    assert positions_of([behind]) == {behind.pk: 1}


def test_who_waits_comes_before_who_books_though_a_seat_is_free(bookable: Bookable, person: People) -> None:
    session = bookable(2)
    booking, _other = book(person(), session), book(person(), session)
    pair = person()
    companion(pair)
    wait(pair, session)

    give_up_seat(booking=booking, by=booking.booked_by)

    assert numbers(session) == (0, 0, 1, 2)
    with pytest.raises(NoSeatLeft):
        book(person(), session)


def test_there_is_nothing_to_wait_for_where_seats_are_open_and_nobody_waits_twice(
    bookable: Bookable, person: People
) -> None:
    session = bookable(1)
    first = person()
    with pytest.raises(SeatsAreOpen):
        wait(first, session)
    book(person(), session)
    wait(first, session)
    with pytest.raises(AlreadyWaiting):
        wait(first, session)


def test_only_who_may_act_for_a_place_waits_leaves_or_accepts(bookable: Bookable, person: People) -> None:
    session, stranger = bookable(1), factories.user()
    booking, waiting = book(person(), session), person()
    with pytest.raises(NotYours):
        wait_for_seats(places=[waiting.place], session=session, by=stranger)
    asked = wait(waiting, session)
    give_up_seat(booking=booking, by=booking.booked_by)
    for act in (accept_seat, decline_seat, leave_list):
        with pytest.raises(NotYours):
            act(wait=asked, by=stranger)
    with pytest.raises(NotYours):
        give_up_seat(booking=booking, by=stranger)


def test_cancelling_takes_off_the_lists_and_frees_the_offer(bookable: Bookable, person: People) -> None:
    session = bookable(1)
    booking = book(person(), session)
    first, second = person(), person()
    wait(first, session)
    wait(second, session)
    give_up_seat(booking=booking, by=booking.booked_by)

    cancel_registration(registration=first, by=first.managed_by)

    assert state(session) == [(first.place_id, "left"), (second.place_id, "offered")]
    assert numbers(session) == (0, 1, 0, 0)


def test_more_seats_are_offered_to_those_who_wait_and_fewer_than_given_is_refused(
    bookable: Bookable, person: People
) -> None:
    session = bookable(1)
    book(person(), session)
    for _ in range(3):
        wait(person(), session)

    set_seats(session=session, capacity=3)

    assert numbers(session) == (0, 2, 1, 1)
    with pytest.raises(FewerSeatsThanGiven):
        set_seats(session=session, capacity=2)


def test_a_swap_gives_up_the_one_seat_only_if_the_other_is_won(bookable: Bookable, person: People) -> None:
    here, there = bookable(1), bookable(1)
    robin, other = person(), person()
    book(robin, here)
    taken = book(other, there)
    by = robin.managed_by
    with pytest.raises(NoSeatLeft):
        swap_seat(place=robin.place, give_up=here, take=there, by=by)
    assert [booking.session_id for booking in Booking.objects.standing().filter(place=robin.place)] == [
        here.pk
    ]

    give_up_seat(booking=taken, by=other.managed_by)
    swap_seat(place=robin.place, give_up=here, take=there, by=by)

    assert [booking.session_id for booking in Booking.objects.standing()] == [there.pk]
    assert (numbers(here), numbers(there)) == ((0, 0, 0, 0), (0, 0, 1, 0))
    with pytest.raises(NoSeatToGiveUp):
        swap_seat(place=robin.place, give_up=here, take=there, by=by)


def test_an_offer_is_accepted_instead_of_an_overlapping_seat_which_goes_on(
    bookable: Bookable, person: People
) -> None:
    here, there = bookable(1), bookable(1)
    robin, other, next_one = person(), person(), person()
    book(robin, here)
    booking = book(other, there)
    asked = wait(robin, there)
    wait(next_one, here)
    give_up_seat(booking=booking, by=other.managed_by)
    with pytest.raises(OverlappingSeat):
        accept_seat(wait=asked, by=robin.managed_by)

    accept_seat(wait=asked, by=robin.managed_by, give_up=here)

    assert Booking.objects.standing().get().session_id == there.pk
    assert state(here) == [(next_one.place_id, "offered")]


def test_seats_held_for_a_city_or_a_speaker_are_theirs_and_return_to_the_hold(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    session, speaker = bookable(2), factories.speaker()
    delegation = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    hold_seats(session=session, seats=1, delegation=delegation)
    hold_seats(session=session, seats=1, speaker=speaker)
    anyone, speaks = person(), person(speaker=speaker)
    of_the_city = person(place=Place.objects.create(edition=edition, delegation=delegation))
    with pytest.raises(NoSeatLeft):
        book(anyone, session)

    book(speaks, session)
    booking = book(of_the_city, session)
    assert numbers(session) == (0, 0, 2, 0)

    give_up_seat(booking=booking, by=of_the_city.managed_by)
    assert numbers(session) == (1, 0, 1, 0)
    with pytest.raises(NoSeatLeft):
        book(anyone, session)
    with pytest.raises(FewerSeatsThanGiven):
        hold_seats(session=session, seats=0, speaker=speaker)
    hold_seats(session=session, seats=0, delegation=delegation)
    book(anyone, session)
    with pytest.raises(FewerSeatsThanGiven):
        hold_seats(session=session, seats=1, delegation=delegation)


def test_the_desk_seats_people_on_its_own_seats_when_the_others_are_gone(
    bookable: Bookable, person: People
) -> None:
    session, desk = bookable(2), factories.user(is_superuser=True)
    hold_seats(session=session, seats=1)
    book(person(), session)
    last = person()
    with pytest.raises(NoSeatLeft):
        book(last, session)

    book_seat(place=last.place, session=session, by=desk)

    assert numbers(session) == (0, 0, 2, 0)


def test_a_companion_is_seated_with_their_person_or_neither_is(bookable: Bookable, person: People) -> None:
    session = bookable(3)
    book(person(), session)
    robin = person()
    with_robin = companion(robin)
    book(robin, session)
    assert numbers(session) == (0, 0, 3, 0)
    other = person()
    companion(other)
    wait(other, session)

    booking = Booking.objects.standing().get(place=robin.place, session=session)
    give_up_seat(booking=booking, by=robin.managed_by)

    assert not Booking.objects.standing().filter(place=with_robin.place).exists()
    assert [status for _place, status in state(session)] == ["offered", "offered"]
    accept_seat(wait=Wait.objects.filter(place=other.place).get(), by=other.managed_by)
    assert numbers(session) == (0, 0, 3, 0)


def test_a_limit_counts_the_person_and_not_the_companion(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    visit = factories.kind(name="field visit")
    first, second = (
        bookable(5, kind=visit, starts_at=NINE + timedelta(hours=2 * number)) for number in range(2)
    )
    BookingLimit.objects.create(edition=edition, kind=visit, most=1)
    robin = person()
    companion(robin)
    book(robin, first)

    with pytest.raises(LimitReached):
        book(robin, second)
    swap_seat(place=robin.place, give_up=first, take=second, by=robin.managed_by)
    assert (numbers(first)[2], numbers(second)[2]) == (0, 2)


def test_wheelchair_places_are_their_own(bookable: Bookable, person: People) -> None:
    session = bookable(1)
    set_seats(session=session, capacity=1, wheelchairs=1)
    book(person(), session)
    on_wheels = person(needs=NEEDS)
    book(on_wheels, session, is_wheelchair=True)
    with pytest.raises(NoSeatLeft):
        book(person(needs=NEEDS), session, is_wheelchair=True)
    asked = wait(person(needs=NEEDS), session, is_wheelchair=True)

    give_up_seat(booking=Booking.objects.get(place=on_wheels.place), by=on_wheels.managed_by)

    asked.refresh_from_db()
    pool = SeatPool.objects.get(session=session)
    assert (asked.status, pool.wheelchairs_offered, pool.offered) == ("offered", 1, 0)


def test_a_speaker_has_no_seat_elsewhere_while_they_speak(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    speaker = factories.speaker()
    factories.session(edition, speakers=(speaker,))
    session = bookable(1)
    with pytest.raises(SpeaksThen):
        book(person(speaker=speaker), session)


def test_a_speaker_whose_turn_it_is_is_passed_over_and_it_is_recorded(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    session, speaker = bookable(1), factories.speaker()
    booking = book(person(), session)
    speaks, behind = person(speaker=speaker), person()
    wait(speaks, session)
    wait(behind, session)
    factories.session(edition, speakers=(speaker,))
    release(edition=edition, by=None)

    give_up_seat(booking=booking, by=booking.booked_by)

    assert state(session) == [(speaks.place_id, "clash"), (behind.place_id, "offered")]
    assert speaks.events.latest("pk").verb == "seat_clash"


def test_seats_are_for_those_confirmed(bookable: Bookable, person: People) -> None:
    with pytest.raises(NotConfirmed):
        book(person(status="submitted"), bookable(5))


def test_a_release_that_cancels_a_session_ends_its_list(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    session = bookable(1)
    booking = book(person(), session)
    wait(person(), session)
    wait(person(), session)
    give_up_seat(booking=booking, by=booking.booked_by)
    session.is_cancelled = True
    session.save()

    release(edition=edition, by=None)

    assert [status for _place, status in state(session)] == ["called_off", "called_off"]
    assert numbers(session) == (0, 0, 0, 0)


def test_a_clash_after_a_release_is_settled_at_its_deadline_for_the_earlier_booking(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    later_booked = bookable(1, starts_at=NINE + timedelta(hours=3))
    first_booked = bookable(1)
    robin, waiting = person(), person()
    book(robin, first_booked)
    book(robin, later_booked)
    wait(waiting, later_booked)
    later_booked.starts_at, later_booked.ends_at = first_booked.starts_at, first_booked.ends_at
    later_booked.save()

    release(edition=edition, by=None)

    assert mails("clash") == [robin.pk]
    until = set(Booking.objects.standing().values_list("status", "clash_until"))
    assert {status for status, _until in until} == {"clash"}
    settle(at=timezone.now() + timedelta(hours=71))
    assert Booking.objects.standing().count() == 2

    settle(at=timezone.now() + timedelta(hours=73))

    kept = Booking.objects.standing().get(place=robin.place)
    assert (kept.session_id, kept.status, kept.clash_until) == (first_booked.pk, "active", None)
    assert state(later_booked) == [(waiting.place_id, "offered")]
    assert mails("clash_settled") == [Booking.objects.get(session=later_booked).pk]


def test_a_session_in_which_one_speaks_moved_onto_a_seat_is_a_clash_and_the_seat_goes(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    speaker = factories.speaker()
    speech = factories.session(edition, speakers=(speaker,), starts_at=NINE + timedelta(hours=5))
    session = bookable(1)
    robin = person(speaker=speaker)
    book(robin, session)
    speech.starts_at, speech.ends_at = session.starts_at, session.ends_at
    speech.save()

    release(edition=edition, by=None)
    assert Booking.objects.get().status == "clash"

    settle(at=timezone.now() + timedelta(hours=73))
    assert Booking.objects.get().status == "given_up"


def test_who_accompanies_a_speaker_loses_the_seat_with_them(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    speaker = factories.speaker()
    speech = factories.session(edition, speakers=(speaker,), starts_at=NINE + timedelta(hours=5))
    session = bookable(2)
    robin = person(speaker=speaker)
    companion(robin)
    book(robin, session)
    speech.starts_at, speech.ends_at = session.starts_at, session.ends_at
    speech.save()
    release(edition=edition, by=None)

    settle(at=timezone.now() + timedelta(hours=73))

    assert (numbers(session), Booking.objects.standing().count()) == ((0, 0, 0, 0), 0)
    assert mails("clash_settled") == [Booking.objects.get(place=robin.place).pk]


def test_who_keeps_only_the_companion_ends_no_wait(bookable: Bookable, person: People) -> None:
    session, boss, former = bookable(1), person(), factories.user()
    book(person(), session)
    along = companion(boss)
    wait(boss, session)
    Registration.objects.filter(pk=along.pk).update(managed_by=former)

    for act in (leave_list, decline_seat):
        with pytest.raises(NotYours):
            act(wait=Wait.objects.get(place=along.place), by=former)
    assert {status for _place, status in state(session)} == {"waiting"}


def test_what_can_never_be_is_refused_and_holds_nobody_up(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    session = bookable(2)
    booking, _other = book(person(), session), book(person(), session)
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    places = [Place.objects.create(edition=edition, delegation=delegation) for _ in range(3)]

    def ask(count: int) -> None:
        wait_for_seats(places=places[:count], session=session, by=coordinator, wants_all=True)

    with pytest.raises(NeverThatMany):
        ask(3)
    with pytest.raises(NoWheelchairPlaces):
        wait(person(), session, is_wheelchair=True)
    ask(2)
    behind = person()
    wait(behind, session)
    give_up_seat(booking=booking, by=booking.booked_by)
    assert {status for _place, status in state(session)} == {"waiting"}

    # Fewer seats than the group wants: it is offered what there is.
    set_seats(session=session, capacity=1)
    set_seats(session=session, capacity=1, wheelchairs=1)
    assert numbers(session)[:3] == (0, 0, 1)
    give_up_seat(booking=Booking.objects.standing().get(), by=factories.user(is_superuser=True))
    assert [status for _place, status in state(session)] == ["offered", "waiting", "waiting"]


def test_a_session_moved_earlier_shortens_its_offers(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    session = bookable(1)
    booking = book(person(), session)
    asked = wait(person(), session)
    give_up_seat(booking=booking, by=booking.booked_by)
    soon = timezone.now() + timedelta(hours=3)
    session.starts_at, session.ends_at = soon, soon + timedelta(hours=1)
    session.save()

    release(edition=edition, by=None)

    asked.refresh_from_db()
    assert asked.offer_until == soon


def test_one_list_that_cannot_be_settled_holds_up_no_other(
    bookable: Bookable, person: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = bookable(1), bookable(1)
    for session in (broken, sound):
        booking = book(person(), session)
        wait(person(), session)
        give_up_seat(booking=booking, by=booking.booked_by)

    def settled(session_id: int, *, at: datetime) -> None:
        if session_id == broken.pk:
            raise RuntimeError
        original(session_id, at=at)

    original = deadlines.settle_list
    monkeypatch.setattr(deadlines, "settle_list", settled)

    settle(at=timezone.now() + timedelta(hours=25))

    assert (state(broken)[0][1], state(sound)[0][1]) == ("offered", "expired")
    assert "could not be settled" in caplog.text


def test_who_is_made_a_speaker_learns_at_once_of_a_seat_at_that_time(
    edition: Edition, bookable: Bookable, person: People
) -> None:
    speaker = factories.speaker()
    factories.session(edition, speakers=(speaker,))
    robin = person()
    booking = book(robin, bookable(1))

    desk = factories.user(is_superuser=True)
    match_records(registration=robin, by=desk, speaker=speaker)

    booking.refresh_from_db()
    assert (booking.status, mails("clash")) == ("clash", [robin.pk])
    match_records(registration=robin, by=desk, speaker=None)
    booking.refresh_from_db()
    assert (booking.status, booking.clash_until) == ("active", None)
