"""What the site says to search engines of itself, of the way to a page and of places; and to telephones of itself."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from lxml import html
from PIL import Image

from efus_conference.icons import ICONS
from efus_conference.management.commands.draw_icons import drawn
from efus_conference.models import Organisation
from programme.actions import release
from tests import factories

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


def facts(client: Client, address: str, kind: str) -> list[dict[str, Any]]:
    page = html.fromstring(client.get(address).content)
    blocks = [json.loads(block.text) for block in page.xpath("//script[@type='application/ld+json']")]
    return [block for block in blocks if block["@type"] == kind]


def test_the_home_page_says_how_the_site_is_searched_and_whose_it_is(client: Client) -> None:
    [site] = facts(client, "/fr/", "WebSite")

    assert site == {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Sécurité, Démocratie & Villes",
        "url": f"{SITE}/fr/",
        "inLanguage": "fr",
        "publisher": {
            "@type": "Organization",
            "name": "Forum européen pour la sécurité urbaine",
            "alternateName": "Efus",
            "url": "https://efus.eu",
        },
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{SITE}/fr/search/?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def test_the_way_to_a_page_is_what_its_breadcrumb_says(client: Client) -> None:
    edition = factories.edition(slug="liege-2031")
    factories.session(edition, code="NGHT22", title_en='Nights & "days" </script>')
    release(edition=edition, by=None)
    base = "/en/editions/liege-2031/"

    [way] = facts(client, f"{base}sessions/NGHT22/", "BreadcrumbList")

    assert [[one["position"], one["name"], one.get("item")] for one in way["itemListElement"]] == [
        [1, "Home", f"{SITE}/en/"],
        [2, edition.name, SITE + base],
        [3, "Programme", f"{SITE}{base}programme/"],
        [4, 'Nights & "days" </script>', None],
    ]


@pytest.mark.parametrize("address", ["/en/", "/en/accounts/login/", "/en/my/", "/sign/not-a-token"])
def test_a_page_without_a_breadcrumb_or_for_one_person_says_no_way(client: Client, address: str) -> None:
    page = html.fromstring(client.get(address, follow=True).content)

    assert "BreadcrumbList" not in "".join(page.xpath("//script[@type='application/ld+json']/text()"))


def test_a_city_is_a_place_under_all_its_names(client: Client) -> None:
    edition = factories.edition(slug="liege-2031")
    town = edition.hosting.get().organisation
    Organisation.objects.filter(pk=town.pk).update(
        slug="liege",
        name_en="Liège",
        endonym="Lîdje",
        other_names=["Luik", "Liège"],
        country="BE",
        latitude=Decimal("50.6451"),
        longitude=Decimal("5.5734"),
        wikidata="Q3992",
        website="https://www.liege.be/",
    )

    [city] = facts(client, "/en/organisations/liege/", "City")

    assert city == {
        "@context": "https://schema.org",
        "@type": "City",
        "name": "Liège",
        "alternateName": ["Lîdje", "Luik"],
        "url": f"{SITE}/en/organisations/liege/",
        "sameAs": ["https://www.liege.be/", "https://www.wikidata.org/entity/Q3992"],
        "address": {"@type": "PostalAddress", "addressCountry": "BE"},
        "geo": {"@type": "GeoCoordinates", "latitude": 50.6451, "longitude": 5.5734},
    }


@pytest.mark.parametrize("kind", Organisation.Kind.values)
def test_every_kind_of_organisation_has_a_name_for_search_engines(client: Client, kind: str) -> None:
    edition = factories.edition()
    town = edition.hosting.get().organisation
    Organisation.objects.filter(pk=town.pk).update(kind=kind)

    page = html.fromstring(client.get(f"/en/organisations/{town.slug}/").content)

    blocks = [json.loads(block.text) for block in page.xpath("//script[@type='application/ld+json']")]
    assert [block["name"] for block in blocks if block["@type"] != "BreadcrumbList"] == [town.name]


def test_a_choice_of_sessions_and_a_page_of_news_name_the_whole_as_canonical(client: Client) -> None:
    edition = factories.edition(slug="liege-2031")
    factories.session(edition)
    release(edition=edition, by=None)

    def canonical(address: str) -> list[str]:
        page = html.fromstring(client.get(address).content)
        return [link.get("href") for link in page.xpath("//link[@rel='canonical']")]

    programme = "/nl/editions/liege-2031/programme/"
    assert [
        canonical(f"{programme}?day=2031-05-14&kind=workshop&utm_source=mail"),
        canonical("/fr/search/"),
        canonical("/fr/search/?q=nuit"),
    ] == [[SITE + programme], [f"{SITE}/fr/search/"], []]


def test_the_manifest_speaks_the_language_of_its_address(client: Client) -> None:
    answer = client.get("/nl/manifest.webmanifest")
    manifest = json.loads(answer.content)

    assert [
        answer.headers["Content-Type"],
        *(manifest[name] for name in ("id", "lang", "start_url", "scope", "display")),
        [client.get(link["url"], follow=True).status_code for link in manifest["shortcuts"]],
    ] == ["application/manifest+json", "/", "nl", "/nl/", "/", "standalone", [200, 200]]


def test_the_manifest_is_named_where_somebody_would_install_the_site(client: Client) -> None:
    def named(address: str) -> list[str]:
        page = html.fromstring(client.get(address).content)
        return [link.get("href") for link in page.xpath("//link[@rel='manifest']")]

    client.force_login(factories.user())
    assert [named("/fr/"), named("/en/my/agenda/")] == [
        ["/fr/manifest.webmanifest"],
        ["/en/manifest.webmanifest"],
    ]


@pytest.mark.parametrize(("name", "size", "purpose"), ICONS)
def test_an_icon_is_the_mark_in_the_size_it_says(name: str, size: int, purpose: str) -> None:
    content = (settings.BASE_DIR / "static" / name).read_bytes()
    icon = Image.open(io.BytesIO(content))

    corner = icon.convert("RGBA").getpixel((0, 0))
    assert [icon.size, corner[3] if isinstance(corner, tuple) else None] == [
        (size, size),
        255 if purpose == "maskable" else 0,
    ]
    assert drawn(size, purpose) == content


@pytest.mark.parametrize(
    "address",
    [
        "/en/search/?q=night",
        "/en/editions/liege-2031/programme/now/",
        "/en/editions/liege-2031/seats/",
        "/en/accounts/login/",
        "/en/nothing/",
    ],
)
def test_what_changes_by_the_minute_or_is_of_one_reader_is_not_to_be_found(
    client: Client, address: str
) -> None:
    edition = factories.edition(slug="liege-2031")
    factories.session(edition)
    release(edition=edition, by=None)

    page = html.fromstring(client.get(address).content)

    assert [one.get("content") for one in page.xpath("//meta[@name='robots']")] == ["noindex"]
