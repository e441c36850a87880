from __future__ import annotations

from datetime import date

from declarations.actions import enter_historical, publish_declaration
from declarations.models import Declaration, DeclarationPoint, Signatory
from efus_conference.management.content.files import Record, Text, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation, Project

KINDS = {"principles": DeclarationPoint.Kind.PRINCIPLE, "calls_for": DeclarationPoint.Kind.CALL}


def load_declarations(ledger: Ledger) -> None:
    for item in records("declarations"):
        is_new = not ledger.knows(item["key"])
        declaration = _load_declaration(ledger, item)
        _load_points(ledger, item, declaration)
        _load_signatories(ledger, item, declaration)
        if declaration is not None and is_new and not declaration.is_published:
            publish_declaration(declaration=declaration, by=None)


def _load_declaration(ledger: Ledger, item: Record) -> Declaration | None:
    return ledger.put(
        item["key"],
        Declaration,
        {
            "kind": item["kind"],
            **translated("title", item["title"]),
            "adopted_at_edition": ledger.row(item["edition"], Edition) if "edition" in item else None,
            **translated("adopted_place", place_name(item["place"])),
            "adopted_on": date.fromisoformat(item["adopted_on"]),
            **translated("occasion", item["occasion"]),
            **translated("in_the_name_of", item.get("in_the_name_of")),
            "project": ledger.row(item["project"], Project) if "project" in item else None,
            "based_on": ledger.row(item["based_on"], Declaration) if "based_on" in item else None,
            **translated("previous", item.get("previous")),
            **translated("spokesperson", _spokesperson(item)),
            **translated("summary", item["summary"]),
            "is_open_to_signatures": item["open_to_more_signatories"],
        },
        natural={"slug": item["slug"]},
        once={"is_historical": True},
    )


def place_name(key: str) -> Text:
    """The name of an organisation of the archive, for a place one only names."""
    name: Text = next(other["name"] for other in records("organisations") if other["key"] == key)
    return name


def _spokesperson(item: Record) -> Text:
    if "spokesperson" not in item:
        return {}
    person = item["spokesperson"]
    return {language: f"{person['name']}, {function}" for language, function in person["function"].items()}


def _load_points(ledger: Ledger, item: Record, declaration: Declaration | None) -> None:
    points = [(kind, text) for name, kind in KINDS.items() for text in item["points"][name]]
    for order, (kind, text) in enumerate(points, start=1):
        ledger.put(
            f"{item['key']}/point/{order}",
            DeclarationPoint,
            {"declaration": declaration, "kind": kind.value, **translated("text", text), "order": order},
            needs=[declaration],
        )


def _load_signatories(ledger: Ledger, item: Record, declaration: Declaration | None) -> None:
    for signed in item["signatories"]:
        organisation = ledger.row(signed["organisation"], Organisation)
        is_new = not ledger.knows(signed["key"])
        signatory = ledger.put(
            signed["key"],
            Signatory,
            {"order": signed["order"]},
            natural={"declaration": declaration, "organisation": organisation},
            needs=[declaration, organisation],
        )
        if signatory is None or not is_new or signatory.signatures.exists():
            continue
        # Who signed, in what office and when stays empty where it is not known.
        enter_historical(
            signatory=signatory,
            signer_name=signed.get("signer_name", ""),
            signer_office=signed.get("signer_function", {}).get("en", ""),
        )
