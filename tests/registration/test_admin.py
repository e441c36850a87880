from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import agenda_link, book_seat, star
from registration.models import Booking, Delegation, FeedLink, Place, Registration, SeatPool, SensitiveReading
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]
NO_HOLDS = {"holds-TOTAL_FORMS": 0, "holds-INITIAL_FORMS": 0}
LISTS = (
    "registration",
    "category",
    "delegation",
    "place",
    "seatpool",
    "booking",
    "star",
    "feedlink",
    "registrationevent",
)


@pytest.fixture
def organiser() -> User:
    return factories.user(is_staff=True, is_superuser=True, name="Olga Organiser")


@pytest.fixture
def desk(client: Client, organiser: User) -> Client:
    client.force_login(organiser)
    return client


def address(model: str, page: str = "") -> str:
    return f"/admin/registration/{model}/{page}"


def text(response: Any) -> str:
    return str(response.content.decode())


def messages(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def fill(edition: Edition, robin: User, session: Session, count: int) -> None:
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=robin
    )
    for _ in range(count):
        person = factories.registration(
            edition,
            managed_by=factories.user(),
            organisation=factories.organisation(),
            place=Place.objects.create(edition=edition, delegation=delegation),
        )
        book_seat(place=person.place, session=session, by=person.managed_by)
        star(registration=person, session=session)
        agenda_link(registration=person)


def test_every_list_costs_the_same_however_long(
    desk: Client, edition: Edition, robin: User, bookable: Bookable
) -> None:
    session = bookable(90)

    def costs() -> dict[str, int]:
        counted = {}
        for model in LISTS:
            desk.get(address(model))
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(address(model)).status_code == 200
            counted[model] = len(queries)
        return counted

    fill(edition, robin, session, 2)
    few = costs()
    fill(edition, robin, session, 10)
    bookable(starts_at=NINE + timedelta(hours=5))
    assert costs() == few


def test_every_page_of_a_row_opens(
    desk: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    fill(edition, robin, session, 1)
    book_seat(place=registration.place, session=session, by=robin)
    star(registration=registration, session=session)
    agenda_link(registration=registration)
    Delegation.objects.create(edition=edition, organisation=factories.organisation())
    for model in LISTS:
        row = apps.get_model("registration", model).objects.first()
        assert desk.get(address(model, f"{row.pk}/change/")).status_code == 200
    for model in ("registration", "category", "delegation", "place", "seatpool"):
        assert desk.get(address(model, "add/")).status_code == 200
    token = FeedLink.objects.get(registration=registration).token
    assert token not in text(desk.get(address("feedlink")))


def test_the_search_ignores_accents(desk: Client, edition: Edition) -> None:
    found = factories.registration(edition, family_name="Nováková", organisation_name="Košice")
    factories.registration(edition)

    for words in ("novakova", "NOVÁKOVÁ", "kosice"):
        listed = desk.get(address("registration"), {"q": words}).context["cl"].result_list
        assert list(listed) == [found]


def by_hand(edition: Edition, keeper: User, **changed: Any) -> dict[str, Any]:
    return {
        "edition": edition.pk,
        "given_name": "Klára",
        "family_name": "Nováková",
        "email": "klara@example.org",
        "language": "nl",
        "managed_by": keeper.pk,
        "mails_to": "person",
        "category": factories.category(edition, is_by_invitation=True).pk,
        "function": "",
        "organisation_name": "Košice",
        "country": "SK",
        "needs": "",
        "events-TOTAL_FORMS": 0,
        "events-INITIAL_FORMS": 0,
        **changed,
    }


def test_the_desk_registers_by_hand_and_the_history_says_who(
    desk: Client, edition: Edition, robin: User, organiser: User
) -> None:
    desk.post(address("registration", "add/"), by_hand(edition, robin))
    made = Registration.objects.get()
    again = desk.post(address("registration", "add/"), by_hand(edition, robin, email="KLARA@example.org"))

    assert [(event.verb, event.actor) for event in made.events.all()] == [("registered", organiser)]
    assert (made.name, made.managed_by, made.place.edition) == ("Klára Nováková", robin, edition)
    assert "Someone with this e-mail address is registered for this edition already." in text(again)


def test_what_is_missing_is_said_beside_the_fields(desk: Client, edition: Edition, robin: User) -> None:
    empty = dict.fromkeys(("edition", "given_name", "category"), "")
    response = desk.post(address("registration", "add/"), {**by_hand(edition, robin), **empty})

    assert set(response.context["adminform"].form.errors) == {"edition", "given_name", "category"}


def test_what_the_desk_changes_is_in_the_history(
    desk: Client, edition: Edition, registration: Registration, organiser: User
) -> None:
    city = factories.organisation()
    values = by_hand(
        edition,
        registration.managed_by,
        category=registration.category.pk,
        organisation=city.pk,
        is_own="on",
    )
    response = desk.post(address("registration", f"{registration.pk}/change/"), values)

    assert response.status_code == 302
    registration.refresh_from_db()
    assert (registration.name, registration.organisation) == ("Klára Nováková", city)
    assert [(event.verb, event.actor, event.detail) for event in registration.events.order_by("pk")] == [
        (
            "changed",
            organiser,
            {"fields": ["given_name", "family_name", "email", "language", "organisation_name", "country"]},
        ),
        ("changed", organiser, {"fields": ["organisation"]}),
    ]


def test_the_page_of_a_registration_leads_to_its_seats_and_its_place(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    booking = book_seat(place=registration.place, session=bookable(), by=robin)
    page = text(desk.get(address("registration", f"{registration.pk}/change/")))

    linked = (
        address("booking", f"{booking.pk}/change/"),
        address("place", f"{registration.place_id}/change/"),
    )
    assert [f'href="{one}"' in page for one in linked] == [True, True]


def test_what_is_over_is_shown_in_words(desk: Client, edition: Edition) -> None:
    over = factories.registration(edition, status="cancelled", cancelled_at=NINE, country="SE")
    page = text(desk.get(address("registration", f"{over.pk}/change/")))

    assert ["Sweden" in page, ">SE<" in page, "Cancelled at" in page] == [True, False, True]


def test_a_short_name_that_is_none_is_refused_in_words(desk: Client, edition: Edition) -> None:
    page = desk.post(address("category", "add/"), {"edition": edition.pk, "slug": "two words"})
    assert page.context["adminform"].form.errors["slug"] == [
        "Use letters from a to z, digits, hyphens and underscores only."
    ]


def test_cancelling_from_the_list_asks_first(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    book_seat(place=registration.place, session=session, by=robin)
    chosen = {"action": "cancel_chosen", "_selected_action": [registration.pk]}
    asked = desk.post(address("registration"), chosen)
    registration.refresh_from_db()
    assert (registration.is_live, registration.name in text(asked)) == (True, True)

    done = desk.post(address("registration"), {**chosen, "confirmed": "yes"}, follow=True)

    registration.refresh_from_db()
    assert (registration.status, SeatPool.objects.get(session=session).taken) == ("cancelled", 0)
    assert done.context["title"] == "1 registration is cancelled."


def test_a_seat_is_given_up_from_the_list(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    booking = book_seat(place=registration.place, session=bookable(), by=robin)
    done = desk.post(address("booking"), {"action": "give_up", "_selected_action": [booking.pk]}, follow=True)

    assert (Booking.objects.get().status, messages(done)) == ("given_up", ["1 seat is free again."])


def test_the_number_of_seats_is_changed_but_not_below_what_is_given(
    desk: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(5)
    book_seat(place=registration.place, session=session, by=robin)
    page = address("seatpool", f"{session.pk}/change/")

    refused = desk.post(page, {"capacity": 3, "held": 3, "wheelchairs": 0, **NO_HOLDS})
    assert "There are not that many seats" in text(refused)
    desk.post(page, {"capacity": 7, "held": 2, "wheelchairs": 0, **NO_HOLDS})

    pool = SeatPool.objects.get()
    assert (pool.capacity, pool.held, pool.taken) == (7, 2, 1)


def test_a_pool_is_made_for_a_session(desk: Client, edition: Edition) -> None:
    session = factories.session(edition)
    desk.post(
        address("seatpool", "add/"),
        {"session": session.pk, "capacity": 12, "held": 0, "wheelchairs": 0, **NO_HOLDS},
    )

    assert [(pool.session, pool.capacity) for pool in SeatPool.objects.all()] == [(session, 12)]


def allowed(*codenames: str) -> User:
    person = factories.user(is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(content_type__app_label="registration", codename__in=codenames)
    )
    return person


@pytest.mark.parametrize("may_read", [True, False])
def test_access_needs_are_linked_and_exported_only_for_who_may_read_them(
    client: Client, registration: Registration, may_read: bool
) -> None:
    Registration.objects.update(needs="A secret need", organisation_name="=HYPERLINK(1)", country="BE")
    permissions = ["view_registration", "change_registration", *(["read_needs"] if may_read else [])]
    client.force_login(allowed(*permissions))
    page = text(client.get(address("registration", f"{registration.pk}/change/")))
    plain, *sensitive = (sheet_of(client, number) for number in range(2 if may_read else 1))

    assert [row.get("Access needs") for row in (plain, *sensitive)] == [
        None,
        *(["A secret need"] if may_read else []),
    ]
    assert ["A secret need" in page, f"accessneed/{registration.pk}/change/" in page] == [False, may_read]
    assert (plain["Organisation"], plain["Country"]) == ("'=HYPERLINK(1)", "Belgium")
    assert SensitiveReading.objects.count() == (1 if may_read else 0)


def sheet_of(client: Client, number: int) -> dict[str, str]:
    sheet = client.post(address("registration", "export/"), {"format": "1", "resource": str(number)})
    (row,) = csv.DictReader(io.StringIO(sheet.content.decode()))
    return row


def test_a_need_is_entered_for_someone_and_then_read_only_where_that_is_noted(
    client: Client, edition: Edition, registration: Registration
) -> None:
    client.force_login(allowed("view_registration", "change_registration", "read_needs"))
    page = address("registration", f"{registration.pk}/change/")
    for needs in ("A ramp", "Overwritten"):
        values = by_hand(edition, registration.managed_by, category=registration.category.pk, needs=needs)
        client.post(page, values)

    registration.refresh_from_db()
    assert (registration.needs, "A ramp" in text(client.get(page))) == ("A ramp", False)


def test_saving_without_the_right_to_read_needs_keeps_them(
    client: Client, edition: Edition, registration: Registration
) -> None:
    Registration.objects.update(needs="A secret need")
    client.force_login(allowed("view_registration", "change_registration"))
    values = by_hand(
        edition, registration.managed_by, category=registration.category.pk, needs="overwritten", is_own="on"
    )
    client.post(address("registration", f"{registration.pk}/change/"), values)

    registration.refresh_from_db()
    assert (registration.name, registration.needs) == ("Klára Nováková", "A secret need")


def test_a_delegation_gets_places_before_they_have_names(desk: Client, edition: Edition, robin: User) -> None:
    city = factories.organisation()
    places = {"places-TOTAL_FORMS": 0, "places-INITIAL_FORMS": 0}
    values = {"edition": edition.pk, "organisation": city.pk, "coordinator": robin.pk, "more_places": 3}
    desk.post(address("delegation", "add/"), {**values, **places})

    made = Delegation.objects.get()
    assert (made.coordinator, [place.edition for place in made.places.all()]) == (robin, [edition] * 3)


def test_a_calendar_address_is_revoked_from_the_list(desk: Client, registration: Registration) -> None:
    link = agenda_link(registration=registration)
    done = desk.post(address("feedlink"), {"action": "revoke", "_selected_action": [link.pk]}, follow=True)

    link.refresh_from_db()
    assert (link.revoked_at is not None, messages(done)) == (True, ["1 address is revoked."])


def test_what_is_refused_at_the_last_moment_is_said(desk: Client, edition: Edition, robin: User) -> None:
    factories.registration(
        edition,
        managed_by=robin,
        email="",
        mails_to="manager",
        given_name="Klára",
        family_name="Nováková",
        is_own=False,
    )
    values = by_hand(edition, robin, email="", mails_to="manager")
    response = desk.post(address("registration", "add/"), values)

    form = response.context["adminform"].form
    assert form.non_field_errors() == ["This person seems to be registered for this edition already."]
    assert form["given_name"].value() == "Klára"  # what was typed stays
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("is_new", [True, False])
def test_an_account_has_one_registration_of_its_own_also_at_the_desk(
    desk: Client, edition: Edition, registration: Registration, robin: User, is_new: bool
) -> None:
    other = factories.registration(edition)
    page = "add/" if is_new else f"{other.pk}/change/"
    response = desk.post(address("registration", page), by_hand(edition, robin, is_own="on"))

    assert response.context["adminform"].form.errors == {
        "is_own": ["This person seems to be registered for this edition already."]
    }
    assert list(Registration.objects.filter(managed_by=robin)) == [registration]
