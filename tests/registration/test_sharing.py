"""An agenda shared by a secret address: what it shows, to whom, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import (
    agenda_link,
    book_seat,
    cancel_registration,
    renew_agenda_link,
    revoke_agenda_link,
    star,
    wait_for_seats,
)
from registration.models import FeedLink, Registration, SeatPool
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]
PAGE = FeedLink.Purpose.PAGE


@pytest.fixture
def address(registration: Registration) -> str:
    return agenda_link(registration=registration, purpose=PAGE).get_absolute_url()


def test_it_shows_the_name_and_the_sessions_and_nothing_else(
    client: Client, edition: Edition, robin: User, bookable: Bookable
) -> None:
    registration = factories.registration(
        edition,
        managed_by=robin,
        email="secret@example.org",
        function="Deputy mayor",
        organisation_name="Secretville",
        needs="A secret need",
    )
    booked = bookable(title_en="Booked")
    starred = bookable(title_en="Starred", starts_at=NINE + timedelta(hours=2))
    waited = bookable(0, title_en="Waited for", starts_at=NINE + timedelta(hours=4))
    SeatPool.objects.filter(pk=booked.pk).update(wheelchairs=1)
    book_seat(place=registration.place, session=booked, by=robin, is_wheelchair=True)
    star(registration=registration, session=starred)
    wait_for_seats(places=[registration.place], session=waited, by=robin)
    response = client.get(agenda_link(registration=registration, purpose=PAGE).get_absolute_url())
    shown = response.content.decode()

    told = [registration.name, "Booked", "Starred", "Seat booked"]
    untold = [
        "secret@example.org",
        "Deputy mayor",
        "Secretville",
        "A secret need",
        "Waited for",
        "heelchair",
        "/my/sessions/",
        '<form method="post"',
    ]
    assert [word for word in told if word not in shown] == []
    assert [word for word in untold if word in shown] == []
    assert {
        name: response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")
    } == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    assert '<meta name="robots" content="noindex' in shown
    assert 'rel="canonical"' not in shown


def test_it_opens_in_the_language_of_who_reads_it(client: Client, address: str) -> None:
    bare = address.removeprefix("/en")
    response = client.get(bare, headers={"Accept-Language": "fr"})

    assert (response.status_code, response.headers["Location"]) == (302, f"/fr{bare}")
    assert '<html lang="fr">' in client.get(f"/fr{bare}").content.decode()


def test_no_cache_keeps_the_way_to_it(client: Client, address: str) -> None:
    ways = [client.get(address.removeprefix("/en")), client.get(address.removesuffix("/"))]
    assert [
        (way.status_code, way.headers["Cache-Control"], way.headers["Referrer-Policy"]) for way in ways
    ] == [
        (302, "no-store", "no-referrer"),
        (301, "no-store", "no-referrer"),
    ]


def test_a_revoked_renewed_or_cancelled_one_answers_as_one_that_never_was(
    client: Client, registration: Registration, robin: User
) -> None:
    first = agenda_link(registration=registration, purpose=PAGE).get_absolute_url()
    second = renew_agenda_link(registration=registration, purpose=PAGE).get_absolute_url()
    invented = "/en/my/agenda/shared/never-was-one/"
    answers = [client.get(address) for address in (first, invented)]
    assert [answer.status_code for answer in (*answers, client.get(second))] == [404, 404, 200]
    bodies = [answer.content.decode() for answer in answers]
    assert bodies[0].replace(first.split("/")[-2], "") == bodies[1].replace("never-was-one", "")
    revoke_agenda_link(registration=registration, purpose=PAGE)
    assert client.get(second).status_code == 404
    third = agenda_link(registration=registration, purpose=PAGE).get_absolute_url()
    cancel_registration(registration=registration, by=robin)
    assert client.get(third).status_code == 404


def test_the_two_kinds_of_address_open_nothing_of_the_other(
    client: Client, registration: Registration
) -> None:
    page = agenda_link(registration=registration, purpose=PAGE)
    calendar = agenda_link(registration=registration)

    assert page.pk != calendar.pk
    assert [
        client.get(f"/my/agenda/{page.token}.ics").status_code,
        client.get(f"/en/my/agenda/shared/{calendar.token}/").status_code,
        client.get(f"/my/agenda/{calendar.token}.ics").status_code,
    ] == [404, 404, 200]
    revoke_agenda_link(registration=registration, purpose=PAGE)
    assert client.get(f"/my/agenda/{calendar.token}.ics").status_code == 200


def test_the_agenda_s_page_makes_renews_and_revokes_it(
    client: Client, registration: Registration, robin: User
) -> None:
    client.force_login(robin)

    def act(what: str) -> str | None:
        data = {"what": what, "purpose": "page", "registration": registration.pk}
        answer = client.post("/en/my/agenda/calendar/", data)
        assert answer.headers["Location"] == f"/en/my/agenda/?registration={registration.pk}#page"
        link = registration.feed_links.filter(purpose=PAGE, revoked_at=None).first()
        return link.token if link else None

    made, again, renewed = (act(what) for what in ("make", "make", "renew"))
    shown = client.get("/en/my/agenda/").content.decode()
    assert (made == again, renewed not in (None, made)) == (True, True)
    # Without a language: whoever opens it reads it in their own.
    assert f'/my/agenda/shared/{renewed}/"' in shown
    assert f'/en/my/agenda/shared/{renewed}/"' not in shown
    assert act("revoke") is None
    assert not registration.feed_links.filter(purpose="calendar").exists()


@pytest.mark.parametrize("token", ["x" * 10_000, "%3Cb%3E", "a.ics", "ünïcode"])
def test_an_invented_address_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/en/my/agenda/shared/{token}/").status_code == 404
