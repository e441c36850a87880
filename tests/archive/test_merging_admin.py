"""The organisers' pages for merging: what may be the same, what would move, and that it was done."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from archive.duplicates import likely_twins, pairs
from archive.models import Partner
from efus_conference.models import Organisation, OrganisationMerge, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client: Client) -> User:
    user = factories.user(is_superuser=True, is_staff=True)
    client.force_login(user)
    return user


def address(gone: Organisation, into: Organisation | None = None) -> str:
    page = reverse("admin:efus_conference_organisationmerge_merge", args=[gone.pk])
    return f"{page}?into={into.pk}" if into else page


def text(client: Client, page: str) -> str:
    response = client.get(page)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_organiser_looks_for_the_other_one_looks_at_both_and_merges(
    client: Client, organiser: User
) -> None:
    kept = factories.organisation(name="Liège", other_names=["Luik"])
    gone = factories.organisation(name="Commune de Lége", slug="commune")
    Partner.objects.create(edition=factories.edition(), organisation=gone)
    found = client.get(address(gone), {"q": "luik"}).content.decode()
    assert re.findall(r'href="\?into=(\d+)"', found) == [str(kept.pk)]
    shown = text(client, address(gone, kept))
    assert "Partners: 1" in shown
    assert "Commune de Lége" in shown
    response = client.post(address(gone), {"into": kept.pk}, follow=True)
    assert response.redirect_chain[-1][0] == reverse(
        "admin:efus_conference_organisation_change", args=[kept.pk]
    )
    assert "Its old address leads here" in response.content.decode()
    assert Partner.objects.get().organisation == kept


def test_what_stands_in_the_way_is_told_before_and_there_is_no_button(
    client: Client, organiser: User
) -> None:
    kept, gone = factories.organisation(), factories.organisation(is_demonstration=True)
    assert "invented for the demonstration" in text(client, address(gone, kept))
    assert "Merge for good" not in text(client, address(gone, kept))
    response = client.post(address(gone), {"into": kept.pk})
    assert "invented for the demonstration" in response.content.decode()
    assert Organisation.objects.filter(pk=gone.pk).exists()


@pytest.mark.parametrize("into", ["0", "banana", "9" * 40, "-1"])
def test_an_organisation_that_is_not_there_is_looked_for_by_name(
    client: Client, organiser: User, into: str
) -> None:
    gone = factories.organisation()
    for response in (client.get(address(gone), {"into": into}), client.post(address(gone), {"into": into})):
        assert (response.status_code, "There is no such organisation" in response.content.decode()) == (
            200,
            True,
        )


@pytest.mark.parametrize("typed", ["x" * 10_000, "’; --", "%_"])
def test_any_name_may_be_looked_for(client: Client, organiser: User, typed: str) -> None:
    assert client.get(address(factories.organisation()), {"q": typed}).status_code == 200


def test_who_comes_second_is_told_and_sees_what_was_merged(client: Client, organiser: User) -> None:
    kept, gone = factories.organisation(), factories.organisation()
    page = address(gone)
    client.post(page, {"into": kept.pk})
    merge = OrganisationMerge.objects.get()
    for response in (client.post(page, {"into": kept.pk}, follow=True), client.get(page, follow=True)):
        shown = reverse("admin:efus_conference_organisationmerge_change", args=[merge.pk])
        assert response.redirect_chain[-1][0] == shown
        assert "One of the two is no longer there." in response.content.decode()


def test_who_may_not_delete_organisations_may_not_merge_them(client: Client) -> None:
    editor = factories.user(is_staff=True)
    editor.user_permissions.add(
        *Permission.objects.filter(codename__in=["change_organisation", "view_organisation"])
    )
    client.force_login(editor)
    kept, gone = factories.organisation(), factories.organisation()
    answers = [
        client.get(address(gone, kept)).status_code,
        client.post(address(gone), {"into": kept.pk}).status_code,
        client.get(reverse("admin:efus_conference_organisationmerge_alike")).status_code,
    ]
    assert answers == [403, 403, 403]


def test_likely_twins_are_listed_the_surest_first(client: Client, organiser: User) -> None:
    one = factories.organisation(name="Gent", wikidata="Q1296", country="BE")
    wikidata = factories.organisation(name="City on the Leie", wikidata="Q1296", country="BE")
    named = factories.organisation(name="Ghent", other_names=["GÈNT"], country="BE")
    nearly = factories.organisation(name="Brugge", country="BE")
    ghent = factories.organisation(name="Brugge.", country="BE")
    factories.organisation(name="Gent", country="US")
    factories.organisation(name="Gent", is_demonstration=True)
    assert [(pair.first, pair.second, str(pair.why)) for pair in pairs()] == [
        (one, wikidata, "the same in Wikidata"),
        (one, named, "a name in common"),
        (nearly, ghent, "a name in common"),
    ]
    assert "Brugge" in text(client, reverse("admin:efus_conference_organisationmerge_alike"))


def test_nearly_the_same_name_in_one_country_is_a_hint() -> None:
    first = factories.organisation(name="Gemeente Antwerpen", country="BE")
    second = factories.organisation(name="Gemeente Antwerpn", country="BE")
    factories.organisation(name="Gemeente Antwerpem", country="NL")
    factories.organisation(name="Gemeente Antwerpex", country="BE", kind="region")
    assert [(pair.first, pair.second, str(pair.why)) for pair in pairs()] == [
        (first, second, "nearly the same name")
    ]


def test_the_twins_of_one_are_found_behind_any_number_of_others() -> None:
    for _ in range(12):
        factories.organisation(wikidata="Q1296")
    one, other = (factories.organisation(name=name, country="PT") for name in ("Vila Alta", "Villa Alta"))
    assert (other in [pair.second for pair in pairs()], likely_twins(one)) == (False, [other])


def test_what_was_merged_is_listed_and_stays(client: Client, organiser: User) -> None:
    kept, gone = factories.organisation(name="Liège"), factories.organisation(name="Luik")
    client.post(address(gone), {"into": kept.pk})
    row = OrganisationMerge.objects.get()
    assert "Luik" in text(client, reverse("admin:efus_conference_organisationmerge_changelist"))
    page = reverse("admin:efus_conference_organisationmerge_delete", args=[row.pk])
    assert client.post(page, {"post": "yes"}).status_code == 403
