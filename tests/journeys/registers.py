"""A declaration's public register, as people and as programs read it."""

from __future__ import annotations

import csv
import io
import json

from playwright.sync_api import Page

from declarations.models import Declaration


def register_of(reader: Page, declaration: Declaration) -> dict[str, tuple[str, str]]:
    """Who signed and how sure it is, by signatory; the page, its map and the files for machines say the same."""
    reader.goto(f"/en/declarations/{declaration.slug}/signatories/")
    files = f"/declarations/{declaration.slug}/signatories"
    data = json.loads(reader.request.get(f"{files}.json").body())
    rows = data["signatories"]
    found = {row["name"]: (row["person"] or "", row["assurance"]) for row in rows}
    sheet = csv.DictReader(io.StringIO(reader.request.get(f"{files}.csv").body().decode("utf-8-sig")))
    assert {row["name"]: (row["person"], row["assurance"]) for row in sheet} == found
    [_document, *actions] = json.loads(reader.request.get(f"{files}.jsonld").body())["@graph"]
    assert {
        action["agent"]["name"]: (
            action.get("participant", {}).get("name", ""),
            action["identifier"]["value"],
        )
        for action in actions
    } == found
    names = reader.locator("main tbody th a").all_inner_texts()
    assert sorted(names) == sorted(found)
    persons = reader.locator("main tbody tr td:nth-child(4)").all_inner_texts()
    assert {name: person.splitlines()[0] for name, person in zip(names, persons, strict=True)} == {
        name: person or "not known" for name, (person, _assurance) in found.items()
    }
    assert reader.locator("main tbody .tag-success").count() == sum(
        assurance in ("evidence_checked", "signed_on_stage") for _person, assurance in found.values()
    )
    assert (data["count"], reader.locator(".register-count").inner_text().split()[0]) == (
        len(found),
        str(len(found)),
    )
    dots = reader.locator("svg.map").last.locator(".map-dot title").all_text_contents()
    placed = sorted(row["name"] for row in rows if row["latitude"] is not None)
    assert sorted(name for dot in dots for name in dot.split("\n")) == placed
    return found
