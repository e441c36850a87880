from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import (
    NotYours,
    book_seat,
    cancel_registration,
    give_up_seat,
    wait_for_seats,
)
from registration.actions.companions import name_companion, remove_companion, restore_companion
from registration.actions.delegation_refusals import NoCompanion, TooManyCompanions
from registration.models import Booking, Category, Registration, SeatPool
from tests import factories
from tests.registration.delegating import events_of, person

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


@pytest.fixture
def category(edition: Edition) -> Category:
    return factories.category(edition, name_en="Elected official", quota=1)


@pytest.fixture
def registration(edition: Edition, robin: User, category: Category) -> Registration:
    return factories.registration(edition, managed_by=robin, email=robin.email, category=category)


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


def interpreter(registration: Registration, by: User, **changed: str) -> Registration:
    return name_companion(
        registration=registration,
        by=by,
        companion_kind="interpreter",
        person=person(None, given_name="Ivo", **changed),
    ).registration


def seated() -> list[int]:
    return sorted(Booking.objects.standing().values_list("place_id", flat=True))


def test_a_companion_counts_in_no_quota_and_is_of_their_person_s_category(
    registration: Registration, robin: User, category: Category
) -> None:
    made = interpreter(registration, robin)

    made.refresh_from_db()
    category.refresh_from_db()
    assert (made.status, made.category, made.is_outside_quota, made.managed_by, made.is_own) == (
        "confirmed",
        category,
        True,
        robin,
        False,
    )
    assert (made.place.accompanies, made.place.companion_kind) == (registration.place, "interpreter")
    assert (category.taken_count, category.quota) == (1, 1)
    assert "accompanied" in events_of(registration)


def test_a_companion_named_late_is_booked_where_there_is_a_seat_and_the_rest_is_said(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    roomy = bookable(capacity=2)
    full = bookable(capacity=1, starts_at=factories.NINE + timedelta(hours=2))
    waited = bookable(capacity=0, starts_at=factories.NINE + timedelta(hours=4))
    for session in (roomy, full):
        book_seat(place=registration.place, session=session, by=robin)
    wait_for_seats(places=[registration.place], session=waited, by=robin)

    named = name_companion(
        registration=registration, by=robin, companion_kind="security", person=person(None)
    )

    booked = Booking.objects.standing().filter(place=named.registration.place)
    assert [booking.session for booking in booked] == [roomy]
    assert [row.pk for row in named.without] == [full.pk, waited.pk]
    assert [row.pk for row in named.seated] == [roomy.pk]


def test_a_companion_is_known_as_one_on_the_pages_of_who_keeps_both(
    page: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(capacity=2, title_en="Night walk")
    book_seat(place=registration.place, session=session, by=robin)
    address = f"/en/my/registrations/{registration.pk}/companions/"
    posted = {**person(None, given_name="Ivo"), "companion_kind": "interpreter"}

    said = page.post(address, posted, follow=True).content.decode()

    made = Registration.objects.get(given_name="Ivo")
    assert f"A seat is booked for {made.name} in “Night walk”." in said
    shown = page.get("/en/my/").content.decode()
    assert f"Companion of {registration.name} (interpreter)" in shown
    assert shown.index(f">{registration.name}<") < shown.index(f">{made.name}<")
    history = page.get(registration.get_absolute_url()).content.decode()
    assert f"named a companion ({made.name})" in history


def test_they_book_and_give_up_together_all_or_none(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    made = interpreter(registration, robin)
    session = bookable(capacity=2)

    booking = book_seat(place=registration.place, session=session, by=robin)
    assert seated() == sorted([registration.place_id, made.place_id])
    give_up_seat(booking=booking, by=robin)
    assert seated() == []


def test_removing_one_frees_the_seats_and_undo_books_them_again(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(capacity=2)
    made = interpreter(registration, robin, email="ivo@example.org")
    book_seat(place=registration.place, session=session, by=robin)

    remove_companion(place=made.place, by=robin)
    assert remove_companion(place=made.place, by=robin) is None
    made.refresh_from_db()
    assert (made.status, SeatPool.objects.get(pk=session.pk).taken) == ("cancelled", 1)

    again = restore_companion(registration=made, by=robin).registration
    assert (again.pk != made.pk, again.place, again.name, again.email) == (
        True,
        made.place,
        made.name,
        made.email,
    )
    assert seated() == sorted([registration.place_id, made.place_id])
    with pytest.raises(NoCompanion):
        restore_companion(registration=made, by=robin)


def test_a_cancelled_person_comes_without_companions(registration: Registration, robin: User) -> None:
    made = interpreter(registration, robin)

    cancel_registration(registration=registration, by=robin)

    made.refresh_from_db()
    assert made.status == "cancelled"
    with pytest.raises(NoCompanion):
        interpreter(Registration.objects.get(pk=registration.pk), robin)


def test_a_companion_brings_nobody_and_three_are_the_most(registration: Registration, robin: User) -> None:
    made = interpreter(registration, robin)
    with pytest.raises(NoCompanion):
        interpreter(made, robin, family_name="Second")

    for name in ("Second", "Third"):
        interpreter(registration, robin, family_name=name)
    with pytest.raises(TooManyCompanions):
        interpreter(registration, robin, family_name="Fourth")


def test_nobody_names_a_companion_of_someone_else_s(registration: Registration) -> None:
    with pytest.raises(NotYours):
        interpreter(registration, factories.user())


def test_the_companion_of_a_journalist_is_accredited_like_them(
    registration: Registration, robin: User, category: Category
) -> None:
    Category.objects.filter(pk=category.pk).update(is_press=True)

    made = interpreter(Registration.objects.get(pk=registration.pk), robin)

    made.refresh_from_db()
    assert made.status == "submitted"


def test_the_page_names_removes_and_brings_back(page: Client, registration: Registration) -> None:
    address = f"/en/my/registrations/{registration.pk}/companions/"
    answers = {**person(None, given_name="Ivo"), "companion_kind": "interpreter"}
    wrong = page.post(address, {**answers, "given_name": "\0", "function": "x" * 10_000})
    assert (wrong.status_code, "x" * 10_000 in wrong.content.decode()) == (200, True)

    assert page.post(address, answers).headers["Location"] == address
    made = Registration.objects.get(given_name="Ivo")
    assert "Ivo Příkladová" in page.get(address).content.decode()
    page.post(address, {"what": "remove", "registration": made.pk})
    assert "Undo" in page.get(address).content.decode()
    page.post(address, {"what": "restore", "registration": made.pk})

    assert [row.status for row in Registration.objects.filter(given_name="Ivo").order_by("pk")] == [
        "cancelled",
        "confirmed",
    ]
    assert "Undo" not in page.get(address).content.decode()


@pytest.mark.parametrize("number", ["banana", "", "9" * 30, "0", "-1"])
def test_no_such_companion_is_not_found(page: Client, registration: Registration, number: str) -> None:
    address = f"/en/my/registrations/{registration.pk}/companions/"

    assert page.post(address, {"what": "remove", "registration": number}).status_code == 404


def test_someone_else_s_companions_are_not_found(client: Client, registration: Registration) -> None:
    client.force_login(factories.user())

    assert client.get(f"/en/my/registrations/{registration.pk}/companions/").status_code == 404
