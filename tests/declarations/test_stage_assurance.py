"""What was signed on stage says so wherever the register says how sure it is; evidence was checked where it was compared."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declarations import actions, register
from declarations.log.entries import said_in
from declarations.models import Declaration
from declarations.sealed import contents
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import office, officer, published, submitted
from tests.declarations.staging import ceremony, cleared, published_from_stage, recorded

pytestmark = pytest.mark.django_db

WORDS = "signed on stage before two officers"


def of_both() -> Declaration:
    """Turin signed by its link and its evidence was checked; Riga signed on stage."""
    declaration = published(slug="d", title="D")
    turin = factories.organisation(name="Turin", slug="turin", latitude="45.0705", longitude="7.6868")
    actions.verify(signature=submitted(office(declaration, organisation=turin)), by=officer())
    from_stage(declaration, "Riga", latitude="56.9496", longitude="24.1052")
    return declaration


def from_stage(declaration: Declaration, name: str, **fields: Any) -> None:
    on = getattr(declaration, "ceremony", None) or ceremony(declaration)
    town = factories.organisation(name=name, slug=name.lower(), **fields)
    signing = cleared(on, signatory=office(declaration, organisation=town))
    signing = recorded(signing)
    signing = actions.let_scan_follow(signing=signing, by=officer(), seen=signing.version)
    published_from_stage(actions.confirm_on_stage(signing=signing, by=officer(), seen=signing.version))


def test_the_register_says_it_in_its_table_its_counts_and_on_its_map(client: Client) -> None:
    of_both()
    page = client.get("/en/declarations/d/signatories/")
    said = {entry.name: (entry.assurance.value, entry.is_verified) for entry in page.context["entries"]}
    assert said == {"Turin": ("evidence_checked", True), "Riga": ("signed_on_stage", True)}
    assert [(each.value, number) for each, number in page.context["counted"]] == [
        ("evidence_checked", 1),
        ("signed_on_stage", 1),
    ]
    assert {dot.title: dot.look for dot in page.context["maps"][0].dots} == {
        "Turin": "map-dot-checked",
        "Riga": "map-dot-stage",
    }
    # In the table, beside the map, and among what the assurance means.
    assert [page.text.count(f">{WORDS}<"), page.text.count(f"</strong> {WORDS}")] == [2, 1]
    # A square, in the map and in its key.
    assert len(re.findall(r"<path class=\"map-dot map-dot-stage[^>]*h16v16h-16z", page.text)) == 2


def test_files_for_programs_say_it(client: Client) -> None:
    of_both()
    body = client.get("/declarations/d/signatories.json").json()
    assert body["counts"] == {"evidence_checked": 1, "signed_on_stage": 1}
    assert {row["name"]: row["assurance"] for row in body["signatories"]} == {
        "Riga": "signed_on_stage",
        "Turin": "evidence_checked",
    }
    sheet = client.get("/declarations/d/signatories.csv").content.decode("utf-8-sig")
    assert {row["name"]: row["assurance"] for row in csv.DictReader(io.StringIO(sheet))} == {
        "Riga": "signed_on_stage",
        "Turin": "evidence_checked",
    }
    graph = client.get("/declarations/d/signatories.jsonld").json()["@graph"][1:]
    assert {each["agent"]["name"]: (each["description"], each["identifier"]["value"]) for each in graph} == {
        "Riga": (WORDS, "signed_on_stage"),
        "Turin": ("evidence checked", "evidence_checked"),
    }


@pytest.mark.parametrize(
    "address",
    ["/en/declarations/d/signatories/riga/", "/en/organisations/riga/"],
    ids=["record", "organisation"],
)
def test_record_and_page_of_the_organisation_say_it_and_nothing_of_evidence_that_was_checked(
    client: Client, address: str
) -> None:
    of_both()
    page = client.get(address).text
    assert [WORDS.capitalize() in page, "vidence checked" in page] == [True, False]


def test_the_log_says_it(tmp_path: Path) -> None:
    log = logged(of_both(), tmp_path)
    said = [said_in(body) for body in log.entries.order_by("index").values_list("body", flat=True)]
    assert {each["names"]["en"]: each["assurance"] for each in said if each["type"] == "published"} == {
        "Riga": "signed_on_stage",
        "Turin": "evidence_checked",
    }


def test_the_sealed_document_says_it() -> None:
    entries = register.entries(of_both())
    rows = {row["name"]: row["assurance"] for row in contents._register(entries, None)["rows"]}
    assert rows == {"Riga": WORDS, "Turin": "evidence checked"}


def test_an_officer_s_list_and_the_office_s_receipt_say_it() -> None:
    entries = {entry.name: entry.signature for entry in register.entries(of_both())}
    said = {name: signature.state_in_words for name, signature in entries.items()}
    assert said == {"Riga": WORDS, "Turin": "evidence checked"}


def test_the_register_costs_the_same_however_many_signed_on_stage(client: Client) -> None:
    declaration = of_both()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert [entry.assurance for entry in register.entries(declaration)]
        return len(asked)

    before = queries()
    for name in ("Tartu", "Graz", "Ghent"):
        from_stage(declaration, name)
    assert [before, queries()] == [1, 1]
