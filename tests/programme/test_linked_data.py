from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from lxml import html

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session, Speaker
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
BASE = "/en/editions/liege-2031/"
PAGE = f"{BASE}sessions/NGHT22/"
SITE = "http://localhost:8000"


@pytest.fixture
def edition() -> Edition:
    made = factories.edition(slug="liege-2031", venue_en="Palais")
    town = made.hosting.get().organisation
    town.name_en, town.name_fr = "Liège", "Liège"
    town.save()
    return made


@pytest.fixture
def ada() -> Speaker:
    return factories.speaker(slug="ada-example", name="Ada Example")


@pytest.fixture
def session(edition: Edition, ada: Speaker) -> Session:
    made = factories.session(
        edition,
        code="NGHT22",
        title_en="Safe nights",
        title_fr="Nuits sûres",
        abstract_en='Of "nights" & days.',
        room=factories.room(edition, name_en="Hall"),
        interpretation_languages=["fr"],
        speakers=(ada, factories.speaker(name="Hidden Person", consented_at=None)),
    )
    release(edition=edition, by=None)
    return made


def data(client: Client, address: str = PAGE) -> dict[str, Any]:
    """The only event that a page has facts of."""
    page = html.fromstring(client.get(address).content)
    blocks = [json.loads(block.text) for block in page.xpath("//script[@type='application/ld+json']")]
    facts: dict[str, Any]
    [facts] = [block for block in blocks if block["@type"] == "Event"]
    return facts


def meta(client: Client, address: str) -> dict[str, list[str]]:
    page = html.fromstring(client.get(address).content)
    found: dict[str, list[str]] = {}
    for element in page.xpath("//meta[@property or starts-with(@name, 'twitter:')]"):
        found.setdefault(element.get("property") or element.get("name"), []).append(element.get("content"))
    return found


def test_a_session_says_what_its_page_says(client: Client, session: Session) -> None:
    place = {
        "@type": "PostalAddress",
        "addressLocality": "Liège",
        "addressCountry": "BE",
    }
    assert data(client) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "identifier": session.guid.urn,
        "url": SITE + PAGE,
        "name": "Safe nights",
        "description": 'Of "nights" & days.',
        "startDate": "2031-05-14T09:00:00+02:00",
        "endDate": "2031-05-14T10:00:00+02:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "inLanguage": ["en", "fr"],
        "location": {"@type": "Place", "name": "Hall, Palais", "address": place},
        "image": f"{SITE}/editions/liege-2031/sessions/NGHT22/card.png?lang=en",
        "performer": [
            {"@type": "Person", "name": "Ada Example", "url": f"{SITE}{BASE}speakers/ada-example/"}
        ],
        "superEvent": {
            "@type": "Event",
            "name": "Security, Democracy & Cities, Liège 2031",
            "url": SITE + BASE,
            "startDate": "2031-05-14",
            "endDate": "2031-05-16",
            "eventStatus": "https://schema.org/EventScheduled",
            "location": {"@type": "Place", "name": "Palais", "address": place},
        },
    }


def test_a_session_that_was_moved_says_when_it_was_planned_before(
    client: Client, edition: Edition, session: Session
) -> None:
    session.starts_at = NINE - timedelta(minutes=30)
    session.save()
    release(edition=edition, by=None)
    session.room = factories.room(edition)
    session.save()
    release(edition=edition, by=None)

    facts = data(client)

    assert [facts[name] for name in ("eventStatus", "startDate", "previousStartDate")] == [
        "https://schema.org/EventRescheduled",
        "2031-05-14T08:30:00+02:00",
        "2031-05-14T09:00:00+02:00",
    ]


def test_a_session_moved_to_another_room_keeps_its_time(
    client: Client, edition: Edition, session: Session
) -> None:
    session.room = factories.room(edition)
    session.save()
    release(edition=edition, by=None)

    facts = data(client)

    assert [facts["eventStatus"], "previousStartDate" in facts] == [
        "https://schema.org/EventScheduled",
        False,
    ]


def test_a_cancelled_session_says_so(client: Client, edition: Edition, session: Session) -> None:
    session.is_cancelled = True
    session.save()
    release(edition=edition, by=None)

    assert data(client)["eventStatus"] == "https://schema.org/EventCancelled"


def test_who_withdraws_the_consent_performs_no_more(client: Client, session: Session, ada: Speaker) -> None:
    ada.consent_withdrawn_at = NINE + timedelta(hours=1)
    ada.save()

    assert "performer" not in data(client)


def test_no_title_ends_the_block_of_data(client: Client, edition: Edition, session: Session) -> None:
    title = "</script><script>alert(1)</script><!-- & \u2028 \u2029"
    session.title_en = title
    session.save()
    release(edition=edition, by=None)

    body = client.get(PAGE).content.decode()

    assert data(client)["name"] == title
    assert ["</script><script>alert" in body, "\u2028" in body.split("ld+json")[1].split("</script>")[0]] == [
        False,
        False,
    ]


def test_a_programme_lists_its_sessions_and_a_filtered_one_does_not(client: Client, session: Session) -> None:
    whole, some = data(client, f"{BASE}programme/"), data(client, f"{BASE}programme/?day=2031-05-14")

    assert [(one["name"], one["url"], one["startDate"]) for one in whole["subEvent"]] == [
        ("Safe nights", SITE + PAGE, "2031-05-14T09:00:00+02:00")
    ]
    assert "subEvent" not in some


@pytest.mark.parametrize("address", ["/en/", BASE])
def test_the_pages_of_an_edition_say_what_it_is(client: Client, session: Session, address: str) -> None:
    facts = data(client, address)

    assert [facts[name] for name in ("name", "startDate", "endDate")] == [
        "Security, Democracy & Cities, Liège 2031",
        "2031-05-14",
        "2031-05-16",
    ]


# --- Open Graph and the addresses of other languages --------------------------------------------------


def test_a_link_to_a_session_is_shown_with_its_own_card(client: Client, session: Session) -> None:
    assert meta(client, "/fr/editions/liege-2031/sessions/NGHT22/") == {
        "og:site_name": ["Sécurité, Démocratie & Villes"],
        "og:title": ["Nuits sûres"],
        "og:description": ['Of "nights" & days.'],
        "og:type": ["article"],
        "og:url": [f"{SITE}/fr/editions/liege-2031/sessions/NGHT22/"],
        "og:locale": ["fr_FR"],
        "og:locale:alternate": ["en_GB", "nl_NL"],
        "og:image": [f"{SITE}/editions/liege-2031/sessions/NGHT22/card.png?lang=fr"],
        "og:image:width": ["1200"],
        "og:image:height": ["630"],
        "twitter:card": ["summary_large_image"],
    }


@pytest.mark.parametrize(
    "address",
    [
        "/en/",
        "/en/editions/",
        BASE,
        f"{BASE}programme/",
        f"{BASE}programme/changes/",
        f"{BASE}speakers/",
        f"{BASE}speakers/ada-example/",
        "/en/declarations/",
    ],
)
def test_every_public_page_can_be_shown_on_other_sites(
    client: Client, session: Session, address: str
) -> None:
    found = meta(client, address)

    asked = ("og:title", "og:description", "og:type", "og:url", "og:locale", "og:image", "twitter:card")
    assert [name for name in asked if len(found.get(name, [])) != 1 or not found[name][0].strip()] == []
    assert found["og:url"] == [SITE + address]


def test_a_page_names_itself_in_every_language_and_one_for_all_others(
    client: Client, session: Session
) -> None:
    page = html.fromstring(client.get(f"{BASE}programme/?day=2031-05-14").content)
    links = {
        link.get("hreflang"): link.get("href") for link in page.xpath("//link[@rel='alternate'][@hreflang]")
    }

    path = "/editions/liege-2031/programme/"
    assert links == {
        "en": f"{SITE}/en{path}",
        "fr": f"{SITE}/fr{path}",
        "nl": f"{SITE}/nl{path}",
        "x-default": f"{SITE}/en{path}",
    }


def test_a_secret_page_tells_other_sites_nothing(client: Client) -> None:
    assert meta(client, "/sign/not-a-token") == {}


@pytest.mark.parametrize("address", ["/en/", BASE, f"{BASE}programme/"])
def test_a_page_names_its_feeds_and_each_of_them_answers(
    client: Client, session: Session, address: str
) -> None:
    page = html.fromstring(client.get(address).content)
    feeds = [link.get("href") for link in page.xpath("//link[@rel='alternate'][@type]")]

    assert [re.sub(r".*/", "", feed) for feed in feeds] == [
        "schedule.ics?lang=en",
        "changes.atom?lang=en",
        "schedule.xml?lang=en",
        "schedule.json?lang=en",
        "sessions.csv?lang=en",
    ]
    assert [client.get(feed).status_code for feed in feeds] == [200] * 5


def test_a_session_has_a_calendar_and_a_feed_of_its_own(client: Client, session: Session) -> None:
    page = html.fromstring(client.get(PAGE).content)
    feeds = [link.get("href") for link in page.xpath("//link[@rel='alternate'][@type]")]

    assert feeds == [
        "/editions/liege-2031/schedule.ics?session=NGHT22&lang=en",
        "/editions/liege-2031/changes.atom?session=NGHT22&lang=en",
    ]
    assert [client.get(feed).status_code for feed in feeds] == [200, 200]


@pytest.mark.parametrize(
    "path", ["/", "/editions/liege-2031/programme/", "/editions/liege-2031/sessions/NGHT22/"]
)
def test_the_heads_of_a_page_differ_between_languages_in_their_texts_alone(
    client: Client, session: Session, path: str
) -> None:
    def form(language: str) -> list[tuple[str, list[str]]]:
        [head] = html.fromstring(client.get(f"/{language}{path}").content).xpath("//head")
        return [(element.tag, list(element.keys())) for element in head.iter()]

    assert form("en") == form("fr") == form("nl")
