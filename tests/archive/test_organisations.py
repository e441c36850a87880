from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from archive.models import Partner, Video, Voice
from archive.organisations import chapters
from declarations import register
from declarations.actions import enter_historical, verify
from efus_conference.models import Edition, EditionHost, Organisation
from programme.actions import release
from programme.models import Appearance, Speaker
from tests import factories
from tests.declarations import making

pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().split("<main", 1)[1]).split())


def test_a_city_s_page_gathers_what_it_did_across_the_editions() -> None:
    city = factories.organisation(name="Bellecité")
    hosted = factories.edition(number=81, slug="hosted", is_current=False)
    EditionHost.objects.create(edition=hosted, organisation=city, order=2)
    carried = factories.edition(number=82, slug="carried", is_current=False)
    Partner.objects.create(edition=carried, organisation=city)
    heard = factories.edition(number=83, slug="heard")
    speaker = factories.speaker(name="Ada Anders")
    session = factories.session(heard)
    Appearance.objects.create(session=session, speaker=speaker, organisation=city, function_en="Mayor")
    release(edition=heard, by=factories.user())
    story = chapters(city)
    assert [
        (row.edition.slug, row.host is not None, row.partner is not None, [s.function for s in row.spoken])
        for row in story
    ] == [
        ("heard", False, False, ["Mayor"]),
        ("carried", False, True, []),
        ("hosted", True, False, []),
    ]
    assert story[0].spoken[0].session == session.released


def test_the_function_and_organisation_are_those_of_then() -> None:
    then, now = factories.organisation(name="Then"), factories.organisation(name="Now")
    edition = factories.edition()
    speaker = factories.speaker(organisation=now, function_en="Minister")
    Appearance.objects.create(
        session=factories.session(edition), speaker=speaker, organisation=then, function_en="Mayor"
    )
    release(edition=edition, by=factories.user())
    assert [said.function for row in chapters(then) for said in row.spoken] == ["Mayor"]
    assert chapters(now) == []


def test_what_is_not_public_leaves_no_trace(client: Client) -> None:
    city = factories.organisation(name="Bellecité")
    hidden = factories.edition(number=81, slug="hidden", is_published=False, is_current=False)
    EditionHost.objects.create(edition=hidden, organisation=city, order=2)
    edition = factories.edition(number=82)
    gone = factories.speaker(name="Gone Person", organisation=city, consent_withdrawn_at=factories.NINE)
    Voice.objects.create(edition=edition, speaker=gone)
    draft = factories.session(edition)
    Appearance.objects.create(session=draft, speaker=factories.speaker(), organisation=city)
    factories.signatory(factories.declaration(), organisation=city)
    factories.registration(
        edition, organisation=city, given_name="Secret", family_name="Participant", function="Deputy"
    )
    assert (chapters(city), register.of_organisation(city)) == ([], [])
    assert found_at(client, city) == NOWHERE


def found_at(client: Client, organisation: Organisation) -> dict[str, bool]:
    """Where a reader comes upon it."""
    address = organisation.get_absolute_url()
    return {
        "page": client.get(address).status_code == 200,
        "sitemap": address in client.get("/sitemap-en.xml").content.decode(),
        "search": address in client.get("/en/search/", {"q": organisation.name}).content.decode(),
    }


NOWHERE = {"page": False, "sitemap": False, "search": False}
EVERYWHERE = {"page": True, "sitemap": True, "search": True}


def test_an_office_that_was_invited_is_nowhere_until_its_signature_is_public(client: Client) -> None:
    city = factories.organisation(name="Bellecité")
    signature = making.submitted(making.office(organisation=city))
    assert found_at(client, city) == NOWHERE
    verify(signature=signature, by=making.officer())
    assert found_at(client, city) == EVERYWHERE


def test_a_signature_that_was_withdrawn_in_public_leaves_the_page(client: Client) -> None:
    city = factories.organisation(name="Bellecité")
    signature = making.submitted(making.office(organisation=city))
    making.withdrawn(verify(signature=signature, by=making.officer()))
    assert found_at(client, city) == EVERYWHERE


def carries(city: Organisation, edition: Edition) -> None:
    Partner.objects.create(edition=edition, organisation=city)


def hosts(city: Organisation, edition: Edition) -> None:
    EditionHost.objects.create(edition=edition, organisation=city, order=2)


def is_heard(city: Organisation, edition: Edition) -> None:
    Voice.objects.create(edition=edition, speaker=factories.speaker(organisation=city))


def sends_a_video(city: Organisation, edition: Edition) -> None:
    Video.objects.create(edition=edition, title="Message", speaker=factories.speaker(organisation=city))


def speaks(city: Organisation, edition: Edition) -> None:
    factories.session(edition, speakers=(factories.speaker(organisation=city),))
    release(edition=edition, by=None)


def is_spoken_for(city: Organisation, edition: Edition) -> None:
    Appearance.objects.create(
        session=factories.session(edition), speaker=factories.speaker(), organisation=city
    )
    release(edition=edition, by=None)


@pytest.mark.parametrize(
    "part", [carries, hosts, is_heard, sends_a_video, speaks, is_spoken_for], ids=lambda part: part.__name__
)
def test_its_part_in_an_edition_is_public_when_the_edition_is(client: Client, part: Any) -> None:
    edition = factories.edition(is_published=False, is_current=False)
    city = factories.organisation(name="Bellecité")
    part(city, edition)
    assert found_at(client, city) == NOWHERE
    Edition.objects.filter(pk=edition.pk).update(is_published=True)
    assert found_at(client, city) == EVERYWHERE
    Speaker.objects.update(consent_withdrawn_at=factories.NINE)
    assert found_at(client, city) == (EVERYWHERE if part in (carries, hosts) else NOWHERE)


def test_the_organiser_has_a_page_of_its_own(client: Client) -> None:
    city = factories.organisation(name="Bellecité", is_organiser=True)
    assert found_at(client, city) == EVERYWHERE


def test_a_public_signature_is_shown_with_its_declaration(client: Client) -> None:
    city = factories.organisation(name="Bellecité")
    declared = factories.declaration(
        title="Declaration of all", is_historical=True, is_published=True, published_at=timezone.now()
    )
    enter_historical(signatory=factories.signatory(declared, organisation=city))
    assert "Signed Declaration of all Historical record" in shown(client, city.get_absolute_url())


def test_the_page_gives_the_names_the_country_and_the_membership(client: Client) -> None:
    city = factories.known_organisation(
        name_en="Piraeus",
        name_fr="Le Pirée",
        endonym="Πειραιάς",
        endonym_language="el",
        other_names=["Pireás"],
        country="GR",
        is_efus_member=True,
    )
    page = shown(client, f"/fr/organisations/{city.slug}/")
    for known in ("Le Pirée", "Πειραιάς", "Pireás", "Grèce"):
        assert known in page
    html = client.get(f"/en/organisations/{city.slug}/").content.decode()
    assert '<p class="lead" lang="el">Πειραιάς</p>' in html
    assert "Efus Member" in shown(client, f"/en/organisations/{city.slug}/")


def test_an_invented_organisation_says_so(client: Client) -> None:
    city = factories.known_organisation(is_demonstration=True)
    assert "This organisation is invented." in shown(client, city.get_absolute_url())


def test_an_unknown_organisation_is_a_404(client: Client) -> None:
    assert client.get("/en/organisations/nowhere/").status_code == 404
