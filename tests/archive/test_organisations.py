from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from archive.models import Partner, Voice
from archive.organisations import chapters
from declarations import register
from declarations.actions import enter_historical
from efus_conference.models import EditionHost
from programme.actions import release
from programme.models import Appearance
from tests import factories

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
    page = shown(client, city.get_absolute_url())
    assert (chapters(city), register.of_organisation(city)) == ([], [])
    assert "Nothing is on record yet" in page
    assert not {"Gone Person", "Secret", "Participant", "Deputy"} & set(re.findall(r"[\w ]+", page))
    assert "Participant" not in page


def test_a_public_signature_is_shown_with_its_declaration(client: Client) -> None:
    city = factories.organisation(name="Bellecité")
    declared = factories.declaration(
        title="Declaration of all", is_historical=True, is_published=True, published_at=timezone.now()
    )
    enter_historical(signatory=factories.signatory(declared, organisation=city))
    assert "Signed Declaration of all Historical record" in shown(client, city.get_absolute_url())


def test_the_page_gives_the_names_the_country_and_the_membership(client: Client) -> None:
    city = factories.organisation(
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
    city = factories.organisation(is_demonstration=True)
    assert "This organisation is invented." in shown(client, city.get_absolute_url())


def test_an_unknown_organisation_is_a_404(client: Client) -> None:
    assert client.get("/en/organisations/nowhere/").status_code == 404
