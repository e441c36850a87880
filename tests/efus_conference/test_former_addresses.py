"""A changed slug redirects for ever: what was printed years ago still works."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from archive.models import NewsItem, Page, PageVersion, Partner
from declarations.models import Declaration
from efus_conference.former_addresses import Kind, latest_slug, public_rows
from efus_conference.models import Edition, FormerAddress, Organisation
from programme.actions import release
from programme.models import Room, SessionKind, Speaker, Theme, Venue
from tests import factories

pytestmark = pytest.mark.django_db


def rename(row: Any, slug: str) -> None:
    """Past every save() of ours: the database remembers it."""
    type(row)._base_manager.filter(pk=row.pk).update(slug=slug)


def location(client: Client, address: str) -> tuple[int, str]:
    response = client.get(address)
    return response.status_code, response.headers.get("Location", "")


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2027")


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_an_edition_s_pages_move_with_it(client: Client, edition: Edition, language: str) -> None:
    rename(edition, "luik-2027")
    assert location(client, f"/{language}/editions/liege-2027/") == (301, f"/{language}/editions/luik-2027/")
    assert location(client, f"/{language}/editions/Liege-2027/programme/?day=2031-05-14&kind=a") == (
        301,
        f"/{language}/editions/luik-2027/programme/?day=2031-05-14&kind=a",
    )


def test_what_programs_read_moves_too(client: Client, edition: Edition) -> None:
    rename(edition, "luik-2027")
    response = client.get("/editions/liege-2027/schedule.ics?lang=fr")
    assert (
        response.status_code,
        response.headers["Location"],
        response.headers["Access-Control-Allow-Origin"],
    ) == (301, "/editions/luik-2027/schedule.ics?lang=fr", "*")


def test_a_chain_of_changes_leads_to_the_latest_in_one_step(client: Client, edition: Edition) -> None:
    rename(edition, "luik-2027")
    rename(edition, "luettich-2027")
    there = (301, "/en/editions/luettich-2027/")
    assert location(client, "/en/editions/liege-2027/") == there
    assert location(client, "/en/editions/luik-2027/") == there
    rename(edition, "liege-2027")
    assert client.get("/en/editions/liege-2027/").status_code == 200
    assert location(client, "/en/editions/luettich-2027/") == (301, "/en/editions/liege-2027/")


def test_a_new_row_that_takes_a_former_address_has_it(client: Client) -> None:
    first = factories.known_organisation(slug="saint-denis")
    rename(first, "saint-denis-sur-seine")
    second = factories.known_organisation(slug="saint-denis", name="Saint-Denis in the island")
    assert "in the island" in client.get("/en/organisations/saint-denis/").content.decode()
    rename(second, "saint-denis-reunion")
    assert location(client, "/en/organisations/saint-denis/") == (
        301,
        "/en/organisations/saint-denis-reunion/",
    )


def test_a_row_that_goes_takes_its_former_addresses_along(client: Client) -> None:
    organisation = factories.known_organisation(slug="before")
    rename(organisation, "after")
    Partner.objects.all().delete()
    organisation.delete()
    assert (location(client, "/en/organisations/before/"), FormerAddress.objects.count()) == ((404, ""), 0)


def test_nobody_is_led_to_an_organisation_of_which_nothing_is_public(client: Client) -> None:
    rename(factories.organisation(slug="before"), "after")
    assert location(client, "/en/organisations/before/") == (404, "")


def test_a_speaker_is_found_under_each_former_address_unless_they_are_hidden(
    client: Client, edition: Edition
) -> None:
    speaker = factories.speaker(slug="ada-example")
    factories.session(edition, speakers=(speaker,))
    release(edition=edition, by=None)
    rename(edition, "luik-2027")
    rename(speaker, "ada-lovelace-example")
    assert location(client, "/nl/editions/liege-2027/speakers/ada-example/") == (
        301,
        "/nl/editions/luik-2027/speakers/ada-lovelace-example/",
    )
    speaker.consented_at = None
    speaker.slug = "ada-lovelace-example"
    speaker.save()
    assert client.get("/nl/editions/luik-2027/speakers/ada-example/").status_code == 404


def test_nobody_is_led_to_an_edition_that_is_not_published(client: Client, edition: Edition) -> None:
    rename(edition, "secret-place-2027")
    Edition.objects.update(is_published=False)
    assert client.get("/en/editions/liege-2027/").status_code == 404


def test_a_declaration_s_pages_and_texts_move_with_it(client: Client) -> None:
    declaration = factories.declaration(slug="manifesto", title_fr="Manifeste")
    factories.publish(declaration)
    rename(declaration, "liege-manifesto")
    assert location(client, "/fr/declarations/manifesto/signatories/?a=b") == (
        301,
        "/fr/declarations/liege-manifesto/signatories/?a=b",
    )
    response = client.get("/declarations/manifesto/text.en.txt")
    assert (
        response.status_code,
        response.headers["Location"],
        response.headers["Access-Control-Allow-Origin"],
    ) == (
        301,
        "/declarations/liege-manifesto/text.en.txt",
        "*",
    )
    draft = factories.declaration(slug="draft")
    rename(draft, "secret-draft")
    assert client.get("/en/declarations/draft/").status_code == 404


def test_rooms_and_venues_are_remembered_within_their_edition(edition: Edition) -> None:
    other = factories.edition(slug="other", is_current=False)
    rows = [
        (Kind.ROOM, factories.room(edition, slug="great-hall")),
        (Kind.VENUE, Venue.objects.create(edition=edition, slug="great-hall", name="Palace")),
    ]
    for kind, row in rows:
        rename(row, "hall-of-the-states")
        assert latest_slug(kind, "great-hall", edition="liege-2027") == "hall-of-the-states"
        assert latest_slug(kind, "great-hall", edition=other.slug) is None


def test_a_page_moves_within_its_edition_and_with_it_and_a_page_of_the_site_by_itself(
    client: Client, edition: Edition
) -> None:
    past = timezone.now() - timedelta(days=1)
    for its in (edition, None):
        page = Page.objects.create(edition=its, slug="getting-there", title="Travel")
        PageVersion.objects.create(page=page, publishes_at=past)
    of_edition, of_site = (Page.objects.get(edition=its) for its in (edition, None))
    rename(of_edition, "travel")
    assert location(client, "/fr/editions/liege-2027/pages/getting-there/") == (
        301,
        "/fr/editions/liege-2027/pages/travel/",
    )
    assert client.get("/fr/pages/getting-there/").status_code == 200
    rename(of_site, "journey")
    rename(edition, "lieje-2027")
    assert [
        location(client, "/fr/pages/getting-there/"),
        location(client, "/fr/editions/liege-2027/pages/getting-there/"),
    ] == [(301, "/fr/pages/journey/"), (301, "/fr/editions/lieje-2027/pages/travel/")]


def test_nobody_is_led_to_a_page_or_news_that_are_not_public(client: Client) -> None:
    page = Page.objects.create(slug="secret", title="Secret")
    PageVersion.objects.create(page=page)
    item = NewsItem.objects.create(slug="secret", title="Secret", lead="Soon")
    rename(page, "mayor-resigns")
    rename(item, "mayor-resigns")
    before = [client.get(f"/en/{folder}/secret/").status_code for folder in ("pages", "news")]
    now = timezone.now()
    PageVersion.objects.filter(page=page).update(publishes_at=now)
    NewsItem.objects.filter(pk=item.pk).update(published_at=now)
    assert [before, *(location(client, f"/en/{folder}/secret/") for folder in ("pages", "news"))] == [
        [404, 404],
        (301, "/en/pages/mayor-resigns/"),
        (301, "/en/news/mayor-resigns/"),
    ]


def test_kinds_and_themes_are_remembered_as_values_of_filters(edition: Edition) -> None:
    kind, theme = factories.kind(slug="atelier"), Theme.objects.create(slug="youth", name="Youth")
    rename(kind, "workshop")
    rename(theme, "young-people")
    assert [latest_slug(Kind.SESSION_KIND, "atelier"), latest_slug(Kind.THEME, "youth")] == [
        "workshop",
        "young-people",
    ]


def test_a_filter_s_former_value_moves_on_pages_and_in_feeds(client: Client, edition: Edition) -> None:
    kind = factories.kind(slug="atelier")
    factories.session(edition, kind=kind)
    release(edition=edition, by=None)
    rename(kind, "workshop")
    assert location(client, "/en/editions/liege-2027/programme/?kind=atelier&day=2031-05-14") == (
        301,
        "/en/editions/liege-2027/programme/?kind=workshop&day=2031-05-14",
    )
    assert location(client, "/editions/liege-2027/schedule.ics?kind=atelier&lang=nl") == (
        301,
        "/editions/liege-2027/schedule.ics?kind=workshop&lang=nl",
    )


def test_a_room_s_screen_moves_with_the_room_and_the_edition(client: Client, edition: Edition) -> None:
    room = factories.room(edition, slug="great-hall")
    factories.session(edition, room=room)
    release(edition=edition, by=None)
    rename(room, "hall-of-the-states")
    rename(edition, "luik-2027")
    assert location(client, "/fr/editions/liege-2027/rooms/great-hall/") == (
        301,
        "/fr/editions/luik-2027/rooms/hall-of-the-states/",
    )


def test_every_kind_of_address_is_led_on_by_the_app_that_has_it() -> None:
    models = {kind: rows().model for kind, rows in public_rows.items()}
    assert models == {
        Kind.EDITION: Edition,
        Kind.ORGANISATION: Organisation,
        Kind.SPEAKER: Speaker,
        Kind.VENUE: Venue,
        Kind.ROOM: Room,
        Kind.SESSION_KIND: SessionKind,
        Kind.THEME: Theme,
        Kind.DECLARATION: Declaration,
        Kind.PAGE: Page,
        Kind.NEWS: NewsItem,
    }


@pytest.mark.parametrize(
    "address",
    ["//evil.example/editions/liege-2027/", "/evil/editions/liege-2027/", "/admin/editions/liege-2027/"],
)
def test_an_address_without_a_page_leads_nowhere(client: Client, edition: Edition, address: str) -> None:
    rename(edition, "luik-2027")
    response = client.get(address)
    assert "luik" not in response.headers.get("Location", "")


def test_only_reading_is_led_on(client: Client, edition: Edition) -> None:
    rename(edition, "luik-2027")
    assert client.post("/editions/liege-2027/schedule.ics").status_code == 405
    assert client.head("/en/editions/liege-2027/").status_code == 301


@pytest.mark.parametrize(
    "address",
    [
        "/en/editions/liege-2027/programme/?kind=%00",
        "/en/editions/liege-2027/?room=%00",
        "/en/editions/%00/programme/",
        "/editions/liege-2027%00/schedule.xml",
        "/en/editions/%00/rooms/agora/",
    ],
)
def test_an_address_with_a_null_character_is_refused_in_a_sentence(
    client: Client, edition: Edition, address: str
) -> None:
    response = client.get(address)
    assert (response.status_code, b"<h1" in response.content) == (400, True)
