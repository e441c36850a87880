"""What changes by the minute: free seats, and what one small request brings to the pages that are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session
from registration.models import SeatPool
from registration.state import state_of
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031")


def bookable(edition: Edition, code: str, *, taken: int = 0, **fields: object) -> Session:
    session = factories.session(edition, code=code, title=f"Title {code}", **fields)  # type: ignore[arg-type]
    factories.pool(session, capacity=20, held=5, taken=taken)
    return session


def test_the_state_tells_free_seats_now_next_and_when_that_turns(edition: Edition) -> None:
    bookable(edition, "AAAAAA", taken=15)
    bookable(edition, "BBBBBB", starts_at=NINE + timedelta(hours=1), taken=3)
    factories.session(edition, code="CCCCCC", hours=3)
    bookable(edition, "DDDDDD", starts_at=NINE + timedelta(hours=1))
    release(edition=edition, by=None)

    before, during, after = (
        state_of(edition, None, NINE + timedelta(hours=number)) for number in (-24, 0.5, 24 * 9)
    )

    assert {
        name: during[name] for name in ("at", "starred", "booked", "free", "now", "next", "turns_at")
    } == {
        "at": "2031-05-14T09:30:00+02:00",
        "starred": [],
        "booked": [],
        "free": {"BBBBBB": 12, "DDDDDD": 15},
        "now": ["AAAAAA", "CCCCCC"],
        "next": ["BBBBBB", "DDDDDD"],
        "turns_at": "2031-05-14T10:00:00+02:00",
    }
    assert before["free"] == {"AAAAAA": 0, "BBBBBB": 12, "DDDDDD": 15}
    assert [(one["now"], one["next"], one["turns_at"]) for one in (before, after)] == [([], [], None)] * 2


def test_a_cancelled_session_is_neither_on_nor_free(edition: Edition) -> None:
    session = bookable(edition, "AAAAAA")
    release(edition=edition, by=None)
    session.is_cancelled = True
    session.save()
    release(edition=edition, by=None)

    told = state_of(edition, None, NINE + timedelta(minutes=1))

    assert [told["now"], told["free"], state_of(edition, None, NINE - timedelta(days=1))["free"]] == [
        [],
        {},
        {},
    ]


@pytest.mark.parametrize(
    "query", ["edition=atlantis", "edition=hidden", "edition=" + "x" * 10_000, "edition=<b>"]
)
def test_an_edition_that_is_not_there_has_an_empty_state(
    client: Client, edition: Edition, query: str
) -> None:
    factories.edition(slug="hidden", is_current=False, is_published=False)

    told = client.get(f"/my/state.json?lang=xx&{query}").json()

    assert [told["starred"], told["free"], told["now"], told["turns_at"]] == [[], {}, [], None]


def test_the_state_costs_the_same_with_many_sessions(client: Client) -> None:
    edition = factories.edition_of_today(slug="today")
    counts = []
    for size in (1, 12):
        for _ in range(size):
            factories.pool(factories.session(edition, starts_at=timezone.now() - timedelta(minutes=5)))
        release(edition=edition, by=None)
        with CaptureQueriesContext(connection) as captured:
            client.get("/my/state.json?lang=nl&edition=today")
        counts.append(len(captured))

    assert counts == [3, 3]


@pytest.fixture
def seats(edition: Edition) -> None:
    bookable(edition, "AAAAAA", taken=15)
    bookable(edition, "BBBBBB", starts_at=NINE + timedelta(days=1), taken=14)
    factories.session(edition, code="CCCCCC", title="Title CCCCCC")
    release(edition=edition, by=None)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["AAAAAA", "BBBBBB"]),
        ("?day=2031-05-15", ["BBBBBB"]),
        ("?free=1", ["BBBBBB"]),
        ("?free=1&day=2031-05-14", []),
        ("?day=banana", ["AAAAAA", "BBBBBB"]),
        ("?day=" + "9" * 10_000, ["AAAAAA", "BBBBBB"]),
        ("?unknown=1", ["AAAAAA", "BBBBBB"]),
    ],
)
def test_the_page_of_free_seats_filters_by_day(
    client: Client, seats: None, query: str, codes: list[str]
) -> None:
    response = client.get(f"/en/editions/liege-2031/seats/{query}")
    body = response.content.decode()

    assert [code for code in ("AAAAAA", "BBBBBB", "CCCCCC") if f"Title {code}" in body] == codes
    assert ("No seats are booked on a day" in body) is ("banana" in query or "999" in query)
    assert "no-store" in response["Cache-Control"]


def test_the_page_of_free_seats_says_how_many_are_left(client: Client, seats: None) -> None:
    body = client.get("/en/editions/liege-2031/seats/").content.decode()
    assert [">Full<" in body, "1 seat left" in body] == [True, True]

    SeatPool.objects.all().update(taken=0)

    assert client.get("/en/editions/liege-2031/seats/").content.decode().count("15 seats left") == 2


def test_an_edition_without_seats_to_book_says_so(client: Client, edition: Edition) -> None:
    assert "No seats to book" in client.get("/en/editions/liege-2031/seats/").content.decode()
    assert client.get("/en/editions/atlantis/seats/").status_code == 404
