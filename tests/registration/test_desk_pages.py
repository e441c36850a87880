"""What the desk reads and presses on the pages of the admin: places, bookings, waits, cities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import NoSeatLeft, SeatsKeptForOthers, book_seat, wait_for_seats
from registration.actions.delegations import add_places, take_back_place
from registration.delegations import history_of_delegation
from registration.models import Booking, Delegation, Place, Registration, Wait
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def city(edition: Edition) -> Delegation:
    return Delegation.objects.create(
        edition=edition, organisation=factories.organisation(name="Beispielstadt")
    )


def address(model: str, page: str = "") -> str:
    return f"/admin/registration/{model}/{page}"


def shown(client: Client, where: str) -> str:
    return client.get(where).content.decode()


def choices(client: Client, term: str = "") -> list[str]:
    """What the field for the place offers when a seat is booked for someone."""
    asked = {"app_label": "registration", "model_name": "booking", "field_name": "place", "term": term}
    found: list[dict[str, Any]] = client.get("/admin/autocomplete/", asked).json()["results"]
    return [choice["text"] for choice in found]


def test_a_place_is_chosen_by_its_person_or_its_city(
    desk: Client, edition: Edition, city: Delegation, registration: Registration
) -> None:
    youth = Place.objects.create(edition=edition, delegation=city, note="youth council")
    free = Place.objects.create(edition=edition, delegation=city)
    Place.objects.create(edition=edition, delegation=city, closed_at="2026-01-01T00:00Z")
    Place.objects.create(edition=edition)

    Registration.objects.update(organisation_name="Green Squares")

    assert choices(desk) == [
        f"{registration.name} · Green Squares",
        f"Beispielstadt · youth council · place {youth.pk}",
        f"Beispielstadt · not named yet · place {free.pk}",
    ]
    assert choices(desk, registration.family_name) == [str(registration.place)]


def test_choosing_a_place_asks_as_many_questions_for_ten_as_for_two(
    desk: Client, edition: Edition, city: Delegation
) -> None:
    def count() -> int:
        for _ in range(5):
            factories.registration(edition)
            Place.objects.create(edition=edition, delegation=city)
        choices(desk)
        with CaptureQueriesContext(connection) as queries:
            choices(desk)
        return len(queries)

    assert count() == count()


def test_the_page_of_a_place_says_its_state_in_words(
    desk: Client, edition: Edition, city: Delegation
) -> None:
    place = Place.objects.create(edition=edition, delegation=city)
    page, adding = shown(desk, address("place", f"{place.pk}/change/")), shown(desk, address("place", "add/"))

    assert "in use" in page
    assert [word for word in ("standing", "not named yet") if word in adding] == []
    assert "&#x27;standing&#x27;" not in page


def test_a_booking_names_its_person_and_time_and_is_given_up_once_confirmed(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(1)
    booking = book_seat(place=registration.place, session=session, by=robin)
    page, button = address("booking", f"{booking.pk}/change/"), address("booking", f"{booking.pk}/give-up/")
    before = shown(desk, page)

    asking = shown(desk, button)
    still = Booking.objects.standing().count()
    done = desk.post(button, follow=True)

    assert [name in before for name in (registration.name, "09:00", "booked", button)] == [True] * 4
    assert (f"It is the seat of {registration.name}." in asking, still) == (True, 1)
    assert Booking.objects.get().status == "given_up"
    assert f"The seat of {registration.name} in “{session}” is free again." in done.content.decode()
    assert button not in done.content.decode()


def test_a_clash_in_the_list_says_what_it_overlaps(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(title="Night markets"), bookable(title="Safe squares", starts_at=NINE + 2 * HOUR)
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)
    early = Booking.objects.get(session=first)
    Booking.objects.update(status="clash", during=early.during)

    rows = desk.get(address("booking")).context["cl"].result_list
    admin = site.get_model_admin(Booking)
    assert {str(row.session): admin.overlaps(row) for row in rows} == {
        "Night markets": "Safe squares",
        "Safe squares": "Night markets",
    }


def test_the_list_of_bookings_asks_as_many_questions_for_ten_as_for_five(
    desk: Client, edition: Edition, bookable: Bookable
) -> None:
    session = bookable(50)

    def count() -> int:
        for _ in range(5):
            person = factories.registration(edition)
            book_seat(place=person.place, session=session, by=person.managed_by)
        desk.get(address("booking"))
        with CaptureQueriesContext(connection) as queries:
            desk.get(address("booking"))
        return len(queries)

    assert count() == count()


def test_a_wait_names_its_people_and_ends_once_confirmed(
    desk: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(2)
    book_seat(place=registration.place, session=session, by=robin)
    people = [factories.registration(edition, managed_by=robin, is_own=False) for _ in range(2)]
    wait, _other = wait_for_seats(
        places=[person.place for person in people], session=session, by=robin, wants_all=True
    )
    page, button = address("wait", f"{wait.pk}/change/"), address("wait", f"{wait.pk}/take-off/")
    before = shown(desk, page)

    asking = shown(desk, button)
    desk.post(button)

    assert [words in before for words in (people[0].name, f"{people[1].name}: all of them or none")] == [
        True,
        True,
    ]
    assert f"Take {people[0].name} off the waiting list?" in asking
    assert Wait.objects.get(pk=wait.pk).status == "left"
    assert button not in shown(desk, page)


def test_free_seats_kept_for_a_group_are_said_to_be_kept(
    desk: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(3)
    people = [factories.registration(edition, managed_by=robin, is_own=False) for _ in range(3)]
    seated = factories.registration(edition)
    book_seat(place=seated.place, session=session, by=seated.managed_by)
    wait_for_seats(places=[person.place for person in people], session=session, by=robin, wants_all=True)
    full = bookable(0)

    with pytest.raises(SeatsKeptForOthers, match="kept for those on its waiting list"):
        book_seat(place=registration.place, session=session, by=robin)
    with pytest.raises(NoSeatLeft, match="All seats in this session are taken"):
        book_seat(place=registration.place, session=full, by=robin)

    assert "2, kept for those who wait" in shown(desk, address("seatpool"))
    assert "2, kept for those who wait" in shown(desk, address("seatpool", f"{session.pk}/change/"))
    assert "2, kept for those who wait" in shown(desk, address("wait"))


def test_seats_lead_to_who_has_them_and_who_waits_for_who_may_read_these(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(1)
    book_seat(place=registration.place, session=session, by=robin)
    taken, waiting = (f"{address(model)}?session__id__exact={session.pk}" for model in ("booking", "wait"))

    for page in (address("seatpool"), address("seatpool", f"{session.pk}/change/")):
        assert [where in shown(desk, page) for where in (taken, waiting)] == [True, True]
    answer = desk.get(taken)
    assert registration.name in answer.content.decode()
    content = factories.user(is_staff=True)
    content.user_permissions.add(*Permission.objects.filter(codename="view_seatpool"))
    desk.force_login(content)
    assert [where in shown(desk, address("seatpool")) for where in (taken, waiting)] == [False, False]


def test_a_city_is_opened_from_the_list_and_a_place_is_taken_back_once_confirmed(
    desk: Client, edition: Edition, city: Delegation
) -> None:
    place = Place.objects.create(edition=edition, delegation=city)
    page = address("delegation", f"{city.pk}/city/")

    assert f'href="{page}"' in shown(desk, address("delegation"))
    assert f'value="take_back-{place.pk}"' not in shown(desk, page)
    assert f'value="take_back-{place.pk}"' in shown(desk, f"{page}?take_back={place.pk}")
    assert "Keep it" not in shown(desk, f"{page}?take_back=banana")
    desk.post(page, {"what": f"take_back-{place.pk}"})
    assert Place.objects.standing().count() == 0


def test_the_history_of_a_city_tells_what_the_desk_did_with_its_places(
    desk: Client, edition: Edition, city: Delegation
) -> None:
    by = factories.user(is_staff=True, is_superuser=True, name="Dana Desk")
    add_places(delegation=city, count=3, by=by)
    second = city.places.order_by("pk")[1]
    Place.objects.filter(pk=second.pk).update(note="youth council")
    take_back_place(place=second, by=by)

    assert [(event.who, event.what, event.about) for event in history_of_delegation(city)] == [
        ("Dana Desk", "took the place back", "place 2, youth council"),
        ("Dana Desk", "added places", "3 places"),
    ]
    assert "place 2, youth council" in shown(desk, address("delegation", f"{city.pk}/city/"))
