"""The public register: who signed, how sure that is, where they are; as pages and for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations import actions, register
from declarations.models import Actor, Declaration, Signatory, Signature, SignatureEvent
from tests import factories
from tests.declarations.making import (
    answers,
    invited,
    office,
    officer,
    published,
    refused_by,
    sent,
    submitted,
    withdrawn,
)

pytestmark = pytest.mark.django_db

AT = {
    "Turin": ("IT", "45.0705", "7.6868"),
    "Gdańsk": ("PL", "54.3523", "18.6491"),
    "Piraeus": ("GR", "37.9420", "23.6462"),
    "Montreal": ("CA", "45.5088", "-73.5878"),
}


def text_of(response: Any) -> str:
    return str(response.content.decode())


def place(name: str, **fields: Any) -> Any:
    country, latitude, longitude = AT[name]
    return factories.organisation(
        **{
            "name": name,
            "slug": name.lower().replace("ń", "n"),
            "country": country,
            "latitude": latitude,
            "longitude": longitude,
            **fields,
        }
    )


def historical(declaration: Declaration, organisation: Any) -> Signature:
    return historical_of(factories.signatory(declaration, organisation=organisation))


def historical_of(signatory: Signatory, **fields: Any) -> Signature:
    """From the archive, whatever the declaration: the action refuses one whose text we hold."""
    signature = Signature.objects.create(signatory=signatory, **fields)
    archive = Actor.objects.get_or_create(kind=Actor.Kind.ARCHIVE)[0]
    SignatureEvent.objects.create(signature=signature, kind=SignatureEvent.Kind.HISTORICAL, actor=archive)
    signature.refresh_from_db()
    return signature


def recorded(declaration: Declaration, organisation: Any) -> Signature:
    return submitted(office(declaration, organisation=organisation))


def checked(declaration: Declaration, organisation: Any) -> Signature:
    return actions.verify(signature=recorded(declaration, organisation), by=officer())


def of_all_kinds() -> Declaration:
    """Turin was checked, Gdańsk recorded, Piraeus is historical, and so is a body without a place."""
    declaration = published(slug="d", title="D", shows_recorded=True)
    checked(declaration, place("Turin"))
    recorded(declaration, place("Gdańsk"))
    historical(declaration, place("Piraeus"))
    historical(declaration, factories.organisation(name="Efus", kind="association", country=""))
    return declaration


def in_table(page: str) -> list[str]:
    return [
        unescape(name)
        for name in re.findall(r'<th scope="row"><a href="[^"]*/signatories/[^"]*">([^<]*)', page)
    ]


def on_map(page: str) -> list[str]:
    dots = re.findall(r'class="map-dot (?:map-dot-\w+ ?)+"[^>]*><title>([^<]*)</title>', page)
    return [name for dot in dots for name in unescape(dot).split("\n")]


def without_place(page: str) -> list[str]:
    said = re.search(r"no place on the map:([^<]*)</p>", page)
    return [name.strip() for name in unescape(said[1]).split(",")] if said else []


QUERIES = ["", "?country=IT", "?kind=association", "?kind=city", "?from=2020-01-01", "?until=2020-01-01"]


@pytest.mark.parametrize("query", QUERIES)
def test_the_map_and_the_table_agree(client: Client, query: str) -> None:
    of_all_kinds()
    page = text_of(client.get(f"/en/declarations/d/signatories/{query}"))
    shown = on_map(page)
    # Where there is no map at all, nothing is missing on it.
    assert sorted(shown + without_place(page)) == (sorted(in_table(page)) if shown else [])


def test_who_lives_beyond_europe_brings_a_map_of_the_world_with_everybody_on_it(client: Client) -> None:
    declaration = of_all_kinds()
    before = client.get("/en/declarations/d/signatories/").context["maps"]
    historical(declaration, place("Montreal"))
    after = client.get("/en/declarations/d/signatories/").context["maps"]
    in_europe = {"Turin", "Gdańsk", "Piraeus"}
    assert [[(one.key, {dot.title for dot in one.dots}) for one in maps] for maps in (before, after)] == [
        [("europe", in_europe)],
        [("world", {*in_europe, "Montreal"}), ("europe", in_europe)],
    ]


def test_the_register_says_of_each_how_sure_it_is(client: Client) -> None:
    declaration = of_all_kinds()
    page = client.get("/en/declarations/d/signatories/")
    said = {entry.name: entry.assurance.label for entry in page.context["entries"]}
    assert said == {
        "Turin": "evidence checked",
        "Gdańsk": "recorded by the office, not checked yet",
        "Piraeus": "historical record",
        "Efus": "historical record",
    }
    looks = {dot.title: dot.look for dot in page.context["maps"][0].dots}
    assert looks == {
        "Turin": "map-dot-checked",
        "Gdańsk": "map-dot-recorded",
        "Piraeus": "map-dot-historical",
    }
    assert [(each.value, number) for each, number in page.context["counted"]] == [
        ("evidence_checked", 1),
        ("recorded_by_the_office", 1),
        ("historical_record", 2),
    ]
    declaration.shows_recorded = False
    declaration.save()
    after = text_of(client.get("/en/declarations/d/signatories/"))
    assert ["Gdańsk" in after, "not checked yet" in after] == [False, False]


def test_nothing_becomes_public_unchecked_that_was_recorded_when_the_office_read_otherwise(
    client: Client,
) -> None:
    declaration = published(slug="d")
    signature = recorded(declaration, place("Turin"))
    declaration.shows_recorded = True
    declaration.save()
    recorded(declaration, place("Gdańsk"))
    page = client.get("/en/declarations/d/signatories/")
    assert [entry.name for entry in page.context["entries"]] == ["Gdańsk"]
    assert refused_by(lambda: Signature.objects.filter(pk=signature.pk).update(told_shown=True)) == (
        "signature_fixed_once_submitted"
    )
    actions.verify(signature=signature, by=officer())
    page = client.get("/en/declarations/d/signatories/")
    assert sorted(entry.name for entry in page.context["entries"]) == ["Gdańsk", "Turin"]


def test_what_an_officer_typed_in_from_paper_is_not_shown_as_recorded_by_the_office(client: Client) -> None:
    declaration = published(slug="d", shows_recorded=True)
    signatory = factories.signatory(declaration, organisation=place("Turin"))
    signature = actions.record_on_paper(
        signatory=signatory, answers=answers(), files={"signed_page": sent()}, by=officer()
    )
    assert "Turin" not in text_of(client.get("/en/declarations/d/signatories/"))
    actions.verify(signature=signature, by=officer())
    page = text_of(client.get("/en/declarations/d/signatories/turin/"))
    assert "Typed in by an organiser from what the office sent on paper." in page


def test_the_register_keeps_the_name_that_was_signed_with(client: Client) -> None:
    turin = place("Turin", name_fr="Turin (fr)", endonym="Torino", endonym_language="it")
    checked(published(slug="d"), turin)
    turin.name_en, turin.name_fr, turin.endonym, turin.country = "New Town", "Ville", "Nuova", "FR"
    turin.latitude = None
    turin.longitude = None
    turin.save()
    (entry,) = client.get("/en/declarations/d/signatories/").context["entries"]
    french = client.get("/fr/declarations/d/signatories/").context["entries"][0]
    assert [entry.name, entry.own_name, entry.own_language, entry.country, entry.place, french.name] == [
        "Turin",
        "Torino",
        "it",
        "IT",
        (7.6868, 45.0705),
        "Turin (fr)",
    ]


def test_the_table_is_filtered_by_country_kind_and_day(client: Client) -> None:
    of_all_kinds()
    today = timezone.localdate()
    cases = {
        "?country=IT": ["Turin"],
        "?country=PL&kind=city": ["Gdańsk"],
        "?kind=association": ["Efus"],
        f"?from={today}": ["Gdańsk", "Turin"],
        f"?until={today - timedelta(days=1)}": [],
        "?country=IT&kind=association": [],
        "?country=&kind=&from=&until=": ["Efus", "Gdańsk", "Piraeus", "Turin"],
    }
    found = {
        query: sorted(in_table(text_of(client.get(f"/en/declarations/d/signatories/{query}"))))
        for query in cases
    }
    assert found == cases
    filtered = text_of(client.get("/en/declarations/d/signatories/?country=IT"))
    assert "1 <span>of 4 signatories</span>" in filtered


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("country=banana", "Nobody from there is in this register."),
        ("country=" + "x" * 10_000, "Nobody from there is in this register."),
        ("kind=%F0%9F%8D%8C", "Nobody of this kind is in this register."),
        ("from=yesterday", "Give a day of the calendar, such as 2027-05-20."),
        ("from=0000-99-99", "Give a day of the calendar, such as 2027-05-20."),
        ("from=2027-02-02&until=2027-02-01", "This day is before the first one."),
        ("page=banana", ""),
        ("page=-1", ""),
        ("page=99999999999999999999", ""),
        ("page=%D9%A3", ""),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_not_kept(client: Client, query: str, said: str) -> None:
    of_all_kinds()
    response = client.get(f"/en/declarations/d/signatories/?{query}")
    kept = response.is_same_for_everyone  # type: ignore[attr-defined]
    assert [response.status_code, said in text_of(response), kept] == [200, True, False]


def test_days_in_the_wrong_order_choose_nobody_out(client: Client) -> None:
    of_all_kinds()
    everybody = client.get("/en/declarations/d/signatories/").context["entries"]
    asked = client.get("/en/declarations/d/signatories/?from=2099-02-02&until=2027-02-01")
    assert [each.name for each in asked.context["entries"]] == [each.name for each in everybody]


def test_a_null_character_is_refused(client: Client) -> None:
    of_all_kinds()
    assert client.get("/en/declarations/d/signatories/?country=%00").status_code == 400


def test_pages_of_which_there_are_few_are_kept(client: Client) -> None:
    of_all_kinds()
    queries = ["", "country=IT", "kind=city&country=", "page=1", "from=2020-01-01", "page=01"]
    assert [
        client.get(f"/en/declarations/d/signatories/?{query}").is_same_for_everyone  # type: ignore[attr-defined]
        for query in queries
    ] == [True, True, True, True, False, False]


def test_a_long_register_comes_in_pages_and_is_counted_and_drawn_whole(client: Client) -> None:
    declaration = published(slug="d")
    for number in range(253):
        organisation = factories.organisation(
            name=f"Town {number:03}", country="IT", latitude=str(38 + number / 100), longitude="9.5"
        )
        historical(declaration, organisation)
    first = client.get("/en/declarations/d/signatories/")
    second = client.get("/en/declarations/d/signatories/?country=IT&page=2")
    assert [
        in_table(text_of(second)),
        len(in_table(text_of(first))),
        len(on_map(text_of(first))),
        "253 <span>signatories</span>" in text_of(first),
        'href="?page=2"' in text_of(first),
        'href="?country=IT&amp;page=1"' in text_of(second),
    ] == [["Town 250", "Town 251", "Town 252"], 250, 253, True, True, True]
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/declarations/d/signatories/")
    assert len(queries) <= 6


def test_names_are_sorted_as_readers_expect_it(client: Client) -> None:
    declaration = published(slug="d")
    for name in ("Zagreb", "Évreux", "Xàbia", "aalst", "Eindhoven"):
        historical(declaration, factories.organisation(name=name))
    page = text_of(client.get("/en/declarations/d/signatories/"))
    assert in_table(page) == ["aalst", "Eindhoven", "Évreux", "Xàbia", "Zagreb"]


def test_a_record_says_all_that_the_register_holds(client: Client) -> None:
    declaration = published(slug="d", title="D")
    invitation, _token = invited(office(declaration, organisation=place("Turin")))
    actions.open_invitation(invitation=invitation, language="fr")
    given = answers(
        basis="ratification", body="City council", ratify_until=date(2031, 3, 2), reference="R-12/<b>"
    )
    actions.record_signature(invitation=invitation, answers=given, files={"signed_page": sent()})
    signature = actions.be_informed(invitation=invitation)
    signature = actions.submit_signature(signature=signature, invitation=invitation)
    actions.verify(signature=signature, by=officer())
    page = text_of(client.get("/en/declarations/d/signatories/turin/"))
    said = [
        "Robin Example",
        "Mayor",
        "Subject to ratification by this body until 2 March 2031: City council.",
        "Reference: R-12/&lt;b&gt;",
        "Français",
        declaration.text_hash,
        "It is that of the texts published here.",
        "Evidence checked",
        "Recorded by its office, through a link sent to its registered mailbox.",
        "does not claim to know the handwriting",
    ]
    assert [each for each in said if each not in page] == []


def test_a_historical_record_claims_nothing_that_is_not_known(client: Client) -> None:
    of_all_kinds()
    page = text_of(client.get("/en/declarations/d/signatories/piraeus/"))
    assert page.count("not known</span>") == 3
    unsaid = ["Fingerprint", "Evidence checked", "Recorded by", "Text read in"]
    assert [each for each in unsaid if each in page] == []


def test_a_withdrawn_signature_leaves_the_register_and_its_address_says_so(client: Client) -> None:
    """Who follows an old link learns that it was taken back, and nothing of the person who had signed."""
    withdrawn(checked(published(slug="d", title="D"), place("Turin")))
    paths = [
        "/en/declarations/d/",
        "/en/declarations/d/signatories/",
        "/en/declarations/d/embed/",
        "/declarations/d/signatories.csv",
        "/declarations/d/signatories.json",
        "/declarations/d/signatories.jsonld",
        "/sitemap-en.xml",
    ]
    assert [path for path in paths if "signatories/turin" in text_of(client.get(path))] == []
    gone = client.get("/en/declarations/d/signatories/turin/")
    today = timezone.localdate()
    said = f"The signature of Turin under “D” was withdrawn on {today.day} {today:%B %Y}."
    assert [gone.status_code, said in unescape(text_of(gone)), "Robin Example" in text_of(gone)] == [
        410,
        True,
        False,
    ]


def test_who_was_never_in_the_register_has_no_record(client: Client) -> None:
    declaration = published(slug="d")
    recorded(declaration, place("Turin"))
    withdrawn(recorded(declaration, place("Gdańsk")))
    refused = recorded(declaration, place("Piraeus"))
    actions.refuse(signature=refused, by=officer(), note="No.")
    place("Montreal")
    slugs = ["turin", "gdansk", "piraeus", "montreal", "nobody"]
    assert [client.get(f"/en/declarations/d/signatories/{slug}/").status_code for slug in slugs] == [404] * 5


def test_an_old_address_of_a_signatory_leads_to_its_record(client: Client) -> None:
    turin = place("Turin")
    historical(published(slug="d"), turin)
    turin.slug = "torino"
    turin.save()
    moved = client.get("/en/declarations/d/signatories/turin/")
    assert [moved.status_code, moved.headers["Location"]] == [301, "/en/declarations/d/signatories/torino/"]


def test_a_draft_has_neither_records_nor_a_page_to_embed(client: Client) -> None:
    factories.declaration(slug="draft")
    paths = [
        "/en/declarations/draft/embed/",
        "/en/declarations/draft/signatories/turin/",
        "/declarations/draft/signatories.jsonld",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_the_page_to_embed_may_be_framed_and_has_no_script_and_no_form(client: Client) -> None:
    of_all_kinds()
    response = client.get("/en/declarations/d/embed/")
    page = text_of(response)
    assert [
        response.headers.get("X-Frame-Options"),
        "frame-ancestors *" in response.headers["Content-Security-Policy"],
        "default-src 'self'" in response.headers["Content-Security-Policy"],
        [each for each in ("<script", "<form", "style=", "onclick") if each in page],
        re.findall(r"<a (?![^>]*target=\"_blank\")[^>]*>", page),
        sorted(on_map(page)),
        "4 <span>signatories</span>" in page,
    ] == [None, True, True, [], [], ["Gdańsk", "Piraeus", "Turin"], True]
    shown = text_of(client.get("/fr/declarations/d/signatories/"))
    assert '&lt;iframe src="http://localhost:8000/fr/declarations/d/embed/"' in shown


def test_the_timeline_counts_the_signatures_of_each_day(client: Client) -> None:
    declaration = published(slug="d")
    for name, day in (("Turin", date(2022, 11, 23)), ("Gdańsk", date(2022, 11, 25))):
        signatory = factories.signatory(declaration, organisation=place(name))
        historical_of(signatory, signed_on=day)
    page = client.get("/en/declarations/d/signatories/")
    assert [tuple(row) for row in page.context["timeline"].rows] == [
        ("23 November 2022", "1"),
        ("24 November 2022", "0"),
        ("25 November 2022", "1"),
    ]
    assert "<title>23 November 2022: 1</title>" in text_of(page)


@pytest.mark.parametrize(
    ("days", "rows"),
    [
        ([date(2027, 5, 20)], None),
        ([date(2027, 5, 20), date(2027, 5, 20)], None),
        (
            [date(2027, 5, 20), date(2027, 5, 20), date(2027, 5, 22)],
            [("20 May 2027", "2"), ("21 May 2027", "0"), ("22 May 2027", "1")],
        ),
        (
            [date(2026, 12, 31), date(2027, 2, 14)],
            [("December 2026", "1"), ("January 2027", "0"), ("February 2027", "1")],
        ),
        ([date(1989, 1, 1), date(1992, 1, 31)], [("1989", "1"), ("1990", "0"), ("1991", "0"), ("1992", "1")]),
    ],
)
def test_the_timeline_takes_days_months_or_years(days: list[date], rows: Any) -> None:
    listed = [register.Entry(Signature(signed_on=day)) for day in days]
    listed.append(register.Entry(Signature()))
    plot = register.timeline(listed)
    assert ([tuple(row) for row in plot.rows] if plot else None) == rows


def test_what_begins_like_a_formula_runs_in_no_spreadsheet(client: Client) -> None:
    declaration = published(slug="d")
    invitation, _token = invited(
        office(declaration, organisation=factories.organisation(name="=1+1", endonym="@SUM(A1)"))
    )
    actions.open_invitation(invitation=invitation, language="en")
    given = answers(
        signer_name="=HYPERLINK(1)",
        signer_office="+cmd",
        basis="council",
        body="-2+3",
        decided_on=timezone.localdate(),
        reference="\t=1",
    )
    actions.record_signature(invitation=invitation, answers=given, files={"signed_page": sent()})
    signature = actions.be_informed(invitation=invitation)
    signature = actions.submit_signature(signature=signature, invitation=invitation)
    actions.verify(signature=signature, by=officer())
    content = client.get("/declarations/d/signatories.csv").content.decode("utf-8-sig")
    (row,) = csv.reader(io.StringIO(content[content.index("\n") + 1 :]))
    assert [cell for cell in row if cell[:1] in "=+-@\t" and cell] == []
    assert "'=HYPERLINK(1)" in row


def test_machines_read_the_register_in_the_words_of_schema_org(client: Client) -> None:
    declaration = published(slug="d", title="D")
    checked(declaration, place("Turin", endonym="Torino"))
    historical(declaration, factories.organisation(name="Efus", slug="efus", kind="association", country=""))
    response = client.get("/declarations/d/signatories.jsonld")
    today = timezone.localdate().isoformat()
    site = "http://localhost:8000/en/declarations/d/"
    done = "https://schema.org/CompletedActionStatus"
    assert [
        response.headers["Content-Type"],
        response.headers["Access-Control-Allow-Origin"],
        json.loads(response.content),
    ] == [
        "application/ld+json; charset=utf-8",
        "*",
        {
            "@context": "https://schema.org",
            "@graph": [
                {
                    "@type": "CreativeWork",
                    "@id": site,
                    "name": "D",
                    "url": site,
                    "inLanguage": "en",
                    "identifier": {
                        "@type": "PropertyValue",
                        "propertyID": "sha-256 of the texts",
                        "value": declaration.text_hash,
                    },
                },
                {
                    "@type": "EndorseAction",
                    "@id": f"{site}signatories/efus/",
                    "url": f"{site}signatories/efus/",
                    "actionStatus": done,
                    "agent": {"@type": "Organization", "name": "Efus"},
                    "object": {"@id": site},
                    "description": "historical record",
                    "identifier": {
                        "@type": "PropertyValue",
                        "propertyID": "assurance",
                        "value": "historical_record",
                    },
                },
                {
                    "@type": "EndorseAction",
                    "@id": f"{site}signatories/turin/",
                    "url": f"{site}signatories/turin/",
                    "actionStatus": done,
                    "agent": {
                        "@type": "City",
                        "name": "Turin",
                        "alternateName": "Torino",
                        "address": {"@type": "PostalAddress", "addressCountry": "IT"},
                        "geo": {"@type": "GeoCoordinates", "latitude": 45.0705, "longitude": 7.6868},
                    },
                    "object": {"@id": site},
                    "description": "evidence checked",
                    "identifier": {
                        "@type": "PropertyValue",
                        "propertyID": "assurance",
                        "value": "evidence_checked",
                    },
                    "endTime": today,
                    "participant": {"@type": "Person", "name": "Robin Example", "jobTitle": "Mayor"},
                },
            ],
        },
    ]


def test_the_list_of_declarations_counts_as_the_register_does(client: Client) -> None:
    declaration = of_all_kinds()
    assert "4 signatories" in text_of(client.get("/en/declarations/"))
    declaration.shows_recorded = False
    declaration.save()
    assert "3 signatories" in text_of(client.get("/en/declarations/"))


def test_the_page_of_a_signatory_leads_to_its_record(client: Client) -> None:
    of_all_kinds()
    page = text_of(client.get("/en/organisations/gdansk/"))
    assert [
        "Recorded by the office, not checked yet" in page,
        'href="/en/declarations/d/signatories/gdansk/"' in page,
    ] == [True, True]


def test_the_home_page_shows_how_many_signed_the_latest_declaration_and_where(client: Client) -> None:
    declaration = factories.declaration(
        slug="latest", is_historical=True, adopted_on=date(2022, 11, 23), adopted_place="Brussels"
    )
    declaration.texts.all().delete()
    historical(factories.publish(declaration), place("Turin"))
    page = text_of(client.get("/en/"))
    assert ["1 <span>signatory</span>" in page, on_map(page)] == [True, ["Turin"]]
