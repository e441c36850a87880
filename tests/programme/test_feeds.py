from __future__ import annotations

import csv
import io
import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session, Speaker, Theme
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
BASE = "/editions/liege-2031/"
FEEDS = ["schedule.xml", "schedule.json", "schedule.ics", "sessions.csv", "changes.atom"]
CONFORMANCE = Path(os.environ.get("CONFORMANCE", Path(settings.BASE_DIR).parent / "shared" / "conformance"))
ATOM = {"a": "http://www.w3.org/2005/Atom", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031", venue_en="Palais")


@pytest.fixture
def ada() -> Speaker:
    return factories.speaker(slug="ada-example", name="Ada Example")


@pytest.fixture
def session(edition: Edition, ada: Speaker) -> Session:
    """One with everything, beside a break, a visit, a cancelled session and one after midnight; all released."""
    hidden = factories.speaker(name="Hidden Person", consented_at=None)
    made = factories.session(
        edition,
        code="NGHT22",
        title_en="Safe nights & <days>",
        title_fr="Nuits sûres",
        subtitle_en="A round",
        abstract_en="First line.\r\nSecond line.",
        room=factories.room(edition, slug="hall", name_en="Hall", name_fr="Salle"),
        kind=factories.kind(slug="workshop", name_en="Workshop", name_fr="Atelier", colour="workshop"),
        floor_languages=["fr"],
        interpretation_languages=["en"],
        speakers=(ada, hidden),
    )
    made.themes.add(Theme.objects.create(slug="night", name_en="The night", name_fr="La nuit"))
    factories.session(edition, title_en="Break", floor_languages=[], starts_at=NINE + timedelta(hours=1))
    factories.session(edition, code="GNE222", title_en="Gone", is_cancelled=False)
    factories.session(edition, title_en="Late", starts_at=NINE + timedelta(hours=14), hours=4)
    release(edition=edition, by=None)
    Session.objects.filter(code="GNE222").update(is_cancelled=True)
    release(edition=edition, by=None)
    return made


def xml(client: Client, query: str = "") -> Any:
    response = client.get(f"{BASE}schedule.xml{query}")
    assert response.status_code == 200, response.content
    return etree.fromstring(response.content)


def events(client: Client, query: str = "") -> dict[str, Any]:
    """The events of schedule.json by their title."""
    conference = client.get(f"{BASE}schedule.json{query}").json()["schedule"]["conference"]
    return {
        event["title"]: event for day in conference["days"] for its in day["rooms"].values() for event in its
    }


# --- the schemas of the project whose formats they are ----------------------------------------------


def at_hand(name: str) -> Path:
    if not (CONFORMANCE / name).exists():
        pytest.skip(f"{name} is not at hand; the rules are also asserted below.")
    return CONFORMANCE / name


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_xml_is_valid_by_the_public_schema(client: Client, session: Session, language: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(at_hand("schedule.xml.xsd"))))

    schema.assertValid(xml(client, f"?lang={language}"))


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_json_is_valid_by_the_public_schema(client: Client, session: Session, language: str) -> None:
    schema = json.loads(at_hand("schedule.json.schema").read_text(encoding="utf-8"))
    facts = client.get(f"{BASE}schedule.json?lang={language}").json()

    jsonschema.validate(facts, schema, format_checker=jsonschema.FormatChecker())


def test_an_edition_without_a_programme_is_valid_too(client: Client, edition: Edition) -> None:
    etree.XMLSchema(etree.parse(str(at_hand("schedule.xml.xsd")))).assertValid(xml(client))


# --- the same rules in our own words -----------------------------------------------------------------


def test_an_event_of_the_xml_has_what_the_format_asks_for(client: Client, session: Session) -> None:
    [event] = xml(client).xpath("//event[@code='NGHT22']")

    assert event.attrib == {"guid": str(session.guid), "id": event.get("id"), "code": "NGHT22"}
    assert {child.tag: child.text or "" for child in event if child.tag not in ("persons", "links")} == {
        "room": "Hall",
        "title": "Safe nights & <days>",
        "subtitle": "A round",
        "type": "workshop",
        "date": "2031-05-14T09:00:00+02:00",
        "start": "09:00",
        "duration": "01:00",
        "abstract": "First line.\nSecond line.",
        "slug": "liege_2031-nght22",
        "track": "The night",
        "language": "fr",
        "url": "http://localhost:8000/en/editions/liege-2031/sessions/NGHT22/",
    }


def test_what_the_format_asks_for_is_there_even_when_empty(client: Client, session: Session) -> None:
    root = xml(client)

    asked = ("room", "title", "type", "date", "start", "duration", "abstract", "track")
    assert [
        (event.findtext("title"), name)
        for event in root.iter("event")
        for name in asked
        if event.find(name) is None
    ] == []
    assert root.findall(".//feedback_url") == []
    assert [re.fullmatch(r"\d+", event.get("id")) is not None for event in root.iter("event")] == [True] * 3
    assert re.fullmatch("[a-z0-9_]{4,}", root.findtext("conference/acronym"))


def test_every_moment_has_its_offset_and_every_colour_six_digits(client: Client, session: Session) -> None:
    root = xml(client)
    moments = [event.findtext("date") for event in root.iter("event")]
    moments += [day.get(name) for day in root.iter("day") for name in ("start", "end")]
    colours = [
        value
        for element in root.findall("conference/color") + root.findall("conference/track")
        for name, value in element.attrib.items()
        if name in ("color", "primary", "background")
    ]

    assert [one for one in moments if not re.search(r"T\d\d:\d\d:\d\d[+-]\d\d:\d\d$", one)] == []
    assert [len(colours), [one for one in colours if not re.fullmatch("#[0-9a-f]{6}", one)]] == [3, []]


def test_an_event_of_the_json_has_the_keys_of_the_format_and_none_of_ours(
    client: Client, session: Session, ada: Speaker
) -> None:
    event = events(client)["Safe nights & <days>"]
    [person] = event.pop("persons")

    assert event == {
        "guid": str(session.guid),
        "code": "NGHT22",
        "id": event["id"],
        "date": "2031-05-14T09:00:00+02:00",
        "start": "09:00",
        "end": "2031-05-14T10:00:00+02:00",
        "duration": "01:00",
        "room": "Hall",
        "slug": "liege_2031-nght22",
        "url": "http://localhost:8000/en/editions/liege-2031/sessions/NGHT22/",
        "title": "Safe nights & <days>",
        "subtitle": "A round",
        "track": "The night",
        "type": "workshop",
        "language": "fr",
        "abstract": "First line.\nSecond line.",
        "links": [],
    }
    assert [person["name"], person["url"]] == [
        "Ada Example",
        "http://localhost:8000/en/editions/liege-2031/speakers/ada-example/",
    ]


def test_a_session_keeps_its_number_whatever_its_row_is(client: Client, session: Session) -> None:
    numbers = {title: event["id"] for title, event in events(client).items()}
    in_xml = {event.findtext("title"): int(event.get("id")) for event in xml(client).iter("event")}

    from_guid = {one.title: one for one in Session.objects.exclude(code="GNE222")}
    assert numbers == in_xml
    assert len(set(numbers.values())) == len(from_guid) == 3
    assert all(0 < number < 2**31 for number in numbers.values())


def test_the_version_changes_with_the_content_and_with_nothing_else(
    client: Client, edition: Edition, session: Session
) -> None:
    def version() -> str:
        return xml(client).findtext("version")

    first = version()
    release(edition=edition, by=None)
    again = version()
    session.title_en = "Other"
    session.save()
    draft = version()
    release(edition=edition, by=None)

    assert [again, draft, version() == first] == [first, first, False]


def test_a_session_after_midnight_is_on_the_day_it_begins(client: Client, session: Session) -> None:
    first, *others = xml(client).iter("day")

    assert [day.get("date") for day in (first, *others)] == ["2031-05-14", "2031-05-15", "2031-05-16"]
    assert [event.findtext("title") for event in first.iter("event")] == [
        "Safe nights & <days>",
        "Break",
        "Late",
    ]
    assert [first.get("start"), first.get("end")] == [
        "2031-05-14T09:00:00+02:00",
        "2031-05-15T03:00:00+02:00",
    ]


def test_a_cancelled_session_is_in_the_calendar_and_the_sheet_and_not_in_the_schedule(
    client: Client, session: Session
) -> None:
    bodies = {name: client.get(BASE + name).content.decode() for name in FEEDS}

    assert {name: "GNE222" in body for name, body in bodies.items()} == {
        "schedule.xml": False,
        "schedule.json": False,
        "schedule.ics": True,
        "sessions.csv": True,
        "changes.atom": True,
    }
    assert ",cancelled," in bodies["sessions.csv"]


def test_a_schedule_says_where_it_can_be_had_and_by_whose_clocks(client: Client, session: Session) -> None:
    root = xml(client, "?lang=fr")

    assert [root.findtext("url"), root.findtext("conference/time_zone_name")] == [
        "http://localhost:8000/editions/liege-2031/schedule.xml?lang=fr",
        "Europe/Brussels",
    ]


def test_the_formats_agree(client: Client, session: Session) -> None:
    in_json = events(client)
    root = xml(client)

    assert {event.findtext("title"): event.get("guid") for event in root.iter("event")} == {
        title: event["guid"] for title, event in in_json.items()
    }
    assert [person.get("guid") for person in root.iter("person")] == [
        person["guid"] for event in in_json.values() for person in event["persons"]
    ]


# --- people ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", FEEDS)
def test_no_feed_names_someone_who_may_not_be_named(
    client: Client, session: Session, ada: Speaker, feed: str
) -> None:
    before = client.get(BASE + feed).content.decode()
    ada.consent_withdrawn_at = NINE + timedelta(hours=1)
    ada.save()
    after = client.get(BASE + feed).content.decode()

    names_her = feed in ("schedule.xml", "schedule.json", "sessions.csv")
    assert ["Hidden" in before, "Hidden" in after] == [False, False]
    assert ["Ada Example" in before, "Ada" in after] == [names_her, False]


# --- what all of them do -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feed", "media_type"),
    [
        ("schedule.xml", "application/vnd.c3voc.schedule+xml"),
        ("schedule.json", "application/json"),
        ("schedule.ics", "text/calendar; charset=utf-8"),
        ("sessions.csv", "text/csv; charset=utf-8"),
        ("changes.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_any_site_may_read_a_feed_and_it_is_not_sent_twice(
    client: Client, edition: Edition, session: Session, feed: str, media_type: str
) -> None:
    first = client.get(BASE + feed)
    second = client.get(BASE + feed, headers={"If-None-Match": first["ETag"]})
    session.title_en = "Other"
    session.starts_at = NINE - timedelta(minutes=30)
    session.save()
    release(edition=edition, by=None)
    third = client.get(BASE + feed, headers={"If-None-Match": first["ETag"]})

    assert [answer.status_code for answer in (first, second, third)] == [200, 304, 200]
    assert [answer["Access-Control-Allow-Origin"] for answer in (first, second, third)] == ["*"] * 3
    assert first["Content-Type"] == media_type


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_speaks_the_language_asked_for(client: Client, session: Session, feed: str) -> None:
    bodies = {code: client.get(f"{BASE}{feed}?lang={code}") for code in ("en", "fr")}

    assert [body["Content-Language"] for body in bodies.values()] == ["en", "fr"]
    assert [
        "/en/editions" in bodies["en"].content.decode(),
        "/fr/editions" in bodies["fr"].content.decode(),
    ] == [
        True,
        True,
    ]
    assert "Nuits sûres" in bodies["fr"].content.decode()


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_costs_the_same_for_any_number_of_sessions(
    client: Client, edition: Edition, session: Session, feed: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(BASE + feed).status_code == 200
        return len(caught)

    few = queries()
    for number in range(12):
        made = factories.session(
            edition, room=factories.room(edition), speakers=(factories.speaker(),), kind=session.kind
        )
        made.themes.add(Theme.objects.create(slug=f"theme-{number}", name=f"Theme {number}"))
    release(edition=edition, by=None)

    assert [few, queries() <= 6] == [queries(), True]


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/editions/atlantis/schedule.xml", 404, "There is no edition “atlantis” here."),
        ("/editions/atlantis/changes.atom", 404, "There is no edition “atlantis” here."),
        (
            BASE + "schedule.json?lang=xx",
            404,
            "There is no language “xx” here. Use one of these: en, fr, nl.",
        ),
        (BASE + "sessions.csv?lang=EN", 404, "There is no language “EN” here. Use one of these: en, fr, nl."),
        (BASE + "changes.atom?session=NOSUCH", 404, "This programme has no session “NOSUCH”."),
        (BASE + "schedule.ics?session=NOSUCH", 404, "This programme has no session “NOSUCH”."),
        (BASE + "schedule.ics?kind=banana", 404, "This programme has no kind of session “banana”."),
        (BASE + "schedule.ics?day=banana", 400, "“banana” is no day; write it as 2027-05-20."),
        (BASE + "schedule.ics?day=2031-05-20", 404, "This programme has no day “2031-05-20”."),
        (
            BASE + "schedule.ics?day=" + "9" * 10_000,
            400,
            "“" + "9" * 39 + "…” is no day; write it as 2027-05-20.",
        ),
    ],
)
def test_what_is_not_there_is_a_sentence_that_any_site_may_read(
    client: Client, session: Session, address: str, status: int, sentence: str
) -> None:
    response = client.get(address)

    assert (response.status_code, response.content.decode(), response["Content-Type"]) == (
        status,
        f"{sentence}\n",
        "text/plain; charset=utf-8",
    )
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("feed", ["schedule.xml", "schedule.json"])
def test_an_edition_of_which_no_day_is_known_has_no_schedule(client: Client, feed: str) -> None:
    factories.edition(slug="liege-2031", starts_on=None, ends_on=None)

    assert client.get(BASE + feed).status_code == 404


def test_a_feed_is_read_and_never_written(client: Client, session: Session) -> None:
    assert [client.post(BASE + feed).status_code for feed in FEEDS] == [405] * len(FEEDS)


# --- the sheet ---------------------------------------------------------------------------------------


def sheet(client: Client) -> dict[str, dict[str, str]]:
    content = client.get(BASE + "sessions.csv").content.decode("utf-8-sig")
    return {row["code"]: row for row in csv.DictReader(io.StringIO(content))}


def test_the_sheet_has_a_column_per_language(client: Client, session: Session) -> None:
    row = sheet(client)["NGHT22"]

    names = (
        "status", "starts_at", "kind", "kind_fr", "room", "room_en", "room_fr", "room_nl", "title_en", "title_fr",
        "title_nl", "floor_languages", "interpretation_languages", "themes", "themes_fr", "speakers",
    )  # fmt: skip
    assert [row[name] for name in names] == [
        "confirmed", "2031-05-14T09:00:00+02:00", "workshop", "Atelier", "hall", "Hall", "Salle", "",
        "Safe nights & <days>", "Nuits sûres", "", "fr", "en", "night", "La nuit", "Ada Example",
    ]  # fmt: skip


def test_no_cell_of_the_sheet_runs_as_a_formula(client: Client, edition: Edition, session: Session) -> None:
    session.title_en = '=HYPERLINK("https://elsewhere.example")'
    session.save()
    release(edition=edition, by=None)

    assert sheet(client)["NGHT22"]["title_en"] == '\'=HYPERLINK("https://elsewhere.example")'


def test_the_sheet_of_an_empty_programme_has_its_columns(client: Client, edition: Edition) -> None:
    content = client.get(BASE + "sessions.csv").content.decode("utf-8-sig")

    assert content.startswith("code,guid,status,")
    assert content.count("\r\n") == 1


# --- Atom --------------------------------------------------------------------------------------------


def atom(client: Client, query: str = "") -> Any:
    return etree.fromstring(client.get(f"{BASE}changes.atom{query}").content)


def test_the_changes_are_a_feed_with_an_entry_per_release(
    client: Client, edition: Edition, session: Session
) -> None:
    feed = atom(client)
    newest, first = feed.findall("a:entry", ATOM)

    assert [entry.findtext("a:title", None, ATOM) for entry in (newest, first)] == ["Release 2", "Release 1"]
    assert feed.findtext("a:updated", None, ATOM) == newest.findtext("a:updated", None, ATOM)
    assert "Gone · Cancelled" in "".join(newest.find("a:content", ATOM).itertext())
    assert [link.get("href") for link in feed.findall("a:link", ATOM)] == [
        "http://localhost:8000/editions/liege-2031/changes.atom?lang=en",
        "http://localhost:8000/en/editions/liege-2031/programme/changes/",
    ]


def test_ids_in_the_feed_are_unique_and_stay(client: Client, edition: Edition, session: Session) -> None:
    def ids(query: str = "") -> list[str]:
        return [one.text for one in atom(client, query).iter("{http://www.w3.org/2005/Atom}id")]

    before = {query: ids(query) for query in ("", "?lang=fr", "?session=NGHT22")}
    session.starts_at = NINE + timedelta(minutes=5)
    session.save()
    release(edition=edition, by=None)

    every = [one for its in before.values() for one in its]
    assert len(every) == len(set(every))
    assert [one for one in every if not one.startswith("urn:uuid:")] == []
    assert all(set(its) < set(ids(query)) for query, its in before.items())


def test_one_session_has_a_feed_of_its_own(client: Client, edition: Edition, session: Session) -> None:
    session.starts_at = NINE - timedelta(minutes=30)
    session.save()
    release(edition=edition, by=None)

    entries = atom(client, "?session=nght22").findall("a:entry", ATOM)

    assert [entry.findtext("a:title", None, ATOM) for entry in entries] == ["Moved", "New"]
    assert "08:30" in "".join(entries[0].find("a:content", ATOM).itertext())


def test_a_feed_before_the_first_release_is_empty_and_well_formed(client: Client, edition: Edition) -> None:
    feed = atom(client)

    assert [feed.findall("a:entry", ATOM), feed.findtext("a:updated", None, ATOM)] == [
        [],
        "1970-01-01T00:00:00Z",
    ]
