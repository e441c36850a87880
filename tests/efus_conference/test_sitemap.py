from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from archive.models import NewsItem, Page, PageVersion
from efus_conference.views.machine import _end_of_the_next_half_year
from programme.actions import release
from tests import factories

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
SITE = "http://localhost:8000"


def pages(client: Client, language: str = "en") -> dict[str, Any]:
    root = etree.fromstring(client.get(f"/sitemap-{language}.xml").content)
    return {
        url.findtext("s:loc", None, NAMES).removeprefix(SITE): url for url in root.findall("s:url", NAMES)
    }


@pytest.mark.django_db
def test_the_index_leads_to_a_list_for_each_language(client: Client) -> None:
    factories.edition(slug="liege-2031")
    root = etree.fromstring(client.get("/sitemap.xml").content)
    listed = [loc.text for loc in root.findall("s:sitemap/s:loc", NAMES)]

    assert [root.tag, listed] == [
        f"{{{NAMES['s']}}}sitemapindex",
        [f"{SITE}/sitemap-{language}.xml" for language in ("en", "fr", "nl")],
    ]
    in_each = {language: [path[3:] for path in pages(client, language)] for language in ("en", "fr", "nl")}
    assert in_each["en"] == in_each["fr"] == in_each["nl"]
    assert "/editions/liege-2031/" in in_each["en"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "EN", "x" * 100])
def test_a_language_without_pages_has_no_list(client: Client, language: str) -> None:
    assert client.get(f"/sitemap-{language}.xml").status_code == 404


@pytest.mark.django_db
def test_what_organisers_compose_is_listed_once_it_is_public(client: Client) -> None:
    edition = factories.edition(slug="liege-2031")
    now = timezone.now().replace(microsecond=0)
    moments = {"past": now - timedelta(days=1), "ahead": now + timedelta(days=1), "draft": None}
    for slug, moment in moments.items():
        for its in (edition, None):
            page = Page.objects.create(edition=its, slug=slug, title=slug.title())
            PageVersion.objects.create(page=page, publishes_at=moment)
        NewsItem.objects.create(slug=slug, title="T", lead="L", published_at=moment)
    home = Page.objects.create(edition=edition, slug="home", title="Home", kind=Page.Kind.HOME)
    PageVersion.objects.create(page=home, publishes_at=moments["past"])

    found = pages(client)

    composed = ["/en/editions/liege-2031/pages/past/", "/en/pages/past/"]
    assert [path for path in found if "/pages/" in path or "/news/" in path] == [
        "/en/news/",
        *composed,
        "/en/news/past/",
    ]
    assert [found[path].findtext("s:lastmod", None, NAMES) for path in composed] == [
        moments["past"].isoformat()
    ] * 2


@pytest.mark.django_db
def test_the_sitemap_has_what_is_public(client: Client) -> None:
    edition = factories.edition(slug="liege-2031")
    factories.edition(slug="hidden", is_current=False, is_published=False)
    town = edition.hosting.get().organisation
    ada = factories.speaker(slug="ada-example")
    hidden = factories.speaker(consented_at=None)
    factories.session(edition, code="NGHT22", speakers=(ada, hidden))
    release(edition=edition, by=None)
    factories.session(edition, code="DRFT22")

    found = pages(client)

    expected = [
        "/en/",
        "/en/editions/",
        "/en/declarations/",
        "/en/countries/",
        "/en/news/",
        "/en/press/",
        "/en/accessibility/",
        "/en/editions/liege-2031/",
        "/en/editions/liege-2031/programme/",
        "/en/editions/liege-2031/programme/changes/",
        "/en/editions/liege-2031/sessions/NGHT22/",
        "/en/editions/liege-2031/speakers/",
        "/en/editions/liege-2031/speakers/ada-example/",
        f"/en/organisations/{town.slug}/",
        "/en/countries/be/",
    ]
    assert [path for path in found if "/organisations/" not in path or town.slug in path] == expected
    assert [path for path in found if client.get(path).status_code != 200] == []


@pytest.mark.django_db
def test_a_page_of_the_sitemap_names_its_siblings_and_its_last_change(client: Client) -> None:
    edition = factories.edition(slug="liege-2031")
    session = factories.session(edition, code="NGHT22")
    release(edition=edition, by=None)

    url = pages(client, "fr")["/fr/editions/liege-2031/sessions/NGHT22/"]

    path = "/editions/liege-2031/sessions/NGHT22/"
    changed_at = session.released.changed_at.astimezone(UTC)
    assert url.findtext("s:lastmod", None, NAMES) == changed_at.isoformat(timespec="seconds")
    assert {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)} == {
        "en": f"{SITE}/en{path}",
        "fr": f"{SITE}/fr{path}",
        "nl": f"{SITE}/nl{path}",
        "x-default": f"{SITE}/en{path}",
    }


@pytest.mark.django_db
def test_the_sitemap_costs_the_same_for_any_number_of_pages(
    client: Client, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        edition = factories.edition(slug=f"edition-{number}", is_current=False)
        factories.session(edition, speakers=(factories.speaker(),))
        release(edition=edition, by=None)

    with django_assert_num_queries(11):
        assert client.get("/sitemap-en.xml").status_code == 200


def test_robots_are_told_where_the_sitemap_is(client: Client) -> None:
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").content.decode().splitlines()


def test_security_txt_says_whom_to_tell(client: Client, settings: Any) -> None:
    settings.CONTACT_EMAIL = "security@example.org"

    lines = client.get("/.well-known/security.txt").content.decode().splitlines()

    assert [line for line in lines if not line.startswith("Expires: ")] == [
        "Contact: mailto:security@example.org",
        "Preferred-Languages: en, fr, nl",
        f"Canonical: {SITE}/.well-known/security.txt",
    ]


@pytest.mark.parametrize(
    ("now", "expires"),
    [
        (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)),
        (datetime(2027, 6, 30, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)),
        (datetime(2027, 7, 1, tzinfo=UTC), datetime(2028, 6, 30, tzinfo=UTC)),
        (datetime(2027, 12, 31, 23, tzinfo=UTC), datetime(2028, 6, 30, tzinfo=UTC)),
    ],
)
def test_security_txt_expires_within_a_year_and_is_the_same_for_half_of_it(
    now: datetime, expires: datetime
) -> None:
    assert _end_of_the_next_half_year(now) == expires


@pytest.mark.django_db
def test_without_a_contact_there_is_no_security_txt(client: Client, settings: Any) -> None:
    settings.CONTACT_EMAIL = ""

    assert client.get("/.well-known/security.txt").status_code == 404
