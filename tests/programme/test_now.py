"""What is on and what is next, by the server's clock; and the screens at the doors."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from efus_conference.models import Edition
from programme.actions import release
from programme.doors import door
from programme.models import Release, ReleasedSession, Room, Session
from programme.now import by_room, next_after, on_at, turns_at
from programme.wording import session_lines
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031")


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def publish(edition: Edition) -> None:
    release(edition=edition, by=None)


@pytest.mark.parametrize(
    ("after_nine", "on", "coming", "turn"),
    [
        (-1, [], ["A", "B"], 0),
        (0, ["A", "B"], ["C"], 1),
        (0.99, ["A", "B"], ["C"], 1),
        (1, ["B"], ["C"], 2),
        (2, ["C"], [], 3),
        (3, [], [], None),
    ],
)
def test_a_session_is_on_from_its_beginning_up_to_its_end(
    edition: Edition, after_nine: float, on: list[str], coming: list[str], turn: float | None
) -> None:
    for title, start, length in (("A", 0, 1), ("B", 0, 2), ("C", 2, 1)):
        factories.session(edition, title=title, starts_at=NINE + hours(start), hours=length)
    gone = factories.session(edition, title="Gone", hours=9)
    publish(edition)
    gone.is_cancelled = True
    gone.save()
    publish(edition)
    rows, at = list(ReleasedSession.objects.of(edition)), NINE + hours(after_nine)

    assert sorted(row.title for row in on_at(rows, at)) == on
    assert sorted(row.title for row in next_after(rows, at)) == coming
    assert turns_at(rows, at) == (None if turn is None else NINE + hours(turn))


def test_rooms_stand_from_left_to_right_and_what_has_no_room_last(edition: Edition) -> None:
    right, left = (
        factories.room(edition, order=2, name="Right"),
        factories.room(edition, order=1, name="Left"),
    )
    factories.session(edition, title="On", room=right, hours=2)
    factories.session(edition, title="Soon", room=left, starts_at=NINE + hours(1))
    factories.session(edition, title="Tomorrow", room=left, starts_at=NINE + hours(24))
    factories.session(edition, title="Visit", hours=3)
    publish(edition)

    rooms = by_room(session_lines(ReleasedSession.objects.of(edition), edition), edition, NINE)

    assert [(one.name, [x.title for x in one.now], [x.title for x in one.next]) for one in rooms] == [
        ("Left", [], ["Soon"]),
        ("Right", ["On"], []),
        ("Elsewhere", ["Visit"], []),
    ]


def seen(room: Room, edition: Edition, at: datetime) -> dict[str, Any]:
    shown = door(room, edition, at)
    return {
        "now": shown.now and shown.now.title,
        "next": shown.next and shown.next.title,
        "later": [line.title for line in shown.later],
        "is_today": shown.is_today,
        "day": shown.day,
    }


def test_a_door_shows_now_next_and_the_rest_of_the_day(edition: Edition) -> None:
    room = factories.room(edition)
    for title, start in (("One", 0), ("Two", 1), ("Three", 3), ("Four", 5), ("Tomorrow", 24)):
        factories.session(edition, title=title, room=room, starts_at=NINE + hours(start))
    factories.session(edition, title="Elsewhere", room=factories.room(edition))
    publish(edition)
    today, tomorrow = "Wednesday 14 May", "Thursday 15 May"

    assert seen(room, edition, NINE + hours(0.5)) == {
        "now": "One",
        "next": "Two",
        "later": ["Three", "Four"],
        "is_today": True,
        "day": today,
    }
    assert seen(room, edition, NINE + hours(2)) == {
        "now": None,
        "next": "Three",
        "later": ["Four"],
        "is_today": True,
        "day": today,
    }
    assert seen(room, edition, NINE + hours(7)) == {
        "now": None,
        "next": "Tomorrow",
        "later": [],
        "is_today": False,
        "day": tomorrow,
    }
    assert seen(room, edition, NINE + hours(48)) == {
        "now": None,
        "next": None,
        "later": [],
        "is_today": False,
        "day": "",
    }


def test_a_door_tells_what_was_moved_called_off_or_added_in_the_last_two_days(edition: Edition) -> None:
    here, there = factories.room(edition, name="Here"), factories.room(edition, name="There")
    made = {
        title: factories.session(edition, title=title, room=room, starts_at=NINE + hours(start))
        for title, room, start in (
            ("Leaves", here, 0),
            ("Is off", here, 1),
            ("Comes", there, 2),
            ("Is later", here, 3),
            ("Stays", here, 6),
        )
    }
    publish(edition)
    Session.objects.filter(pk=made["Leaves"].pk).update(room=there)
    Session.objects.filter(pk=made["Is off"].pk).update(is_cancelled=True)
    Session.objects.filter(pk=made["Comes"].pk).update(room=here)
    Session.objects.filter(pk=made["Is later"].pk).update(starts_at=NINE + hours(4), ends_at=NINE + hours(5))
    Session.objects.filter(pk=made["Stays"].pk).update(title_en="Stays here")
    factories.session(edition, title="Is new", room=here, starts_at=NINE + hours(8))
    publish(edition)
    Release.objects.update(released_at=NINE - hours(1))

    shown = door(here, edition, NINE)

    assert [(change.label, change.line.title, change.details) for change in shown.changes] == [
        ("Moved away", "Leaves", "Now in There, Wednesday 14 May, 09:00 to 10:00"),
        ("Cancelled", "Is off", "10:00 to 11:00"),
        ("Moved here", "Comes", "11:00 to 12:00"),
        ("New time", "Is later", "13:00 to 14:00"),
        ("New", "Is new", "17:00 to 18:00"),
    ]
    assert door(here, edition, NINE + hours(48)).changes == []
    assert [change.line.title for change in door(there, edition, NINE).changes] == ["Leaves", "Comes"]


def test_what_was_moved_and_moved_back_is_no_news_at_the_door(edition: Edition) -> None:
    here, there = factories.room(edition), factories.room(edition)
    session = factories.session(edition, room=here)
    publish(edition)
    for room in (there, here):
        Session.objects.filter(pk=session.pk).update(room=room)
        publish(edition)
    Release.objects.update(released_at=NINE - hours(1))

    assert [door(room, edition, NINE).changes for room in (here, there)] == [[], []]


@pytest.fixture
def today() -> Edition:
    """An edition whose only day is today, with a session that is on, one that comes and one that is over."""
    edition = factories.edition_of_today(slug="today")
    room, now = factories.room(edition, slug="court", name="Court"), timezone.now()
    for title, start in (("Over", -2), ("On air", -0.5), ("Coming up", 0.5)):
        factories.session(edition, title=title, room=room, starts_at=now + hours(start))
    publish(edition)
    return edition


@pytest.mark.parametrize("address", ["programme/now/", "rooms/court/"])
def test_the_pages_of_the_minute_say_what_is_on_and_are_never_kept(
    client: Client, today: Edition, address: str
) -> None:
    response = client.get(f"/en/editions/today/{address}")
    body = response.content.decode()

    places = [body.find(title) for title in (">Now<", "On air", ">Next", "Coming up")]
    assert places == sorted(places)
    assert -1 not in places
    assert "Over" not in body
    assert "no-store" in response["Cache-Control"]


def test_a_door_without_javascript_asks_again_by_itself(client: Client, today: Edition) -> None:
    body = client.get("/en/editions/today/rooms/court/").content.decode()

    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in body
    assert ["site-header" in body, "site-footer" in body] == [False, False]


@pytest.mark.parametrize(
    ("days", "sentence"), [(-3, "is over."), (3, "has not begun."), (0, "Nothing more takes place today.")]
)
def test_outside_the_sessions_the_page_of_now_says_so(client: Client, days: int, sentence: str) -> None:
    edition = factories.edition_of_today(slug="today")
    assert edition.starts_on
    edition.starts_on += timedelta(days=days)
    edition.ends_on = edition.starts_on
    edition.save()
    factories.session(edition, title="First", starts_at=timezone.now() + timedelta(days=days, hours=-2))
    publish(edition)

    body = client.get("/en/editions/today/programme/now/").content.decode()

    assert sentence in body
    assert ("What comes first" in body) is (days > 0)


def test_a_programme_without_days_or_sessions_has_a_page_of_now(client: Client) -> None:
    factories.edition(slug="later", starts_on=None, ends_on=None)

    assert "are not here yet" in client.get("/en/editions/later/programme/now/").content.decode()
