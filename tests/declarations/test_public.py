from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from declarations import actions
from declarations.models import DeclarationPoint, TextVersion
from tests import factories
from tests.declarations.making import office, officer, published, submitted, withdrawn

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return str(response.content.decode())


def historical(**fields: Any) -> Any:
    declaration = factories.declaration(
        **{
            "slug": "brussels",
            "title": "Brussels Declaration",
            "is_historical": True,
            "adopted_place": "Brussels",
            "adopted_on": date(2022, 11, 23),
            "occasion": "final conference",
            "summary": "It asks for common standards.",
            **fields,
        }
    )
    declaration.texts.all().delete()
    for kind, text in (("principle", "open to everyone"), ("call", "harmonised standards")):
        DeclarationPoint.objects.create(declaration=declaration, kind=kind, text=text)
    return factories.publish(declaration)


def add_historical(declaration: Any, **fields: Any) -> None:
    organisation = factories.organisation(**fields)
    actions.enter_historical(signatory=factories.signatory(declaration, organisation=organisation))


def add_verified(declaration: Any, **fields: Any) -> None:
    signatory = office(declaration, organisation=factories.organisation(**fields))
    actions.verify(signature=submitted(signatory), by=officer())


def test_a_draft_declaration_is_nowhere(client: Client) -> None:
    declaration = factories.declaration(slug="draft", title="A draft")
    paths = [
        "/en/declarations/draft/",
        "/en/declarations/draft/signatories/",
        "/declarations/draft/text.en.txt",
        "/declarations/draft/signatories.csv",
        "/declarations/draft/signatories.json",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 5
    assert declaration.title not in text_of(client.get("/en/declarations/"))


def test_the_text_is_shown_in_the_reader_s_language_and_any_other_is_a_click_away(client: Client) -> None:
    published(slug="d")
    assert [
        "Cities act." in text_of(client.get("/en/declarations/d/")),
        "Les villes agissent." in text_of(client.get("/fr/declarations/d/")),
        "Les villes agissent." in text_of(client.get("/en/declarations/d/?text=fr")),
        "Cities act." in text_of(client.get("/nl/declarations/d/")),  # the first authentic one
        "Cities act." in text_of(client.get("/en/declarations/d/?text=xx")),
    ] == [True] * 5
    beside = text_of(client.get("/en/declarations/d/?text=all"))
    assert ["Cities act." in beside, "Les villes agissent." in beside, "parallel" in beside] == [True] * 3


def test_the_page_says_which_text_is_authentic_and_shows_the_hashes(client: Client) -> None:
    declaration = factories.declaration(slug="d", title_fr="Titre", title_nl="Titel")
    TextVersion.objects.create(declaration=declaration, language="nl", body="Steden.")
    factories.publish(declaration)
    page = text_of(client.get("/nl/declarations/d/"))
    said = [declaration.text_hash, *(text.sha256 for text in declaration.texts.all())]
    assert [each in page for each in said] == [True] * 4
    french = text_of(client.get("/en/declarations/d/?text=fr"))
    assert ['<h2 lang="fr">Titre</h2>' in french, "Authentic text" in french] == [True, True]
    dutch = text_of(client.get("/en/declarations/d/?text=nl"))
    assert "Translation; the authentic text is what was signed" in dutch


def test_markup_in_a_text_or_title_is_only_text(client: Client) -> None:
    declaration = factories.declaration(slug="d", title="<b>T</b>", title_fr="<i>T</i>")
    declaration.texts.filter(language="en").update(body="<script>alert(1)</script>")
    factories.publish(declaration)
    page = text_of(client.get("/en/declarations/d/"))
    assert ["<script>alert" in page, "<b>T" in page, "&lt;script&gt;alert(1)" in page] == [False, False, True]


def test_the_exact_bytes_of_a_text_are_served_to_any_site(client: Client) -> None:
    declaration = published(slug="d")
    text = declaration.texts.get(language="fr")
    response = client.get("/declarations/d/text.fr.txt")
    assert [
        response.content,
        response.headers["Content-Type"],
        response.headers["Access-Control-Allow-Origin"],
        client.get("/declarations/d/text.xx.txt").status_code,
        client.get("/declarations/unknown/text.fr.txt").status_code,
    ] == [text.body.encode(), "text/plain; charset=utf-8", "*", 404, 404]


def test_a_historical_declaration_has_our_summary_and_no_text(client: Client) -> None:
    declaration = historical()
    add_historical(declaration, name="Gdańsk", country="PL")
    page = text_of(client.get("/en/declarations/brussels/"))
    said = [
        "Our summary",
        "It asks for common standards.",
        "open to everyone",
        "harmonised standards",
        "The official text is not held here yet.",
        "Adopted in Brussels on 23 November 2022",
        "final conference",
        "Gdańsk",
    ]
    unsaid = ["Authentic text", "SHA-256", "evidence checked"]
    assert [[each in page for each in said], [each in page for each in unsaid]] == [[True] * 8, [False] * 3]
    assert client.get("/declarations/brussels/text.en.txt").status_code == 404


def test_only_public_signatures_show(client: Client) -> None:
    declaration = published(slug="d")
    add_verified(declaration, name="Verified City")
    refused = submitted(office(declaration, organisation=factories.organisation(name="Refused City")))
    actions.refuse(signature=refused, by=officer(), note="No.")
    gone = submitted(office(declaration, organisation=factories.organisation(name="Withdrawn City")))
    withdrawn(actions.verify(signature=gone, by=officer()))
    submitted(office(declaration, organisation=factories.organisation(name="Waiting City")))
    factories.signatory(declaration, organisation=factories.organisation(name="Silent City"))
    paths = [
        "/en/declarations/d/",
        "/en/declarations/d/signatories/",
        "/declarations/d/signatories.csv",
        "/declarations/d/signatories.json",
    ]
    cities = ["Verified City", "Refused City", "Withdrawn City", "Waiting City", "Silent City"]
    pages = [text_of(client.get(path)) for path in paths]
    assert [[city in page for city in cities] for page in pages] == [[True, False, False, False, False]] * 4
    assert "1 signatory" in text_of(client.get("/en/declarations/"))


def test_a_historical_record_never_counts_as_verified(client: Client) -> None:
    add_historical(historical(), name="Πειραιάς")
    rows = json.loads(client.get("/declarations/brussels/signatories.json").content)["signatories"]
    assert [(row["name"], row["assurance"]) for row in rows] == [("Πειραιάς", "historical_record")]
    (row,) = client.get("/en/declarations/brussels/signatories/").context["entries"]
    assert [row.is_verified, row.assurance.label] == [False, "historical record"]


def test_the_register_as_json_says_all_there_is(client: Client) -> None:
    declaration = published(slug="d", title="D", is_demonstration=True)
    add_verified(
        declaration, name="Turin", slug="turin", name_fr="Turin (fr)", endonym="Torino", country="IT"
    )
    body = json.loads(client.get("/declarations/d/signatories.json?lang=fr").content)
    today = body["signatories"][0].pop("signed_on")
    site = "http://localhost:8000/fr/declarations/d/"
    assert [date.fromisoformat(today) <= date.today(), body] == [  # noqa: DTZ011
        True,
        {
            "declaration": {
                "slug": "d",
                "title": "D (fr)",
                "page": site,
                "adopted_on": None,
                "is_historical": False,
                "is_demonstration": True,
                "text_hash": declaration.text_hash,
            },
            "count": 1,
            "counts": {"evidence_checked": 1},
            "signatories": [
                {
                    "name": "Turin (fr)",
                    "own_name": "Torino",
                    "country": "IT",
                    "kind": "city",
                    "latitude": None,
                    "longitude": None,
                    "person": "Robin Example",
                    "office": "Mayor",
                    "is_person_erased": False,
                    "text_language": "en",
                    "text_hash": declaration.text_hash,
                    "mandate": {
                        "basis": "own_competence",
                        "body": None,
                        "decided_on": None,
                        "reference": None,
                        "to_be_ratified_until": None,
                    },
                    "assurance": "evidence_checked",
                    "record": f"{site}signatories/turin/",
                    "log_id": None,  # until a checkpoint covers it
                    "log_entry": None,
                    "proof": None,
                }
            ],
        },
    ]


def test_the_register_as_a_spreadsheet_opens_in_one_and_runs_no_formula(client: Client) -> None:
    add_historical(historical(), name="=HYPERLINK(1)", slug="riga", endonym="Rīga", country="LV")
    response = client.get("/declarations/brussels/signatories.csv")
    assert [
        response.content[:3],
        response.headers["Content-Type"],
        response.headers["Access-Control-Allow-Origin"],
    ] == [b"\xef\xbb\xbf", "text/csv; charset=utf-8", "*"]
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row == {
        "name": "'=HYPERLINK(1)",
        "own_name": "Rīga",
        "country": "LV",
        "kind": "city",
        "latitude": "",
        "longitude": "",
        "person": "",
        "office": "",
        "is_person_erased": "no",
        "signed_on": "",
        "mandate": "",
        "mandate_body": "",
        "mandate_decided_on": "",
        "mandate_reference": "",
        "to_be_ratified_until": "",
        "text_language": "",
        "text_hash": "",
        "assurance": "historical_record",
        "record": "http://localhost:8000/en/declarations/brussels/signatories/riga/",
        "is_demonstration": "no",
    }


def test_the_own_name_stands_beside_in_its_own_language(client: Client) -> None:
    add_historical(historical(), name="Piraeus", endonym="Πειραιάς", endonym_language="el", country="GR")
    page = text_of(client.get("/en/declarations/brussels/signatories/"))
    assert ['lang="el">Πειραιάς' in page, "Greece" in page] == [True, True]


def test_the_demonstration_says_so_on_every_page(client: Client) -> None:
    published(slug="d", is_demonstration=True)
    said = "This declaration and its text are invented, to try the signing."
    paths = ["/en/declarations/d/", "/en/declarations/d/?text=all", "/en/declarations/d/signatories/"]
    assert [said in text_of(client.get(path)) for path in paths] == [True] * 3
    assert "Demonstration, invented" in text_of(client.get("/en/declarations/"))


PAGES = ["/en/declarations/", "/en/declarations/d/", "/fr/declarations/d/?text=all", "/en/declarations/d/signatories/",
         "/en/declarations/d/embed/", "/declarations/d/signatories.csv", "/declarations/d/signatories.json",
         "/declarations/d/signatories.jsonld"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_the_same_for_one_and_for_many(client: Client, path: str) -> None:
    declaration = published(slug="d")
    add_verified(declaration)
    client.get(path)  # what is read once per process

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = cost()
    with translation.override("en"):
        for _number in range(8):
            add_verified(declaration)
            add_historical(historical(slug=factories.organisation().slug))
    assert cost() == one


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_the_same_bytes_for_every_visitor(client: Client, path: str) -> None:
    add_verified(published(slug="d"))
    known = Client()
    known.force_login(officer())
    responses = [client.get(path), known.get(path), client.get(path)]
    assert len({response.content for response in responses}) == 1
    assert [bool(response.cookies) for response in responses] == [False] * 3
