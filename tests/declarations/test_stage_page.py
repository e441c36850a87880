"""The stage as everybody sees it: who was confirmed there, in protocol's order, and nobody before their moment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations import actions, register
from declarations.models import Ceremony, Checkpoint, Declaration, StageSigning
from efus_conference import qr
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import office, officer, published, submitted, withdrawn
from tests.declarations.staging import (
    ceremony,
    cleared,
    confirmed,
    published_from_stage,
    recorded,
    time_to_undo_is_over,
)

pytestmark = pytest.mark.django_db


def on_stage(on: Ceremony, name: str, *, precedence: int = 100, **fields: Any) -> StageSigning:
    town = factories.organisation(name=name, **fields)
    signatory = office(on.declaration, organisation=town)
    return cleared(on, signatory=signatory, signer_name=f"{name}-Person", precedence=precedence)


def page(client: Client, declaration: Declaration, language: str = "en") -> str:
    answer = client.get(f"/{language}/declarations/{declaration.slug}/ceremony/")
    assert answer.status_code == 200
    return answer.content.decode()


def said(client: Client, declaration: Declaration) -> Any:
    return client.get(f"/declarations/{declaration.slug}/ceremony.json").json()


def names(declaration: Declaration) -> list[str]:
    stage = register.stage_of(declaration)
    assert stage is not None
    return [entry.name for entry in stage.entries]


def end(on: Ceremony) -> Ceremony:
    return actions.end_ceremony(ceremony=on, by=officer())


def test_without_a_ceremony_and_before_publication_there_is_no_stage(client: Client) -> None:
    draft = factories.declaration()
    Ceremony.objects.create(declaration=draft)
    for declaration in (draft, published()):
        for address in (
            f"/en/declarations/{declaration.slug}/ceremony/",
            f"/declarations/{declaration.slug}/ceremony.json",
        ):
            assert client.get(address).status_code == 404


def test_before_the_ceremony_the_page_says_so_and_names_nobody(client: Client) -> None:
    on = ceremony(is_open=False)
    before = said(client, on.declaration)
    on_stage(on, "Unseen")
    assert said(client, on.declaration) == before
    assert before["phase"] == "before"
    assert "The signing begins soon." in page(client, on.declaration)
    assert "Unseen" not in page(client, on.declaration)


def test_who_was_confirmed_shows_and_nobody_else(client: Client) -> None:
    on = ceremony()
    on_stage(on, "Cleared")
    recorded(on_stage(on, "Recorded"))
    actions.record_absent(signing=(absent := on_stage(on, "Absent")), by=officer(), seen=absent.version)
    undone = confirmed(on_stage(on, "Undone"))
    actions.undo_on_stage(signing=undone, by=officer(), seen=undone.version)
    confirmed(on_stage(on, "Confirmed"))
    withdrawn(published_from_stage(confirmed(on_stage(on, "Gone"))).signature)
    published_from_stage(confirmed(on_stage(on, "Published")))
    actions.verify(signature=submitted(office(on.declaration)), by=officer())
    assert names(on.declaration) == ["Confirmed", "Published"]
    assert said(client, on.declaration)["count"] == 2
    shown = page(client, on.declaration)
    assert [name for name in ("Cleared", "Recorded", "Absent", "Undone", "Gone") if name in shown] == []
    assert "Confirmed-Person" in shown
    assert _headline(shown) == ""
    assert "with 1 signatory who signed elsewhere" in shown


def test_the_order_is_that_of_protocol_and_not_that_of_arrival() -> None:
    on = ceremony()
    for name, country, precedence in (
        ("Zeta", "DE", 100),
        ("Ostrava", "CZ", 100),
        ("Last", "", 100),
        ("Łódź", "PL", 100),
        ("Linz", "AT", 100),
        ("Kraków", "PL", 100),
        ("First", "SE", 1),
    ):
        confirmed(on_stage(on, name, country=country, precedence=precedence))
    assert names(on.declaration) == ["First", "Linz", "Ostrava", "Zeta", "Kraków", "Łódź", "Last"]


def test_the_order_follows_what_the_reader_calls_a_country(client: Client) -> None:
    on = ceremony()
    confirmed(on_stage(on, "Town-in-Spain", country="ES"))
    confirmed(on_stage(on, "Town-in-Germany", country="DE"))
    english, french = page(client, on.declaration), page(client, on.declaration, "fr")
    # Germany, Spain; Allemagne, Espagne. In French Sweden (Suède) follows Germany's neighbour all the same.
    assert english.index("Town-in-Germany") < english.index("Town-in-Spain")
    confirmed(on_stage(on, "Town-in-Austria", country="AT"))
    french = page(client, on.declaration, "fr")
    places = [french.index(f"Town-in-{country}") for country in ("Germany", "Austria", "Spain")]
    assert places == sorted(places)


def test_every_step_that_shows_changes_what_the_page_asks_for(client: Client) -> None:
    on = ceremony()
    seen = [said(client, on.declaration)["version"]]

    def shows() -> bool:
        seen.append(said(client, on.declaration)["version"])
        return seen[-1] != seen[-2]

    signing = on_stage(on, "Town")
    assert not shows()
    signing = recorded(signing)
    assert not shows()
    signing = confirmed(signing)
    assert shows()
    signing = actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version)
    assert shows()
    signing = confirmed(signing)
    assert shows()
    published_from_stage(signing)
    assert shows()
    end(on)
    assert shows()


def _headline(shown: str) -> str:
    found = re.search(r"<h2 data-said[^>]*>([^<]*)</h2>", shown)
    return found[1] if found else ""


def test_the_code_at_the_end_is_the_first_checkpoint_that_holds_the_whole_evening(
    client: Client, tmp_path: Path
) -> None:
    on = ceremony()
    declaration = on.declaration
    first = published_from_stage(confirmed(on_stage(on, "One")))
    logged(declaration, tmp_path)
    second = confirmed(on_stage(on, "Two"))
    assert said(client, declaration)["phase"] == "on"
    end(on)
    # Two is confirmed and not published yet; then published and not logged yet.
    assert said(client, declaration)["phase"] == "settling"
    assert _headline(page(client, declaration)) == (
        "The signing is over. The last signatures are entering the register and its log."
    )
    time_to_undo_is_over(second)
    actions.publish_due(at=timezone.now())
    assert said(client, declaration)["phase"] == "settling"
    logged(declaration, tmp_path)
    checkpoint = Checkpoint.objects.get(size=3)
    shown = page(client, declaration)
    assert said(client, declaration)["phase"] == "over"
    assert qr.symbol(checkpoint.note).path in shown
    assert _headline(shown) == "The signing is over."
    # The address is typed from a screen: it breaks behind its slashes, and nowhere within a word.
    assert f"/<wbr>declarations/<wbr>{declaration.slug}/<wbr>verify/" in shown
    # The log grows, one of them withdraws: a picture of the code stays a picture of this page.
    withdrawn(first.signature)
    logged(declaration, tmp_path)
    assert Checkpoint.objects.filter(size=4).exists()
    assert qr.symbol(checkpoint.note).path in page(client, declaration)


def test_a_ceremony_that_nobody_signed_at_ends_without_a_code(client: Client) -> None:
    on = ceremony()
    end(on)
    assert said(client, on.declaration)["phase"] == "over"
    assert "No signature was given on stage." in page(client, on.declaration)
    assert "ticket-qr" not in page(client, on.declaration)


def test_a_substitute_stands_where_the_mayor_would() -> None:
    on = ceremony()
    signing = on_stage(on, "Town")
    instead = actions.Substitute(name="Kim Example", office="Deputy mayor")
    confirmed(recorded(signing, substitute=instead))
    stage = register.stage_of(on.declaration)
    assert stage is not None
    assert [(entry.signer_name, entry.signer_office) for entry in stage.entries] == [
        ("Kim Example", "Deputy mayor")
    ]


def test_the_page_costs_the_same_with_one_name_and_with_five(client: Client) -> None:
    on = ceremony()
    costs = []
    for count in (1, 5):
        while len(names(on.declaration)) < count:
            confirmed(on_stage(on, f"Town-{len(names(on.declaration))}"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, on.declaration)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_declaration_leads_to_its_stage_from_the_opening_on(client: Client) -> None:
    on = ceremony(is_open=False)
    address = f"/en/declarations/{on.declaration.slug}/"
    assert "/ceremony/" not in client.get(address).content.decode()
    actions.open_ceremony(ceremony=on, by=officer())
    assert f"{address}ceremony/" in client.get(address).content.decode()
