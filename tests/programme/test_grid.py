from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition
from programme.actions import Position, release
from programme.models import Session, Theme
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
GRID = "/admin/programme/session/timetable/"
MOVE = "/admin/programme/session/timetable/move/"


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031")


def organiser(*permissions: str, **options: Any) -> Client:
    person = factories.user(name="Olga Example", is_staff=True, is_superuser=not permissions)
    person.user_permissions.set(
        Permission.objects.filter(content_type__app_label="programme", codename__in=permissions)
    )
    client = Client(**options)
    client.force_login(person)
    return client


def move(client: Client, moved: Session, **asked: Any) -> Any:
    values = {"session": moved.pk, "expected": str(Position.of(moved)), "shown": "2031-05-14", **asked}
    return client.post(MOVE, json.dumps(values), content_type="application/json")


def board(response: HttpResponse) -> Any:
    return response.context["board"]  # type: ignore[attr-defined]


def test_a_day_stands_as_rooms_across_and_time_down(edition: Edition) -> None:
    hall, cabinet = (
        factories.room(edition, name=name, order=order) for order, name in enumerate(("Hall", "Cabinet"))
    )
    first = factories.session(edition, room=hall, title="One", hours=1.5)
    second = factories.session(edition, room=hall, title="Two", starts_at=NINE + timedelta(hours=1))
    outside = factories.session(edition, title="Out", hours=0.25)
    factories.session(edition, room=cabinet, title="Tomorrow", starts_at=NINE + timedelta(days=1))
    waiting = factories.session(edition, title="Waiting", room=cabinet)
    Session.objects.filter(pk=waiting.pk).update(starts_at=None, ends_at=None)

    shown = board(organiser().get(GRID))

    assert [
        (column.name, [(cell.pk, cell.start, cell.length, cell.lane, cell.lanes) for cell in column.cells])
        for column in shown.columns
    ] == [
        ("Hall", [(first.pk, 540, 90, 0, 2), (second.pk, 600, 60, 1, 2)]),
        ("Cabinet", []),
        ("No room", [(outside.pk, 540, 15, 0, 1)]),
    ]
    assert [cell.pk for cell in shown.tray] == [waiting.pk]
    assert (shown.first, shown.last) == (480, 1140)
    assert [(tab.day.isoformat(), tab.sessions, tab.problems) for tab in shown.days] == [
        ("2031-05-14", 3, 1),
        ("2031-05-15", 1, 0),
        ("2031-05-16", 0, 0),
    ]


def test_clashes_stand_on_their_sessions_and_in_the_list(edition: Edition) -> None:
    hall, ada = factories.room(edition, name="Hall"), factories.speaker(name="Ada Example")
    factories.session(edition, room=hall, title="One", speakers=(ada,))
    factories.session(edition, room=hall, title="Two", speakers=(ada,))
    factories.session(edition, title="Late", starts_at=NINE + timedelta(days=9))
    client = organiser()

    shown, late = board(client.get(GRID)), board(client.get(GRID + "?day=2031-05-23"))

    assert [cell.clash for column in shown.columns for cell in column.cells] == [
        "Room twice, Speaker twice"
    ] * 2
    assert [problem.message for problem in shown.problems] == [
        (
            "“One” and “Two” would share the room Hall on 14 May 2031 from 09:00 to 10:00. "
            "Move one of them, or release both together."
        ),
        "Ada Example is in “One” and “Two” at one time, 14 May 2031, 09:00.",
    ]
    assert shown.elsewhere == 1
    assert [problem.message for problem in late.problems] == [
        "“Late” is outside the days of the edition, 23 May 2031, 09:00."
    ]


def test_each_session_says_how_it_stands_to_what_is_public(edition: Edition) -> None:
    for title in ("Same", "Differs", "Off"):
        factories.session(edition, title=title, room=factories.room(edition))
    release(edition=edition, by=None)
    Session.objects.filter(title_en="Differs").update(subtitle_en="New")
    Session.objects.filter(title_en="Off").update(is_cancelled=True)
    release(edition=edition, by=None, sessions=list(Session.objects.filter(title_en="Off")))
    factories.session(edition, title="Fresh", room=factories.room(edition))

    shown = board(organiser().get(GRID))

    assert {cell.title: cell.state_label for column in shown.columns for cell in column.cells} == {
        "Same": "",
        "Differs": "differs from public",
        "Off": "cancelled",
        "Fresh": "not public yet",
    }
    assert shown.differing == 2


@pytest.mark.parametrize("day", ["banana", "2031-13-45", "1999-01-01", "١٢", "x" * 10_000])
def test_a_day_that_is_none_is_another_one_with_a_sentence(edition: Edition, day: str) -> None:
    factories.session(edition)

    response = organiser().get(f"{GRID}?day={day}")

    assert response.status_code == 200
    assert "There is no such day here, so this is another one." in response.content.decode()


def test_an_edition_without_days_and_sessions_says_so(edition: Edition) -> None:
    bare = factories.edition(slug="bare", is_current=False, starts_on=None, ends_on=None)
    factories.room(bare)
    client = organiser()

    assert "neither days nor sessions" in client.get(GRID + "?edition=bare").content.decode()
    assert client.get(GRID + "?edition=nowhere").status_code == 302


def test_a_thousand_sessions_cost_ten_queries(edition: Edition) -> None:
    kind, theme = factories.kind(), Theme.objects.create(slug="trust", name_en="Trust")
    rooms = [factories.room(edition) for _ in range(10)]
    people = [factories.speaker() for _ in range(20)]
    for number in range(20):
        session = factories.session(edition, kind=kind, room=rooms[number % 10], speakers=(people[number],))
        session.themes.add(theme)
    release(edition=edition, by=None, sessions=list(Session.objects.all()[:1]))
    client = organiser()
    client.get(GRID)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(GRID).status_code == 200
        return len(captured)

    few = queries()
    Session.objects.bulk_create(
        Session(
            edition=edition,
            kind=kind,
            room=rooms[number % 10],
            title=f"Session {number}",
            starts_at=NINE + timedelta(days=number % 3, minutes=5 * (number // 30)),
            ends_at=NINE + timedelta(days=number % 3, minutes=5 * (number // 30) + 5),
        )
        for number in range(980)
    )

    assert [few, queries()] == [few, few]
    assert few <= 10


def test_a_move_is_saved_and_answered_with_the_board_and_its_clashes(edition: Edition) -> None:
    hall = factories.room(edition, name="Hall")
    factories.session(edition, room=hall, title="One")
    session = factories.session(edition, title="Two", starts_at=NINE + timedelta(hours=3))
    client = organiser()

    response = move(client, session, room=hall.pk, day="2031-05-14", time="09:30")

    answer = response.json()
    assert response.status_code == 200
    assert answer["said"] == (
        "“Two” is now: Wednesday 14 May 2031, 09:30 to 10:30, Hall. “One” and “Two” would share the room Hall on "
        "14 May 2031 from 09:30 to 10:00. Move one of them, or release both together."
    )
    assert answer["before"] == str(Position.of(session))
    session.refresh_from_db()
    assert (answer["after"], answer["clashes"]) == (str(Position.of(session)), 1)
    assert f'data-session="{session.pk}" data-start="570"' in answer["board"]
    assert answer["board"].count("Room twice") == 4

    undone = move(client, session, back=answer["before"])

    session.refresh_from_db()
    assert (undone.status_code, str(Position.of(session))) == (200, answer["before"])


def test_a_stale_move_is_refused_and_the_board_shows_where_it_is_now(edition: Edition) -> None:
    session = factories.session(edition, title="Two")
    seen = Position.of(session)
    move(organiser(), session, day="2031-05-14", time="11:00")

    response = move(organiser(), session, day="2031-05-14", time="16:00", expected=str(seen))

    answer = response.json()
    assert response.status_code == 409
    assert answer["said"].startswith(
        "Olga Example moved “Two” meanwhile: it is now at Wednesday 14 May 2031, 11:00"
    )
    assert 'data-start="660"' in answer["board"]


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ({"day": "banana", "time": "09:00"}, 400, "Enter a day, such as 2027-05-20."),
        ({"day": "2031-05-14", "time": "25:99"}, 400, "Enter a time, such as 09:30."),
        ({"day": "2031-05-14"}, 400, "Give both a day and a time, or none."),
        (
            {"day": "2031-05-14", "time": "09:00", "room": "999999"},
            400,
            "There is no such room in this edition.",
        ),
        ({"day": "2031-05-14", "time": "09:00", "room": "\0"}, 400, ""),
        ({"day": ["x"], "time": {"a": 1}}, 404, "There is no such session. Open this page again."),
        ({"expected": "banana"}, 400, "Open this page again: it does not say where the session was."),
        ({"back": "banana"}, 400, "Open this page again: it does not say where the session was."),
        ({"back": "9" * 30 + "||||"}, 409, "There is no such room in this edition."),
        ({"session": "banana"}, 404, "There is no such session. Open this page again."),
        ({"session": "9" * 30}, 404, "There is no such session. Open this page again."),
        ({"day": "x" * 10_000}, 404, "There is no such session. Open this page again."),
        (
            {"day": "2031-03-30", "time": "02:30"},
            409,
            "The clocks skip this time: summer time begins. Choose one before or after it.",
        ),
    ],
)
def test_what_is_no_move_is_refused_with_a_sentence(
    edition: Edition, asked: dict[str, Any], status: int, sentence: str
) -> None:
    session = factories.session(edition)

    response = move(organiser(), session, **asked)

    assert response.status_code == status
    assert sentence in response.json()["said"]
    assert Session.objects.get().starts_at == NINE


@pytest.mark.parametrize("body", [b"", b"banana", b"[]", b"\xff\xfe", b"null", b"[" * 3999])
def test_what_is_no_json_is_refused_with_a_sentence(edition: Edition, body: bytes) -> None:
    response = organiser().post(MOVE, body, content_type="application/json")

    assert (response.status_code, response.json()["said"]) == (
        404,
        "There is no such session. Open this page again.",
    )


def test_only_who_may_change_sessions_moves_them_and_only_by_post_with_a_token(edition: Edition) -> None:
    session = factories.session(edition)
    reader = organiser("view_session")

    assert [move(reader, session).status_code, reader.get(MOVE).status_code] == [403, 405]
    assert move(Client(), session).status_code == 302
    assert move(organiser(enforce_csrf_checks=True), session).status_code == 403
    page = reader.get(GRID)
    assert (page.status_code, "tt-grab" in page.content.decode()) == (200, False)
    assert organiser("view_room").get(GRID).status_code == 403


def test_the_form_moves_it_without_a_script(edition: Edition) -> None:
    session, hall = factories.session(edition, title="Two"), factories.room(edition, name="Hall")
    client, address = organiser(), f"/admin/programme/session/{session.pk}/move/"
    page = client.get(address).content.decode()
    [expected] = re.findall(r'name="expected" value="([^"]+)"', page)
    form = {"room": hall.pk, "day": "2031-05-15", "time": "14:00", "expected": expected}

    response = client.post(address, form)
    stale = client.post(address, {**form, "time": "16:00"})

    session.refresh_from_db()
    assert (session.room, session.starts_at) == (hall, NINE + timedelta(days=1, hours=5))
    assert response["Location"] == f"{GRID}?edition=liege-2031&day=2031-05-15#session-{session.pk}"
    body = stale.content.decode()
    assert ["Your move was not made." in body, 'value="16:00"' in body] == [True, True]
    # What was typed, sent once more, moves it from where it is now.
    [expected] = re.findall(r'name="expected" value="([^"]+)"', body)
    assert client.post(address, {**form, "time": "16:00", "expected": expected}).status_code == 302


def test_a_draft_is_taken_back_after_a_question(edition: Edition) -> None:
    session, fresh = factories.session(edition, title="Old"), None
    release(edition=edition, by=None)
    Session.objects.filter(pk=session.pk).update(title_en="Drafted")
    fresh = factories.session(edition, title="Fresh")
    client = organiser()

    asked = client.post(
        "/admin/programme/session/",
        {"action": "reset_selected", "_selected_action": [session.pk, fresh.pk]},
        follow=True,
    )
    [address] = [url for url, _status in asked.redirect_chain]
    body = asked.content.decode()
    answer = client.post(address, follow=True).content.decode()

    assert ["Drafted" in body, "Old" in body, "It was never public, so it stays as it is." in body] == [
        True
    ] * 3
    assert "1 draft is what is public again." in answer
    assert "“Fresh” was never public" in answer
    session.refresh_from_db()
    assert session.title == "Old"


@pytest.mark.parametrize(
    "query", ["", "?sessions=", "?sessions=banana,\0,999999999999999999999", "?sessions=999999"]
)
def test_nothing_to_take_back_is_said(edition: Edition, query: str) -> None:
    response = organiser().get(f"/admin/programme/session/reset/{query}", follow=True)

    assert "Choose the sessions whose drafts shall be what is public again." in response.content.decode()
