from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from archive.models import EditionNote, KeyFigure, Partner, Video, Voice
from efus_conference.models import Edition, EditionHost
from programme.actions import release
from programme.models import Theme
from tests import factories

pytestmark = pytest.mark.django_db


def past_edition(number: int, year: int, city: str = "Bellecité", **fields: Any) -> Edition:
    edition = factories.edition(
        number=number,
        slug=f"edition-of-{year}",
        year=year,
        starts_on=None,
        ends_on=None,
        registration_opens_at=None,
        registration_closes_at=None,
        is_current=False,
        **fields,
    )
    organisation = edition.hosting.get().organisation
    organisation.name_en, organisation.name_fr, organisation.country = city, f"{city}-en-français", "FR"
    organisation.save()
    return edition


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]).split())


def page(client: Client, edition: Edition) -> str:
    response = client.get(edition.get_absolute_url())
    assert response.status_code == 200
    return text_of(response.content.decode())


def test_the_list_runs_from_the_latest_edition_to_the_first(client: Client) -> None:
    past_edition(81, 1989, "Oudestad")
    past_edition(82, 2001, "Nieuwstad", theme_en="Squares at night")
    shown = text_of(client.get("/en/editions/").content.decode())
    assert "1989 Oudestad 2001 Nieuwstad" in shown, "the line"
    listed = shown.split("Edition by edition ")[1]
    assert listed == "2001 Edition 82 Nieuwstad France Squares at night 1989 Edition 81 Oudestad France"


def test_names_and_countries_are_in_the_reader_s_language(client: Client) -> None:
    past_edition(81, 1989, "Oudestad")
    html = text_of(client.get("/nl/editions/").content.decode())
    assert "Frankrijk" in html
    assert "Oudestad-en-français" in client.get("/fr/editions/").content.decode()


def test_without_editions_the_list_says_so(client: Client) -> None:
    response = client.get("/en/editions/")
    assert response.status_code == 200
    assert "No edition is on record yet" in response.content.decode()


def test_an_edition_of_which_little_is_known_says_so(client: Client) -> None:
    shown = page(client, past_edition(81, 1989))
    assert "little has come down to this archive" in shown
    assert "In figures" not in shown
    assert "The programme" not in shown


def test_two_sources_stand_side_by_side_each_with_its_figure(client: Client) -> None:
    edition = past_edition(81, 2017)
    for counted, value, source in [
        ("countries", 47, "Efus"),
        ("cities", 140, "Manifesto"),
        ("countries", 40, "Manifesto"),
    ]:
        KeyFigure.objects.create(
            edition=edition, counted=counted, label_en=counted, value=value, source_en=source
        )
    shown = page(client, edition)
    assert "cities 140 Source: Manifesto countries 47 Source: Efus countries 40 Source: Manifesto" in shown
    assert "little has come down" not in shown


def test_an_approximate_figure_is_marked(client: Client) -> None:
    edition = past_edition(81, 2017)
    KeyFigure.objects.create(
        edition=edition,
        counted="p",
        label_en="participants",
        value=1800,
        is_approximate=True,
        source_en="Efus",
    )
    assert "participants ≈ 1,800 Source: Efus" in page(client, edition)


def test_all_that_is_known_of_an_edition_is_on_its_page(client: Client) -> None:
    edition = past_edition(
        81, 2017, theme_en="Common ground", occasion_en="An anniversary", auspices_en="A presidency"
    )
    co_host, partner = factories.organisation(name="Province"), factories.organisation(name="Ministry")
    EditionHost.objects.create(edition=edition, organisation=co_host, role="co_host", order=2)
    Partner.objects.create(edition=edition, organisation=partner, role_en="for its police")
    EditionNote.objects.create(edition=edition, kind="format", text_en="round tables")
    EditionNote.objects.create(edition=edition, kind="field_visit", text_en="a tram depot")
    Theme.objects.create(slug="night", name_en="Nightlife").editions.add(edition)
    Voice.objects.create(edition=edition, speaker=factories.speaker(name="Vera Voice"), function_en="Mayor")
    Video.objects.create(edition=edition, speaker=factories.speaker(), title_en="A message by video")
    declared = factories.declaration(title="Declaration of all", adopted_at_edition=edition)
    shown = page(client, edition)
    for known in (
        "Common ground",
        "Co-host Province",
        "Occasion An anniversary",
        "Under the auspices of A presidency",
        "Partners Ministry , for its police",
        "Topics Nightlife",
        "Formats round tables",
        "Field visits offered a tram depot",
        "Vera Voice Mayor",
        "A message by video",
    ):
        assert known in shown, known
    assert declared.title not in shown, "not published yet"


def test_a_published_declaration_is_named_where_it_was_adopted(client: Client) -> None:
    edition = past_edition(81, 2017)
    factories.declaration(
        title="Declaration of all",
        adopted_at_edition=edition,
        is_historical=True,
        is_published=True,
        published_at=timezone.now(),
    )
    assert "Adopted there Declaration of all" in page(client, edition)
    assert "Declaration of all" in client.get("/en/editions/").content.decode()


def test_who_withdrew_the_consent_to_be_named_is_not_named(client: Client) -> None:
    edition = past_edition(81, 2017)
    gone = factories.speaker(name="Gone Person", consent_withdrawn_at=factories.NINE)
    Voice.objects.create(edition=edition, speaker=gone)
    Video.objects.create(edition=edition, speaker=gone, title_en="A message from Gone Person")
    assert "Gone Person" not in client.get(edition.get_absolute_url()).content.decode()


def test_what_is_known_of_the_programme_is_counted_by_kind(client: Client) -> None:
    edition = past_edition(81, 2031, programme_note_en="Only one day is held.")
    kind = factories.kind(name_en="Workshop", name_plural_en="Workshops", slug="w")
    for hours in (0, 1):
        factories.session(edition, kind=kind, starts_at=factories.NINE.replace(hour=9 + hours))
    release(edition=edition, by=factories.user())
    shown = page(client, edition)
    assert "Only one day is held. 2 workshops" in shown
    assert "Open the timetable" in shown


def test_the_neighbours_are_the_editions_before_and_after(client: Client) -> None:
    first, middle, last = (past_edition(80 + place, 2000 + place, f"City {place}") for place in range(3))
    shown = client.get(middle.get_absolute_url())
    assert (shown.context["earlier"], shown.context["later"]) == (first, last)
    assert client.get(first.get_absolute_url()).context["earlier"] is None


@pytest.mark.parametrize("is_published", [False, None])
def test_an_edition_that_is_not_published_or_does_not_exist_is_a_helpful_404(
    client: Client, is_published: bool | None
) -> None:
    if is_published is False:
        past_edition(81, 2017, is_published=False)
    response = client.get("/en/editions/edition-of-2017/")
    assert response.status_code == 404
    assert "Where to look" in response.content.decode()
    assert "edition-of-2017" not in client.get("/en/editions/").content.decode()


def test_the_pages_are_the_same_bytes_for_everyone(client: Client) -> None:
    edition = past_edition(81, 2017)
    addresses = [
        "/en/",
        "/en/editions/",
        edition.get_absolute_url(),
        edition.main_hosts[0].organisation.get_absolute_url(),
    ]
    before = [client.get(address).content for address in addresses]
    client.force_login(factories.user())
    assert [client.get(address).content for address in addresses] == before
    assert all("Set-Cookie" not in client.get(address).headers for address in addresses)


@pytest.mark.parametrize("name", ["home", "archive:editions", "archive:edition", "archive:organisation"])
def test_a_page_costs_the_same_however_much_it_shows(
    client: Client, name: str, django_assert_num_queries: Any
) -> None:
    edition = factories.edition(slug="current")
    host = edition.main_hosts[0].organisation
    fill(edition, 1)
    fill(past_edition(89, 1999, "City before"), 1, host=host)
    address = {
        "home": reverse("home"),
        "archive:editions": reverse(name) if name == "archive:editions" else "",
        "archive:edition": edition.get_absolute_url(),
        "archive:organisation": host.get_absolute_url(),
    }[name]
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(3):
        fill(past_edition(90 + number, 2000 + number, f"City {number}"), 4, host=host)
    fill(edition, 5, host=host)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(address)


def fill(edition: Edition, size: int, host: Any = None) -> None:
    """Some of everything a page of the archive shows."""
    host = host or edition.main_hosts[0].organisation
    by = factories.user()
    for place in range(size):
        speaker = factories.speaker(organisation=host)
        starts_at = factories.NINE.replace(day=1 + place, month=1 + edition.number % 12)
        session = factories.session(edition, speakers=(speaker,), starts_at=starts_at)
        session.appearances.update(organisation=host)
        Voice.objects.create(edition=edition, speaker=speaker)
        Video.objects.create(edition=edition, speaker=speaker, title_en="Message")
        Partner.objects.get_or_create(edition=edition, organisation=host)
        KeyFigure.objects.create(
            edition=edition, counted=speaker.slug, label_en="people", value=5, source_en="Efus"
        )
        EditionNote.objects.create(edition=edition, text_en="note")
        declared = factories.declaration(
            adopted_at_edition=edition,
            is_historical=True,
            is_published=True,
            published_at=timezone.now(),
            adopted_on=factories.NINE.date(),
        )
        factories.signatory(declared, organisation=host)
    release(edition=edition, by=by)
