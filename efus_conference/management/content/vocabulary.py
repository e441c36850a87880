"""What the other items refer to: organisations, kinds of session, themes, speakers, projects."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import uuid5

from efus_conference.management.content.files import Record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Organisation, Project
from programme.actions import set_consent
from programme.models import ConsentEvent, SessionKind, Speaker, Theme
from programme.schedule import NAMESPACE


def load_vocabulary(ledger: Ledger) -> None:
    for item in records("organisations"):
        load_organisation(ledger, item)
    for item in records("kinds"):
        _load_kind(ledger, item)
    for item in records("themes"):
        ledger.put(item["key"], Theme, translated("name", item["name"]), natural={"slug": item["slug"]})
    for item in records("speakers"):
        load_speaker(ledger, item)
    for item in records("projects"):
        _load_project(ledger, item)


def load_organisation(ledger: Ledger, item: Record) -> Organisation | None:
    return ledger.put(
        item["key"],
        Organisation,
        {
            **translated("name", item["name"]),
            **translated("full_name", item.get("full_name")),
            "kind": item["kind"],
            "endonym": item["endonym"],
            "endonym_language": item["endonym_language"],
            "other_names": item["other_names"],
            "country": item["country"],
            "latitude": _degrees(item["latitude"]),
            "longitude": _degrees(item["longitude"]),
            "wikidata": item["wikidata"],
            "is_efus_member": item["efus_member"],
        },
        natural={"slug": item["slug"]},
        once={
            "is_demonstration": item.get("is_demonstration", False),
            # At most one organises: on a site that has chosen its own, ours is an organisation like any other.
            "is_organiser": item["is_organiser"]
            and not Organisation.objects.filter(is_organiser=True).exists(),
        },
    )


def load_speaker(ledger: Ledger, item: Record, *, consented_at: datetime | None = None) -> Speaker | None:
    speaker = ledger.put(
        item["key"],
        Speaker,
        {
            "name": item["name"],
            "sort_name": item["sort_name"],
            "organisation": ledger.row(item["organisation"], Organisation),
            **translated("function", item["function"]),
            **translated("biography", item.get("biography")),
        },
        natural={"slug": item["slug"]},
        once={
            "basis": item["basis"],
            # The same in every database, so that a programme loaded anew is exported the same.
            "guid": uuid5(NAMESPACE, f"speaker/{item['slug']}"),
        },
    )
    # Consent is the person's: it is never written a second time.
    if speaker is not None and consented_at is not None and ledger.was_made(item["key"]):
        set_consent(
            speaker=speaker,
            consented_at=consented_at,
            withdrawn_at=None,
            through=ConsentEvent.Through.ORGANISER,
        )
    return speaker


def _load_kind(ledger: Ledger, item: Record) -> None:
    ledger.put(
        item["key"],
        SessionKind,
        {
            **translated("name", item["name"]),
            **translated("name_plural", item["name_plural"]),
            "colour": item["colour"],
            "has_limited_seats": item["has_limited_seats"],
            "is_interpreted": item["is_interpreted"],
            "order": item["order"],
        },
        natural={"slug": item["slug"]},
    )


def _load_project(ledger: Ledger, item: Record) -> None:
    funder = next(other for other in records("organisations") if other["key"] == item["funded_by"])
    ledger.put(
        item["key"],
        Project,
        {
            "acronym": item["acronym"],
            **translated("name", item["name"]),
            **translated("funded_by", funder["name"]),
            **translated("description", item["description"]),
            "years": item["years"],
            "led_by": ledger.row(item["led_by"], Organisation),
        },
        natural={"slug": item["slug"]},
        many={"partners": [ledger.row(key, Organisation) for key in item["partners"]]},
    )


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.4f}")
