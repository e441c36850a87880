"""A country's page, the list of all, how the search finds them, and with how many people organisations came."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from archive.countries import countries, country
from archive.models import EditionRecord, Part, Partner
from archive.organisations import chapters
from efus_conference.models import Edition, EditionHost, Organisation
from registration.models import Participation
from tests import factories

pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().split("<main", 1)[1]).split())


LONG_AGO = {"year": 2011, "starts_on": date(2011, 5, 2), "ends_on": date(2011, 5, 4)}


def hosted_by(city: Organisation, **fields: Any) -> Edition:
    edition = factories.edition(**{"is_current": False, **LONG_AGO, **fields})
    EditionHost.objects.create(edition=edition, organisation=city, order=2)
    return edition


def test_a_country_gathers_its_cities_and_what_they_hosted(client: Client) -> None:
    far = factories.known_organisation(name="Zeta", country="PT", kind="region")
    city = factories.organisation(name="Âlpha", country="PT", latitude="38.7", longitude="-9.1")
    edition = hosted_by(city, number=91)
    factories.organisation(name="Nowhere", country="PT")
    found = country("PT")
    assert found is not None
    assert [place.organisation for place in found.cities] == [city]
    assert [place.organisation for place in found.others] == [far]
    assert found.editions == [edition]
    text = shown(client, "/en/countries/pt/")
    assert "Portugal" in text
    assert "Nowhere" not in text


def test_a_country_has_one_address(client: Client) -> None:
    factories.known_organisation(country="PT")
    response = client.get("/en/countries/PT/?from=card")
    assert (response.status_code, response["Location"]) == (301, "/en/countries/pt/?from=card")
    for unknown in ("zz", "ptt", "fr", "p"):
        assert client.get(f"/en/countries/{unknown}/").status_code == 404


def test_the_list_counts_organisations_editions_and_signatories() -> None:
    city = factories.known_organisation(country="PT")
    other = factories.organisation(country="PT")
    edition = hosted_by(city)
    EditionHost.objects.create(edition=edition, organisation=other, order=3)
    lines = {line.code: (line.organisations, line.editions, line.signatories) for line in countries()}
    # The edition's own host is Belgian.
    assert lines == {"PT": (2, 1, 0), "BE": (1, 1, 0)}


def test_an_edition_to_come_has_not_taken_place(client: Client) -> None:
    city = factories.organisation(name="Alpha", country="PT")
    coming = hosted_by(city, year=2031, starts_on=date(2031, 5, 2), ends_on=date(2031, 5, 4))
    found = country("PT")
    assert found is not None
    assert (found.editions, found.coming, found.counted.editions) == ([], [coming], 0)
    assert {line.code: line.editions for line in countries()}["PT"] == 0
    assert "took place here" not in shown(client, "/en/countries/pt/")
    assert "Hosts the conference." in shown(client, city.get_absolute_url())


def test_what_is_invented_is_not_counted_among_what_is_not(client: Client) -> None:
    hosted_by(factories.organisation(country="PT", is_demonstration=True), is_demonstration=True)
    alone = country("PT")
    assert alone is not None
    assert (alone.is_demonstration, alone.counted.cities, alone.counted.editions) == (True, 1, 1)
    assert "Everything on this page is invented." in client.get("/en/countries/pt/").content.decode()
    hosted_by(factories.organisation(country="PT"))
    beside = country("PT")
    assert beside is not None
    assert (len(beside.places), beside.counted.cities, beside.counted.editions) == (2, 1, 1)
    assert beside.counted in countries()
    assert "is invented" not in shown(client, "/en/countries/pt/")


def test_pages_cost_the_same_however_many_cities(client: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    hosted_by(factories.known_organisation(country="PT"))
    few = [queries("/en/countries/"), queries("/en/countries/pt/")]
    for _ in range(5):
        hosted_by(factories.known_organisation(country="PT"))
    assert [queries("/en/countries/"), queries("/en/countries/pt/")] == few


@pytest.mark.parametrize(
    "words", ["Germany", "allemagne", "DUITSLAND", "germ", "Côte d'Ivoire", "cote d ivoire", "Ivoorkust"]
)
def test_the_search_finds_a_country_by_its_names(client: Client, words: str) -> None:
    factories.known_organisation(country="DE")
    factories.known_organisation(country="CI")
    html = client.get("/en/search/", {"q": words}).content.decode()
    found = re.findall(r'href="/en/countries/(..)/"', html.split("<main", 1)[1])
    assert found == ["ci" if "voor" in words or "voir" in words.lower() else "de"]


def test_whoever_looks_for_a_country_is_not_told_that_nothing_was_found(client: Client) -> None:
    factories.known_organisation(country="PT")
    text = shown(client, "/en/search/?q=Portugal")
    assert "The page of a country: Portugal" in text
    assert "Nothing" not in text


def test_a_country_of_which_nothing_is_on_record_is_not_found(client: Client) -> None:
    factories.organisation(country="DE")
    assert "/countries/de/" not in client.get("/en/search/", {"q": "Germany"}).content.decode()


# --- who came ---------------------------------------------------------------------------------------------


def came(city: Organisation, edition: Edition, *, registered: int, there: int) -> None:
    Part.objects.create(edition=edition, organisation=city, registered=registered, there=there)


def test_a_city_says_with_how_many_people_it_came_and_not_with_how_few(client: Client) -> None:
    city, small = factories.known_organisation(), factories.known_organisation()
    edition = factories.edition(is_current=False)
    came(city, edition, registered=5, there=4)
    came(small, edition, registered=2, there=2)
    assert "4 people took part." in shown(client, city.get_absolute_url())
    text = shown(client, small.get_absolute_url())
    assert "Took part." in text
    assert "2 people" not in text


def test_few_people_alone_make_no_page(client: Client) -> None:
    edition = factories.edition(is_current=False)
    few, many = factories.organisation(), factories.organisation()
    came(few, edition, registered=9, there=2)
    came(many, edition, registered=3, there=3)
    assert client.get(few.get_absolute_url()).status_code == 404
    assert client.get(many.get_absolute_url()).status_code == 200


def test_where_nobody_was_checked_in_it_says_who_registered(client: Client) -> None:
    city = factories.known_organisation()
    edition = factories.edition(is_current=False)
    came(city, edition, registered=7, there=0)
    assert "7 people registered." in shown(client, city.get_absolute_url())
    came(factories.organisation(), edition, registered=1, there=1)
    # Others were checked in: nobody came.
    assert "7 people" not in shown(client, city.get_absolute_url())


def test_what_the_registration_counted_stands_until_the_record_does() -> None:
    city = factories.known_organisation()
    edition = factories.edition(is_current=False)
    Participation.objects.create(edition=edition, organisation=city, registered=6, there=5)
    assert [one.coming.people for one in chapters(city) if one.coming] == [5]
    came(city, edition, registered=6, there=6)
    assert [one.coming.people for one in chapters(city) if one.coming] == [6]


def test_who_spoke_stays_as_a_number_when_nobody_is_named_any_more(client: Client) -> None:
    city = factories.organisation()
    edition = factories.edition(is_current=False)
    EditionRecord.objects.create(edition=edition, figures={})
    Part.objects.create(edition=edition, organisation=city, speakers=2, sessions=3)
    assert "2 people spoke for it." in shown(client, city.get_absolute_url())


def test_a_country_adds_up_only_what_its_cities_tell(client: Client) -> None:
    edition = factories.edition(is_current=False, number=77)
    for there in (4, 5, 2):
        city = factories.organisation(country="PT")
        Partner.objects.create(edition=edition, organisation=city)
        came(city, edition, registered=there, there=there)
    assert "at least 9 people" in shown(client, "/en/countries/pt/")


def test_an_unpublished_edition_says_nothing_of_who_came(client: Client) -> None:
    city = factories.known_organisation()
    came(city, factories.edition(is_current=False, is_published=False), registered=9, there=9)
    assert "9 people" not in shown(client, city.get_absolute_url())
