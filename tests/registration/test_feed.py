from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration.actions import (
    agenda_link,
    book_seat,
    cancel_registration,
    give_up_seat,
    revoke_agenda_link,
    star,
)
from registration.models import Registration
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


@pytest.fixture
def address(registration: Registration) -> str:
    return agenda_link(registration=registration).get_absolute_url()


def events(client: Client, address: str) -> list[Any]:
    return list(Calendar.from_ical(client.get(address).content).walk("VEVENT"))


def facts(event: Any) -> tuple[str, str, str, int]:
    return (str(event["SUMMARY"]), str(event["STATUS"]), str(event["TRANSP"]), event["SEQUENCE"])


def test_a_star_is_pencilled_in_and_a_seat_blocks_the_time(
    client: Client, address: str, registration: Registration, robin: User, bookable: Bookable
) -> None:
    starred, booked = bookable(title_en="Starred"), bookable(title_en="Booked")
    bookable(title_en="Neither")
    star(registration=registration, session=starred)
    star(registration=registration, session=booked)
    book_seat(place=registration.place, session=booked, by=robin)

    assert sorted(facts(event) for event in events(client, address)) == [
        ("Booked", "CONFIRMED", "OPAQUE", 0),
        ("Starred", "TENTATIVE", "TRANSPARENT", 0),
    ]


def test_a_move_and_a_cancellation_keep_the_uid_and_raise_the_sequence(
    client: Client,
    address: str,
    edition: Edition,
    registration: Registration,
    robin: User,
    bookable: Bookable,
) -> None:
    session = bookable(title_en="Safe nights")
    book_seat(place=registration.place, session=session, by=robin)
    before = events(client, address)
    Session.objects.filter(pk=session.pk).update(ends_at=NINE + timedelta(hours=3))
    release(edition=edition, by=None)
    moved = events(client, address)
    Session.objects.filter(pk=session.pk).update(is_cancelled=True)
    release(edition=edition, by=None)
    cancelled = events(client, address)

    assert [facts(event) for event in (*before, *moved, *cancelled)] == [
        ("Safe nights", "CONFIRMED", "OPAQUE", 0),
        ("Safe nights", "CONFIRMED", "OPAQUE", 1),
        ("Cancelled: Safe nights", "CANCELLED", "TRANSPARENT", 2),
    ]
    assert {str(event["UID"]) for event in (*before, *moved, *cancelled)} == {
        f"{session.guid}-{registration.pk}@security-democracy-cities"
    }
    assert moved[0].decoded("DTEND") == NINE + timedelta(hours=3)


def test_it_answers_304_until_something_changes(
    client: Client, address: str, registration: Registration, robin: User, bookable: Bookable
) -> None:
    booking = book_seat(place=registration.place, session=bookable(), by=robin)
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    give_up_seat(booking=booking, by=robin)
    after = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert [first.status_code, again.status_code, after.status_code] == [200, 304, 200]
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_a_revoked_address_answers_as_an_invented_one(client: Client, registration: Registration) -> None:
    old = agenda_link(registration=registration).get_absolute_url()
    revoke_agenda_link(registration=registration)
    new = agenda_link(registration=registration).get_absolute_url()
    revoked, invented = client.get(old), client.get("/my/agenda/never-was-one.ics")

    assert (revoked.status_code, revoked.content) == (404, invented.content)
    assert client.get(new).status_code == 200


def test_it_is_in_the_language_of_the_registration_or_the_one_asked_for(
    client: Client, address: str, registration: Registration, bookable: Bookable
) -> None:
    registration.language = "fr"
    registration.save()
    star(registration=registration, session=bookable(title_en="Safe nights", title_fr="Nuits sûres"))

    assert [
        str(events(client, f"{address}{query}")[0]["SUMMARY"]) for query in ("", "?lang=en", "?lang=xx")
    ] == ["Nuits sûres", "Safe nights", "Nuits sûres"]


def test_after_a_cancellation_the_calendar_is_empty(
    client: Client, address: str, registration: Registration, robin: User, bookable: Bookable
) -> None:
    star(registration=registration, session=bookable())
    cancel_registration(registration=registration, by=robin)

    assert events(client, address) == []


def test_it_costs_the_same_however_long(
    client: Client, address: str, edition: Edition, registration: Registration, django_assert_num_queries: Any
) -> None:
    room = factories.room(edition)
    for count in (2, 10):
        for number in range(count):
            hours = count + number
            session = factories.session(edition, room=room, starts_at=NINE + timedelta(hours=hours))
            star(registration=registration, session=session)
        release(edition=edition, by=None)
        with django_assert_num_queries(6):
            client.get(address)
