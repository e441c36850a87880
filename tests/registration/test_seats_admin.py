"""What organisers do with seats in the admin: numbers, holds, waiting lists, a seat given by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import book_seat, hold_seats, wait_for_seats
from registration.models import Booking, BookingLimit, Delegation, Hold, Registration, SeatPool, Wait
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def city(edition: Edition) -> Delegation:
    return Delegation.objects.create(edition=edition, organisation=factories.organisation())


def address(model: str, page: str = "") -> str:
    return f"/admin/registration/{model}/{page}"


def numbers(**changed: Any) -> dict[str, Any]:
    """What the form of a pool sends with one row of seats held."""
    return {
        "capacity": 5,
        "held": 0,
        "wheelchairs": 0,
        "holds-TOTAL_FORMS": 0,
        "holds-INITIAL_FORMS": 0,
        **changed,
    }


def test_seats_are_held_for_a_city_for_a_speaker_and_for_the_desk(
    desk: Client, city: Delegation, bookable: Bookable
) -> None:
    session, speaker = bookable(5), factories.speaker()
    page = address("seatpool", f"{session.pk}/change/")
    rows = {
        "holds-TOTAL_FORMS": 2,
        "holds-0-delegation": city.pk,
        "holds-0-seats": 2,
        "holds-1-speaker": speaker.pk,
        "holds-1-seats": 1,
    }

    desk.post(page, numbers(held=1, wheelchairs=2, **rows))

    pool = SeatPool.objects.get()
    assert (pool.capacity, pool.held, pool.free, pool.wheelchairs) == (5, 4, 1, 2)
    assert set(Hold.objects.values_list("delegation", "speaker", "seats")) == {
        (city.pk, None, 2),
        (None, speaker.pk, 1),
        (None, None, 1),
    }
    hold = Hold.objects.get(delegation=city)
    change = {
        "holds-TOTAL_FORMS": 1,
        "holds-INITIAL_FORMS": 1,
        "holds-0-id": hold.pk,
        "holds-0-delegation": city.pk,
        "holds-0-seats": 2,
        "holds-0-DELETE": "on",
    }
    desk.post(page, numbers(held=0, **change))
    assert SeatPool.objects.get().held == 1


def test_more_held_than_free_is_refused_and_what_was_typed_stays(
    desk: Client, city: Delegation, bookable: Bookable
) -> None:
    session = bookable(5)
    rows = {"holds-TOTAL_FORMS": 1, "holds-0-delegation": city.pk, "holds-0-seats": 77}

    answer = desk.post(address("seatpool", f"{session.pk}/change/"), numbers(**rows))

    page = answer.content.decode()
    assert (answer.status_code, "There are not that many seats" in page, 'value="77"' in page) == (
        200,
        True,
        True,
    )
    assert not Hold.objects.exists()


def test_a_hold_is_for_someone(desk: Client, bookable: Bookable) -> None:
    rows = {"holds-TOTAL_FORMS": 1, "holds-0-seats": 2}
    answer = desk.post(address("seatpool", f"{bookable(5).pk}/change/"), numbers(**rows))

    assert "Say for which delegation or speaker the seats are held." in answer.content.decode()


def test_the_desk_books_for_someone_on_its_own_seats(
    desk: Client, registration: Registration, bookable: Bookable
) -> None:
    session = bookable(1)
    hold_seats(session=session, seats=1)
    values = {"session": session.pk, "place": registration.place_id}

    desk.post(address("booking", "add/"), values)
    again = desk.post(address("booking", "add/"), values)

    assert Booking.objects.get().place == registration.place
    assert "There is a seat in this session already." in again.content.decode()


def test_the_waiting_list_is_read_in_its_order_and_someone_is_taken_off(
    desk: Client, edition: Edition, robin: User, registration: Registration, bookable: Bookable
) -> None:
    session = bookable(1)
    book_seat(place=registration.place, session=session, by=robin)

    def waits(count: int) -> int:
        for _ in range(count):
            person = factories.registration(edition)
            wait_for_seats(places=[person.place], session=session, by=person.managed_by)
        desk.get(address("wait"))
        with CaptureQueriesContext(connection) as queries:
            answer = desk.get(address("wait"))
        assert [wait.at for wait in answer.context["cl"].result_list] == [*range(1, Wait.objects.count() + 1)]
        return len(queries)

    assert waits(2) == waits(8)
    first = Wait.objects.earliest("pk")
    desk.post(address("wait"), {"action": "take_off", "_selected_action": [first.pk]})
    assert Wait.objects.get(pk=first.pk).status == "left"
    assert desk.get(address("wait", f"{first.pk}/change/")).status_code == 200


def test_a_limit_is_set_once_for_each_kind(desk: Client, edition: Edition) -> None:
    visit = factories.kind(name="field visit")
    values = {"edition": edition.pk, "kind": visit.pk, "most": 1}
    desk.post(address("bookinglimit", "add/"), values)
    again = desk.post(address("bookinglimit", "add/"), values)

    assert (BookingLimit.objects.count(), again.status_code) == (1, 200)


def test_the_rules_are_within_reason(desk: Client, edition: Edition) -> None:
    values = {
        "edition": edition.pk,
        "offer_hours": 0,
        "group_cut_off_hours": 48,
        "clash_hours": 72,
        "reminder_days": 7,
        "digest_hour": 17,
    }
    refused = desk.post(address("bookingrules", "add/"), values)
    assert "Use at least one hour" in refused.content.decode()
    desk.post(address("bookingrules", "add/"), {**values, "offer_hours": 12})
    assert edition.booking_rules.offer_hours == 12


def test_lowering_the_seats_below_what_is_given_is_refused(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(5, starts_at=NINE + timedelta(hours=1))
    book_seat(place=registration.place, session=session, by=robin)
    page = address("seatpool", f"{session.pk}/change/")

    for wrong in (numbers(capacity=0), numbers(capacity=2, held=2)):
        assert "There are not that many seats" in desk.post(page, wrong).content.decode()
    assert SeatPool.objects.get().capacity == 5


def test_the_page_of_seats_warns_where_the_programme_says_otherwise_of_wheelchairs(
    desk: Client, bookable: Bookable
) -> None:
    silent, agreed, other = bookable(), bookable(wheelchair_places=0), bookable(wheelchair_places=2)

    def warnings(session: Session) -> list[str]:
        response = desk.get(address("seatpool", f"{session.pk}/change/"))
        return [str(message) for message in response.context["messages"]]

    assert (warnings(silent), warnings(agreed)) == ([], [])
    [sentence] = warnings(other)
    assert sentence.startswith(
        "The programme says that this session has 2 wheelchair places, and 0 can be booked"
    )


def test_seats_held_for_another_city_are_free_of_the_first(
    desk: Client, city: Delegation, edition: Edition, bookable: Bookable
) -> None:
    session = bookable(5)
    other = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    hold = hold_seats(session=session, seats=2, delegation=city)
    assert hold is not None
    rows = {
        "holds-TOTAL_FORMS": 1,
        "holds-INITIAL_FORMS": 1,
        "holds-0-id": hold.pk,
        "holds-0-delegation": other.pk,
        "holds-0-seats": 2,
    }

    desk.post(address("seatpool", f"{session.pk}/change/"), numbers(**rows))

    assert set(Hold.objects.values_list("delegation", "seats")) == {(other.pk, 2)}
    assert SeatPool.objects.get().held == 2


def test_a_session_leads_to_its_seats_and_back(desk: Client, edition: Edition, bookable: Bookable) -> None:
    booked, open_to_all = bookable(5), factories.session(edition)
    shown = desk.get(f"/admin/programme/session/{booked.pk}/change/").content.decode()
    assert f"/admin/programme/session/{booked.pk}/seats/" in shown

    def led(session: Session, client: Client) -> str:
        done = client.get(f"/admin/programme/session/{session.pk}/seats/", follow=True)
        return str(done.request["PATH_INFO"] + done.request["QUERY_STRING"])

    assert led(booked, desk) == address("seatpool", f"{booked.pk}/change/")
    assert led(open_to_all, desk) == address("seatpool", f"add/session={open_to_all.pk}")
    pool = desk.get(address("seatpool", f"{booked.pk}/change/")).content.decode()
    assert f'href="/admin/programme/session/{booked.pk}/change/"' in pool

    reader = factories.user(is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_seatpool", "view_session"])
    reader.user_permissions.set(rights)
    may_read = Client()
    may_read.force_login(reader)
    assert led(open_to_all, may_read) == f"/admin/programme/session/{open_to_all.pk}/change/"
