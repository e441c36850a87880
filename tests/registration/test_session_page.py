"""One session for each of the reader's registrations: what is offered, what is refused, and how it is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session, WalkingTime
from registration.actions import book_seat, give_up_seat, hold_seats, set_seats, star, wait_for_seats
from registration.models import Booking, BookingLimit, Delegation, Place, Registration, SeatPool, Wait
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]
HOUR = timedelta(hours=1)


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


@pytest.fixture
def full(edition: Edition, bookable: Bookable) -> Callable[..., Session]:
    """A released session with one seat, or so many, which others have."""

    def make(seats: int = 1, **fields: Any) -> Session:
        session = bookable(seats, **fields)
        for _ in range(seats):
            other = factories.registration(edition)
            book_seat(place=other.place, session=session, by=other.managed_by)
        return session

    return make


def body(page: Client, session: Session, query: str = "") -> str:
    return str(page.get(f"/en/my/sessions/{session.code}/{query}").content.decode())


def buttons(page: Client, session: Session, registration: Registration) -> list[tuple[str, str, str]]:
    """What, its label, and instead of what."""
    response = page.get(f"/en/my/sessions/{session.code}/")
    [person] = [one for one in response.context["people"] if one.choice.registration == registration]
    return [
        (button.what, button.label, button.give) for button in person.buttons if "star" not in button.what
    ]


def do(page: Client, session: Session, registration: Registration, what: str, **more: str) -> tuple[int, str]:
    response = page.post(
        f"/en/my/sessions/{session.code}/",
        {"what": what, "registration": registration.pk, **more},
        follow=True,
    )
    return response.status_code, " ".join(str(message) for message in response.context["messages"])


def free_the_seat(session: Session) -> None:
    booking = Booking.objects.standing().filter(session=session).first()
    assert booking is not None
    give_up_seat(booking=booking, by=factories.user(is_superuser=True, is_staff=True))


def test_a_full_session_has_a_list_to_join_and_to_leave(
    page: Client, registration: Registration, full: Callable[..., Session]
) -> None:
    session = full(title_en="Safe nights")
    assert buttons(page, session, registration) == [("wait", "Join the waiting list", "")]

    status, told = do(page, session, registration, "wait")
    assert status == 200
    assert told.startswith(f"On the waiting list of “Safe nights”, at number 1: {registration.name}.")
    assert "Number 1 on the waiting list" in body(page, session)
    assert do(page, session, registration, "wait")[0] == 200  # the second of two clicks
    assert buttons(page, session, registration) == [("leave_wait", "Leave the waiting list", "")]

    assert do(page, session, registration, "leave_wait")[1] == (
        f"{registration.name} is no longer on the waiting list of “Safe nights”."
    )
    assert [Wait.objects.get().status, SeatPool.objects.get().waiting] == ["left", 0]


def test_an_offered_seat_is_accepted_or_goes_on(
    page: Client, registration: Registration, full: Callable[..., Session]
) -> None:
    first, second = full(title_en="First"), full(title_en="Second", starts_at=NINE + 2 * HOUR)
    for session in (first, second):
        do(page, session, registration, "wait")
        free_the_seat(session)
        assert buttons(page, session, registration) == [
            ("accept_offer", "Accept the seat", ""),
            ("decline_offer", "Decline", ""),
        ]
    assert "It is kept until" in body(page, first)

    assert do(page, first, registration, "accept_offer")[1] == f"{registration.name} has a seat in “First”."
    assert do(page, first, registration, "accept_offer")[0] == 200
    assert do(page, second, registration, "decline_offer")[1] == (
        f"The seat in “Second” that was offered to {registration.name} goes on to the next."
    )
    assert do(page, second, registration, "accept_offer")[0] == 409
    assert list(Wait.objects.order_by("pk").values_list("status", flat=True)) == ["accepted", "declined"]


def test_an_offer_at_the_time_of_a_seat_is_accepted_instead_of_it(
    page: Client, registration: Registration, robin: User, full: Callable[..., Session], bookable: Bookable
) -> None:
    seat = bookable(title_en="Has a seat")
    book_seat(place=registration.place, session=seat, by=robin)
    session = full(title_en="Wanted")
    do(page, session, registration, "wait")
    free_the_seat(session)

    assert buttons(page, session, registration)[0] == (
        "accept_offer",
        "Accept it instead of “Has a seat”",
        seat.code,
    )
    assert do(page, session, registration, "accept_offer")[0] == 409
    assert do(page, session, registration, "accept_offer", give=seat.code)[0] == 200
    standing = Booking.objects.standing().filter(place=registration.place)
    assert [booking.session for booking in standing] == [session]


def test_one_seat_is_taken_instead_of_another_in_one_step(
    page: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(title_en="First"), bookable(title_en="Second", starts_at=NINE + HOUR / 2)
    book_seat(place=registration.place, session=first, by=robin)
    shown = body(page, second)

    assert "at this time (09:00–10:00)" in shown
    assert buttons(page, second, registration) == [("swap", "Take this instead of “First”", first.code)]
    assert do(page, second, registration, "swap", give=first.code)[1] == (
        f"{registration.name} has a seat in “Second” and gave up the one in “First”."
    )
    # A second click finds what the first has done.
    assert do(page, second, registration, "swap", give=first.code)[0] == 200
    standing = Booking.objects.standing().filter(place=registration.place)
    assert [booking.session for booking in standing] == [second]


def test_a_swap_with_seats_in_both_says_that_nothing_was_given_up(
    page: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(title_en="First"), bookable(title_en="Second", starts_at=NINE + HOUR * 3)
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)

    status, told = do(page, second, registration, "swap", give=first.code)

    assert (status, told) == (409, "There is a seat in this session already.")
    assert Booking.objects.standing().count() == 2


@pytest.mark.parametrize("give", ["", "ZZZZZZ", "\x00", "banana", "x" * 10_000, "²²²²²²"])
def test_a_swap_for_nothing_says_so_and_changes_nothing(
    page: Client, registration: Registration, robin: User, bookable: Bookable, give: str
) -> None:
    first, second = bookable(), bookable()
    book_seat(place=registration.place, session=first, by=robin)

    status, told = do(page, second, registration, "swap", give=give)
    assert (status, told != "") == (409, True)
    assert [booking.session for booking in Booking.objects.standing()] == [first]


def test_a_refused_swap_keeps_the_seat_one_has(
    page: Client, registration: Registration, robin: User, full: Callable[..., Session], bookable: Bookable
) -> None:
    first = bookable()
    book_seat(place=registration.place, session=first, by=robin)
    session = full()

    assert do(page, session, registration, "swap", give=first.code) == (
        409,
        "All seats in this session are taken.",
    )
    assert Booking.objects.standing().filter(place=registration.place, session=first).exists()


def test_an_offer_beyond_the_limit_of_its_kind_is_accepted_instead_of_the_seat_that_fills_it(
    page: Client,
    edition: Edition,
    registration: Registration,
    robin: User,
    full: Callable[..., Session],
    bookable: Bookable,
) -> None:
    visit = factories.kind(name_en="Field visit")
    first = bookable(title_en="One visit", kind=visit)
    other = full(title_en="Another visit", kind=visit, starts_at=NINE + 3 * HOUR)
    BookingLimit.objects.create(edition=edition, kind=visit, most=1)
    book_seat(place=registration.place, session=first, by=robin)
    do(page, other, registration, "wait")
    free_the_seat(other)
    agenda = page.get("/en/my/agenda/").content.decode()

    assert "One person books at most 1 seat of this kind (Field visit): choose which one to keep." in agenda
    assert "Accept it instead of “One visit”" in agenda
    assert f'name="give" value="{first.code}"' in agenda
    assert "Accept the seat" not in agenda
    assert do(page, other, registration, "accept_offer", give=first.code)[1] == (
        f"{registration.name} has a seat in “Another visit” and gave up the one in “One visit”."
    )
    history = page.get(registration.get_absolute_url()).content.decode()
    assert "Another visit, instead of One visit" in history


def test_it_is_asked_before_a_seat_goes_to_who_waits(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(1)
    book_seat(place=registration.place, session=session, by=robin)
    other = factories.registration(edition)
    wait_for_seats(places=[other.place], session=session, by=other.managed_by)
    address = f"/en/my/sessions/{session.code}/"
    asked = page.post(address, {"what": "give_up", "registration": registration.pk})

    assert (asked.status_code, Wait.objects.get().status) == (200, "waiting")
    assert "1 person is waiting, and the seat goes to them at once" in asked.content.decode()
    sure = page.post(address, {"what": "give_up", "registration": registration.pk, "sure": "on"})
    assert (sure.status_code, Wait.objects.get().status) == (302, "offered")
    assert "goes to those who wait" in body(page, session)


def test_who_was_chosen_comes_first_and_the_agenda_s_links_choose(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    other = factories.registration(edition, managed_by=robin, is_own=False)
    session = bookable(title_en="Booked")
    book_seat(place=other.place, session=session, by=robin)
    address = f"/en/my/sessions/{session.code}/"

    def order(query: str) -> list[Registration]:
        return [person.choice.registration for person in page.get(address + query).context["people"]]

    assert order("") == [registration, other]
    assert order(f"?registration={other.pk}") == [other, registration]
    assert order("?registration=banana") == [registration, other]
    agenda = page.get(f"/en/my/agenda/?registration={other.pk}").content.decode()
    assert f'href="{address}?registration={other.pk}"' in agenda
    response = page.post(address, {"what": "star", "registration": other.pk})
    assert response.headers["Location"] == f"{address}?registration={other.pk}"


def test_a_group_reads_that_it_waits_as_one(
    page: Client, edition: Edition, registration: Registration, robin: User, full: Callable[..., Session]
) -> None:
    other = factories.registration(
        edition, managed_by=robin, is_own=False, given_name="Ann", family_name="Example"
    )
    session = full(3)
    people = [registration.place, other.place]
    wait_for_seats(places=people, session=session, by=robin, wants_all=True)

    shown = body(page, session)
    assert "Waits together with Ann Example, all or none" in shown
    assert f"Waits together with {registration.name}, all or none" in shown
    set_seats(session=session, capacity=5)
    assert "Asked for together with Ann Example. Each seat is accepted or declined" in body(page, session)


def test_the_limit_of_a_kind_is_shown_with_the_seat_that_fills_it(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    visit = factories.kind(name_en="Field visit")
    first = bookable(title_en="One visit", kind=visit)
    other = bookable(title_en="Another visit", kind=visit, starts_at=NINE + 3 * HOUR)
    BookingLimit.objects.create(edition=edition, kind=visit, most=1)
    book_seat(place=registration.place, session=first, by=robin)

    assert "Seats of this kind (Field visit): 1 of 1 at most." in body(page, other)
    assert buttons(page, other, registration) == [("swap", "Take this instead of “One visit”", first.code)]
    assert do(page, other, registration, "book")[0] == 409
    assert do(page, other, registration, "swap", give=first.code)[0] == 200


def test_a_speaker_s_own_session_blocks_a_booking(
    page: Client, edition: Edition, registration: Registration, bookable: Bookable
) -> None:
    ada = factories.speaker()
    registration.speaker = ada
    registration.save()
    factories.session(edition, title_en="Her own", speakers=(ada,))
    session = bookable()

    assert "speaks in <a href=" in body(page, session)
    assert buttons(page, session, registration) == []
    status, told = do(page, session, registration, "book")
    assert (status, "speaks in “Her own” at that time" in told) == (409, True)


def test_the_way_to_the_sessions_beside_it_is_told_before_booking(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    near, far = factories.venue(edition), factories.venue(edition)
    WalkingTime.objects.create(first=near, second=far, minutes=12)
    agora = factories.room(edition, venue=near, name_en="Agora")
    before = bookable(room=agora)
    book_seat(place=registration.place, session=before, by=robin)
    session = bookable(
        room=factories.room(edition, venue=far, name_en="Far Room"),
        starts_at=NINE + HOUR + timedelta(minutes=10),
    )

    assert "12 minutes on foot from Agora, and there are 10 between the two." in body(page, session)


def test_a_wheelchair_place_is_a_choice_of_its_own(
    page: Client, registration: Registration, bookable: Bookable
) -> None:
    session = bookable(5)
    set_seats(session=session, capacity=5, wheelchairs=1)
    Registration.objects.filter(pk=registration.pk).update(needs="I use a wheelchair.")

    assert buttons(page, session, registration) == [
        ("book", "Book a seat", ""),
        ("book", "Book a wheelchair place", ""),
    ]
    do(page, session, registration, "book", is_wheelchair="on")
    pool = SeatPool.objects.get()
    assert (Booking.objects.get().is_wheelchair, pool.taken, pool.wheelchairs_taken) == (True, 0, 1)
    assert "Wheelchair place booked" in body(page, session)


def test_a_person_and_their_companion_book_together(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    place = Place.objects.create(
        edition=edition, accompanies=registration.place, companion_kind="interpreter"
    )
    ann = factories.registration(
        edition, place=place, managed_by=robin, is_own=False, given_name="Ann", family_name="Example"
    )
    session, small = bookable(2), bookable(1, starts_at=NINE + 2 * HOUR)

    assert buttons(page, session, registration) == [
        ("book", f"Book 2 seats: for {registration.name} and Ann Example", "")
    ]
    assert f"2 seats will be booked together: for {registration.name}, and for Ann Example." in body(
        page, session
    )
    assert buttons(page, session, ann) == []
    assert buttons(page, small, registration) == [("wait", "Join the waiting list", "")]
    do(page, session, registration, "book")
    assert {booking.place_id for booking in Booking.objects.standing()} == {registration.place_id, place.pk}
    assert "2 seats are booked together, with Ann Example." in body(page, session)


def test_a_companion_reads_of_no_limit(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    place = Place.objects.create(
        edition=edition, accompanies=registration.place, companion_kind="interpreter"
    )
    factories.registration(edition, place=place, managed_by=robin, is_own=False)
    session = bookable()
    BookingLimit.objects.create(edition=edition, kind=session.kind, most=1)

    assert body(page, session).count("0 of 1 at most") == 1


def test_seats_held_for_the_delegation_are_used_first(
    page: Client, edition: Edition, robin: User, bookable: Bookable
) -> None:
    delegation = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    place = Place.objects.create(edition=edition, delegation=delegation)
    registration = factories.registration(edition, place=place, managed_by=robin, is_outside_quota=True)
    session = bookable(2)
    hold_seats(session=session, seats=2, delegation=delegation)

    assert "2 seats are held back for the delegation; they are used first." in body(page, session)
    assert buttons(page, session, registration) == [("book", "Book a seat", "")]
    do(page, session, registration, "book")
    assert Booking.objects.get().hold is not None


def test_who_is_not_confirmed_stars_and_reads_why_there_is_no_seat(
    page: Client, edition: Edition, robin: User, bookable: Bookable
) -> None:
    registration = factories.registration(edition, managed_by=robin, status="submitted")
    session = bookable()

    assert "have not approved this registration yet" in body(page, session)
    assert buttons(page, session, registration) == []
    assert do(page, session, registration, "book") == (
        409,
        "Seats are booked once the registration is confirmed. Until then sessions can be starred.",
    )
    assert do(page, session, registration, "star")[0] == 200


def test_a_seat_given_up_can_be_taken_back_while_it_is_free(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(1)
    book_seat(place=registration.place, session=session, by=robin)
    response = page.post(
        f"/en/my/sessions/{session.code}/", {"what": "give_up", "registration": registration.pk}
    )
    address = response.headers["Location"]

    assert address.endswith(f"?gave_up={registration.pk}#person-{registration.pk}")
    assert "Take it back" in page.get(address).content.decode()
    other = factories.registration(edition)
    book_seat(place=other.place, session=session, by=other.managed_by)
    assert "Take it back" not in page.get(address).content.decode()


def test_several_people_wait_together_for_all_or_some(
    page: Client, edition: Edition, registration: Registration, robin: User, full: Callable[..., Session]
) -> None:
    other = factories.registration(edition, managed_by=robin, is_own=False)
    session = full(3)
    assert "Join the waiting list together" in body(page, session)
    page.post(
        f"/en/my/sessions/{session.code}/",
        {"what": "wait", "registration": [registration.pk, other.pk], "wants": "all"},
    )

    waits = Wait.objects.select_related("party")
    assert {wait.place_id for wait in waits} == {registration.place_id, other.place_id}
    assert {wait.party.wants_all for wait in waits} == {True}
    assert len({wait.party_id for wait in waits}) == 1


def test_what_was_chosen_together_survives_a_refusal(
    page: Client, edition: Edition, registration: Registration, robin: User, full: Callable[..., Session]
) -> None:
    people = [registration, *(factories.registration(edition, managed_by=robin, is_own=False) for _ in "12")]
    session = full(3)
    late = people[2]
    wait_for_seats(places=[late.place], session=session, by=robin)
    speaker = factories.speaker()
    Registration.objects.filter(pk=registration.pk).update(speaker=speaker)
    factories.session(edition, speakers=(speaker,))
    release(edition=edition, by=None)
    response = page.post(
        f"/en/my/sessions/{session.code}/",
        {"what": "wait", "registration": [people[0].pk, people[1].pk], "wants": "all"},
    )

    assert (response.status_code, Wait.objects.count()) == (409, 1)
    assert response.context["wants"] == "all"
    assert response.context["chosen"] == [str(people[0].pk), str(people[1].pk)]


def test_nothing_is_booked_once_it_has_begun(page: Client, robin: User, client: Client) -> None:
    today = factories.edition_of_today()
    registration = factories.registration(today, managed_by=robin)
    session = factories.session(today, starts_at=timezone.now() - timedelta(minutes=5))
    factories.pool(session)
    release(edition=today, by=None)

    assert "has begun" in body(page, session)
    assert buttons(page, session, registration) == []
    assert do(page, session, registration, "wait")[0] == 409


@pytest.mark.parametrize("asked", ["banana", "0", "-1", "9" * 10_000, "\x00", ""])
def test_someone_else_s_or_no_registration_is_not_found(
    page: Client, registration: Registration, bookable: Bookable, asked: str
) -> None:
    session = bookable()
    other = factories.registration(registration.edition)
    for pk in (asked, str(other.pk)):
        data = {"what": "book", "registration": pk}
        assert page.post(f"/en/my/sessions/{session.code}/", data).status_code == 404
    assert page.post(f"/en/my/sessions/{session.code}/", {"what": "book"}).status_code == 404
    mixed = {"what": "wait", "registration": [registration.pk, other.pk]}
    assert page.post(f"/en/my/sessions/{session.code}/", mixed).status_code == 404


@pytest.mark.parametrize("code", ["ZZZZZZ", "zzz", "x" * 5_000, "%F0%9F%98%80"])
def test_a_session_that_is_not_there_is_not_found(page: Client, edition: Edition, code: str) -> None:
    assert page.get(f"/en/my/sessions/{code}/").status_code == 404


@pytest.mark.parametrize("size", [1, 8])
def test_the_page_costs_the_same_for_many_people(
    page: Client, edition: Edition, robin: User, bookable: Bookable, size: int
) -> None:
    session = bookable(50)
    visit = bookable(50, starts_at=NINE + 2 * HOUR)
    for _ in range(size):
        other = factories.registration(edition, managed_by=robin, is_own=False)
        book_seat(place=other.place, session=visit, by=robin)
        star(registration=other, session=session)
    with CaptureQueriesContext(connection) as queries:
        assert page.get(f"/en/my/sessions/{session.code}/").status_code == 200

    assert len(queries) == 12


def test_the_state_tells_offers_waits_and_lists(
    page: Client, registration: Registration, full: Callable[..., Session], bookable: Bookable
) -> None:
    waited, offered = full(), full(starts_at=NINE + 2 * HOUR)
    free = bookable(3)
    for session in (waited, offered):
        do(page, session, registration, "wait")
    free_the_seat(offered)
    told = page.get("/my/state.json").json()

    assert {name: told[name] for name in ("waiting", "offered", "free", "lists")} == {
        "waiting": {waited.code: 1},
        "offered": [offered.code],
        "free": {waited.code: 0, offered.code: 0, free.code: 3},
        "lists": {waited.code: 1},
    }
