from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from efus_conference.models import Edition
from programme.actions import release
from programme.calendars import VTIMEZONES, event_for
from programme.models import ReleasedSession, Session, Theme, Venue
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
FEED = "/editions/liege-2031/schedule.ics"


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031", venue_en="Palais", venue_fr="Palais des congrès")


@pytest.fixture
def session(edition: Edition) -> Session:
    made = factories.session(
        edition,
        title_en="Safe nights; a round",
        title_fr="Nuits sûres",
        room=factories.room(edition, name_en="Hall", name_fr="Salle"),
        code="NGHT22",
        kind=factories.kind(name_en="Workshop", name_fr="Atelier"),
    )
    release(edition=edition, by=None)
    return made


def events(client: Client, query: str = "") -> list[Any]:
    response = client.get(FEED + query)
    assert response.status_code == 200
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def test_the_calendar_says_what_a_program_needs_to_keep_it_fresh(client: Client, session: Session) -> None:
    response = client.get(FEED)

    lines = response.content.decode().split("\r\n")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    expected = [
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "COLOR:midnightblue",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "TZID:Europe/Brussels",
    ]
    assert [line for line in expected if line not in lines] == []
    assert any(
        line.startswith("NAME:Security\\, Democracy & Cities") or "NAME:Security, " in line for line in lines
    )


def test_an_event_has_what_is_released(client: Client, edition: Edition, session: Session) -> None:
    [event] = events(client)
    changed_at = ReleasedSession.objects.get().changed_at.replace(microsecond=0)

    assert str(event["uid"]) == f"{session.guid}@security-democracy-cities"
    assert (event["sequence"], str(event["status"])) == (0, "CONFIRMED")
    assert event["dtstamp"].dt == event["last-modified"].dt == changed_at
    assert event["dtstart"].dt == NINE
    assert event["dtend"].dt == NINE + timedelta(hours=1)
    assert event["dtstart"].params["TZID"] == "Europe/Brussels"
    assert [str(event[name]) for name in ("summary", "location", "transp", "url")] == [
        "Safe nights; a round",
        "Hall, Palais",
        "TRANSPARENT",
        "http://localhost:8000/en/editions/liege-2031/sessions/NGHT22/",
    ]


def test_the_feed_speaks_the_language_asked_for(client: Client, session: Session) -> None:
    [event] = events(client, "?lang=fr")

    assert [str(event["summary"]), str(event["location"]), "/fr/" in event["url"]] == [
        "Nuits sûres",
        "Salle, Palais des congrès",
        True,
    ]


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence(
    client: Client, edition: Edition, session: Session
) -> None:
    [before] = events(client)
    session.starts_at = NINE + timedelta(minutes=30)
    session.save()
    release(edition=edition, by=None)

    [after] = events(client)

    assert after["uid"] == before["uid"]
    assert [before["sequence"], after["sequence"]] == [0, 1]
    assert after["dtstamp"].dt >= before["dtstamp"].dt


def test_a_cancelled_session_stays_as_cancelled(client: Client, edition: Edition, session: Session) -> None:
    session.is_cancelled = True
    session.save()
    release(edition=edition, by=None)

    [event] = events(client)

    assert [str(event["status"]), event["sequence"], str(event["summary"])] == [
        "CANCELLED",
        1,
        "Cancelled: Safe nights; a round",
    ]


def test_an_unchanged_calendar_is_not_sent_twice(client: Client, edition: Edition, session: Session) -> None:
    first = client.get(FEED)
    second = client.get(FEED, headers={"If-None-Match": first["ETag"]})
    session.title_en = "Other"
    session.save()
    release(edition=edition, by=None)
    third = client.get(FEED, headers={"If-None-Match": first["ETag"]})

    assert [second.status_code, third.status_code] == [304, 200]


def test_one_session_alone_can_be_had(client: Client, edition: Edition, session: Session) -> None:
    factories.session(edition)
    release(edition=edition, by=None)

    assert [str(event["summary"]) for event in events(client, "?session=nght22")] == ["Safe nights; a round"]


@pytest.mark.parametrize(
    "address",
    [
        "/editions/atlantis/schedule.ics",
        FEED + "?lang=xx",
        FEED + "?session=NOSUCH",
    ],
)
def test_what_is_not_there_is_a_sentence(client: Client, session: Session, address: str) -> None:
    response = client.get(address)

    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_the_private_feed_may_say_tentative_but_never_of_a_cancelled_session(
    edition: Edition, session: Session
) -> None:
    [row] = ReleasedSession.objects.of(edition)
    starred = event_for(row, language="en", status="TENTATIVE", transparency="TRANSPARENT")
    booked = event_for(row, language="en")
    row.status = "cancelled"
    cancelled = event_for(row, language="en", status="TENTATIVE")

    assert [(str(event["status"]), str(event["transp"])) for event in (starred, booked, cancelled)] == [
        ("TENTATIVE", "TRANSPARENT"),
        ("CONFIRMED", "OPAQUE"),
        ("CANCELLED", "TRANSPARENT"),
    ]


def test_a_zone_without_rules_of_ours_is_told_in_utc(client: Client) -> None:
    edition = factories.edition(slug="liege-2031", timezone="America/Toronto")
    factories.session(edition)
    release(edition=edition, by=None)

    body = client.get(FEED).content.decode()

    assert ["DTSTART:20310514T070000Z" in body, "VTIMEZONE" in body] == [True, False]


@pytest.mark.parametrize("zone", sorted(VTIMEZONES))
def test_our_text_of_a_zone_agrees_with_the_zone_itself(zone: str) -> None:
    calendar = Calendar.from_ical(f"BEGIN:VCALENDAR\n{VTIMEZONES[zone]}END:VCALENDAR\n")
    [component] = calendar.walk("VTIMEZONE")
    ours = component.to_tz(lookup_tzid=False)
    noons = [datetime(year, month, 15, 12, tzinfo=UTC) for year in (2017, 2027) for month in range(1, 13)]
    around_the_changes = [
        datetime(2027, month, day, hour, 30, tzinfo=UTC)
        for month, day in ((3, 28), (10, 31))
        for hour in (0, 5)
    ]

    for moment in noons + around_the_changes:  # as the clocks there show it
        expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert moment.replace(tzinfo=ours).astimezone(UTC) == expected


def test_a_calendar_program_follows_a_move_and_a_cancellation(client: Client, edition: Edition) -> None:
    """As a subscriber sees it: asks with the ETag of last time, and knows an event by its UID."""
    known: dict[str, Any] = {}
    etag = ""

    def refresh() -> tuple[int, dict[str, tuple[int, str, datetime]]]:
        nonlocal etag
        response = client.get(FEED, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == 200:
            etag = response["ETag"]
            for event in Calendar.from_ical(response.content).walk("VEVENT"):
                newer = event["sequence"] >= known.get(str(event["uid"]), {"sequence": 0})["sequence"]
                assert newer  # else a program keeps what it has
                known[str(event["uid"])] = event
        seen = {
            str(event["summary"]): (event["sequence"], str(event["status"]), event["dtstart"].dt)
            for event in known.values()
        }
        return response.status_code, seen

    moved = factories.session(edition, title="Moved")
    gone = factories.session(edition, title="Gone", kind=moved.kind)
    factories.session(edition, title="Stays", kind=moved.kind)
    release(edition=edition, by=None)
    first = refresh()
    nothing_new = refresh()
    moved.starts_at, moved.ends_at = NINE + timedelta(hours=2), NINE + timedelta(hours=3)
    moved.save()
    gone.is_cancelled = True
    gone.save()
    only_drafts = refresh()
    release(edition=edition, by=None)
    second = refresh()
    later = refresh()

    before = dict.fromkeys(("Moved", "Gone", "Stays"), (0, "CONFIRMED", NINE))
    after = {
        "Moved": (1, "CONFIRMED", NINE + timedelta(hours=2)),
        "Cancelled: Gone": (1, "CANCELLED", NINE),
        "Stays": (0, "CONFIRMED", NINE),
    }
    assert [first, nothing_new, only_drafts] == [(200, before), (304, before), (304, before)]
    assert [second, later] == [(200, after), (304, after)]
    assert set(known) == {f"{one.guid}@security-democracy-cities" for one in Session.objects.all()}


def test_an_event_has_the_colour_of_its_kind_and_its_themes_among_its_categories(
    client: Client, edition: Edition
) -> None:
    visit = factories.kind(name_en="Field visit", colour="visit")
    made = factories.session(edition, kind=visit)
    made.themes.add(
        Theme.objects.create(slug="night", name="The night"), Theme.objects.create(slug="drugs", name="Drugs")
    )
    release(edition=edition, by=None)

    [event] = events(client)

    assert [event["categories"].cats, str(event["color"])] == [
        ["Field visit", "Drugs", "The night"],
        "darkgoldenrod",
    ]


def test_a_field_visit_says_where_one_meets_and_what_one_needs(client: Client, edition: Edition) -> None:
    factories.session(
        edition,
        kind=factories.kind(colour="visit"),
        hours=4,
        meeting_point="In front of the town hall",
        departs_at=NINE + timedelta(minutes=15),
        returns_at=NINE + timedelta(hours=3),
        how_to_get_there="By bus 4.",
        what_to_bring="Closed shoes.",
        floor_languages=["fr"],
        caption_languages=["en"],
    )
    release(edition=edition, by=None)

    [event] = events(client)

    assert [str(event["location"]), str(event["description"])] == [
        "In front of the town hall",
        "French, captions in English\n\nDeparture at 09:15, return by 12:00.\n\nBy bus 4.\n\nClosed shoes.",
    ]


def test_a_room_is_told_with_its_venue_and_each_part_once(client: Client, edition: Edition) -> None:
    venue = Venue.objects.create(edition=edition, slug="palais", name="Palais", address="Quai 1")
    factories.session(edition, room=factories.room(edition, name="Hall", venue=venue))
    factories.session(edition, room=factories.room(edition, name="Palais", venue=venue, address="Quai 2"))
    release(edition=edition, by=None)

    assert [str(event["location"]) for event in events(client)] == ["Hall, Palais, Quai 1", "Palais, Quai 2"]


def test_one_day_or_one_kind_can_be_had_alone_and_both_combine(client: Client, edition: Edition) -> None:
    talk, walk = factories.kind(slug="talk"), factories.kind(slug="walk")
    for title, kind, days in (("One", talk, 0), ("Two", walk, 0), ("Three", talk, 1)):
        factories.session(edition, title=title, kind=kind, starts_at=NINE + timedelta(days=days))
    release(edition=edition, by=None)

    asked = ["", "?day=2031-05-14", "?kind=talk", "?kind=TALK&day=2031-05-15", "?kind=walk&day=2031-05-15",
             "?day=2031-05-16", "?day=&kind=&session="]  # fmt: skip
    assert [[str(event["summary"]) for event in events(client, query)] for query in asked] == [
        ["One", "Two", "Three"],
        ["One", "Two"],
        ["One", "Three"],
        ["Three"],
        [],
        [],
        ["One", "Two", "Three"],
    ]
