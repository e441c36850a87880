"""The public register for programs: a spreadsheet, JSON, and JSON-LD in schema.org's words (docs/feeds.md)."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation

from declarations import register
from declarations.log import reading
from declarations.models import Declaration, Mandate
from declarations.register import Entry
from declarations.views.machine import for_machines
from efus_conference.exports import safe_cell
from efus_conference.kept import same_for_everyone
from efus_conference.mail import site_address
from efus_conference.models import Organisation

COLUMNS = [
    "name",
    "own_name",
    "country",
    "kind",
    "latitude",
    "longitude",
    "person",
    "office",
    "is_person_erased",
    "signed_on",
    "mandate",
    "mandate_body",
    "mandate_decided_on",
    "mandate_reference",
    "to_be_ratified_until",
    "text_language",
    "text_hash",
    "assurance",
    "record",
    "is_demonstration",
]
# Of Organisation.Kind; what is none of these is an Organization.
SCHEMA_TYPES = {
    Organisation.Kind.CITY: "City",
    Organisation.Kind.REGION: "AdministrativeArea",
    Organisation.Kind.PUBLIC_BODY: "GovernmentOrganization",
    Organisation.Kind.MINISTRY: "GovernmentOrganization",
    Organisation.Kind.POLICE: "GovernmentOrganization",
    Organisation.Kind.JUSTICE: "GovernmentOrganization",
    Organisation.Kind.EUROPEAN_INSTITUTION: "GovernmentOrganization",
    Organisation.Kind.UNIVERSITY: "CollegeOrUniversity",
    Organisation.Kind.CIVIL_SOCIETY: "NGO",
    Organisation.Kind.COMPANY: "Corporation",
    Organisation.Kind.MEDIA: "NewsMediaOrganization",
}
PLACES = {"City", "AdministrativeArea"}


@same_for_everyone("lang")
@for_machines
def signatories_csv(request: HttpRequest, slug: str) -> HttpResponse:
    declaration = get_object_or_404(Declaration.objects.public(), slug=slug)
    # Spreadsheet programs take a file for UTF-8 when it begins with this mark.
    sheet = io.StringIO("\ufeff")
    sheet.seek(0, io.SEEK_END)
    writer = csv.DictWriter(sheet, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for entry in register.entries(declaration):
        row = {**_row(entry), **_mandate_columns(entry.mandate)}
        row["is_demonstration"] = "yes" if declaration.is_demonstration else "no"
        row["is_person_erased"] = "yes" if entry.is_person_erased else "no"
        # Coordinates are numbers, which a sheet may hold with a minus before them.
        writer.writerow({column: safe_cell("" if row[column] is None else row[column]) for column in COLUMNS})
    response = HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{declaration.slug}-signatories.csv"'
    return response


@same_for_everyone("lang")
@for_machines
def signatories_json(request: HttpRequest, slug: str) -> HttpResponse:
    declaration = get_object_or_404(Declaration.objects.public(), slug=slug)
    listed = register.entries(declaration)
    numbers = reading.numbers_of(declaration)
    body = {
        "declaration": {
            "slug": declaration.slug,
            "title": declaration.title,
            "page": _page("declaration", declaration.slug),
            "adopted_on": _day(declaration.adopted_on),
            "is_historical": declaration.is_historical,
            "is_demonstration": declaration.is_demonstration,
            "text_hash": declaration.text_hash or None,
        },
        "count": len(listed),
        "counts": {assurance.value: number for assurance, number in register.counted(listed)},
        "signatories": [
            {**_row(entry), "mandate": _mandate(entry.mandate), **_log(entry, numbers)} for entry in listed
        ],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


@same_for_everyone("lang")
@for_machines
def signatories_jsonld(request: HttpRequest, slug: str) -> HttpResponse:
    """Each entry as the action of endorsing: schema.org has no signature."""
    declaration = get_object_or_404(Declaration.objects.public(), slug=slug)
    page = _page("declaration", declaration.slug)
    document: dict[str, Any] = {
        "@type": "CreativeWork",
        "@id": page,
        "name": declaration.title,
        "url": page,
        "inLanguage": translation.get_language(),
    }
    if declaration.adopted_on:
        document["dateCreated"] = declaration.adopted_on.isoformat()
    if declaration.text_hash:
        document["identifier"] = _property("sha-256 of the texts", declaration.text_hash)
    if declaration.is_demonstration:
        document["description"] = translation.gettext("An invented text, for demonstration.")
    body = {
        "@context": "https://schema.org",
        "@graph": [document, *(_endorsement(entry, page) for entry in register.entries(declaration))],
    }
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Type"] = "application/ld+json; charset=utf-8"
    return response


def _row(entry: Entry) -> dict[str, Any]:
    """What JSON and the spreadsheet say alike; what is not known is null, in the spreadsheet empty."""
    longitude, latitude = entry.place or (None, None)
    return {
        "name": entry.name,
        "own_name": entry.own_name or None,
        "country": entry.country or None,
        "kind": entry.kind,
        "latitude": latitude,
        "longitude": longitude,
        "person": entry.signer_name or None,
        "office": entry.signer_office or None,
        "is_person_erased": entry.is_person_erased,
        "signed_on": _day(entry.signed_on),
        "text_language": entry.signature.language or None,
        "text_hash": entry.signature.text_hash or None,
        "assurance": entry.assurance.value,
        "record": _record_page(entry),
    }


def _log(entry: Entry, numbers: dict[int, int]) -> dict[str, Any]:
    """By what the log names it, the number of its entry and the proof of it; null where it is not logged yet."""
    number = numbers.get(entry.signature.pk)
    if number is None:
        return {"log_id": None, "log_entry": None, "proof": None}
    log_id = entry.signature.log_id
    address = reverse("declarations_machine:proof", args=[entry.declaration.slug, log_id])
    return {"log_id": str(log_id), "log_entry": number, "proof": site_address(address)}


def _mandate(mandate: Mandate | None) -> dict[str, Any] | None:
    if mandate is None:
        return None
    return {
        "basis": mandate.basis,
        "body": mandate.body or None,
        "decided_on": _day(mandate.decided_on),
        "reference": mandate.reference or None,
        "to_be_ratified_until": _day(mandate.ratify_until),
    }


def _mandate_columns(mandate: Mandate | None) -> dict[str, Any]:
    known = _mandate(mandate) or dict.fromkeys(
        ("basis", "body", "decided_on", "reference", "to_be_ratified_until")
    )
    return {
        "mandate": known["basis"],
        "mandate_body": known["body"],
        "mandate_decided_on": known["decided_on"],
        "mandate_reference": known["reference"],
        "to_be_ratified_until": known["to_be_ratified_until"],
    }


def _endorsement(entry: Entry, page: str) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "@type": SCHEMA_TYPES.get(Organisation.Kind(entry.kind), "Organization"),
        "name": entry.name,
    }
    if entry.own_name:
        agent["alternateName"] = entry.own_name
    if entry.country:
        country = {"@type": "PostalAddress", "addressCountry": entry.country}
        agent["address"] = country
    if entry.place:
        longitude, latitude = entry.place
        at = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
        # A place has its coordinates itself, an organisation by its place.
        if agent["@type"] in PLACES:
            agent["geo"] = at
        else:
            agent["location"] = {"@type": "Place", "geo": at}
    action: dict[str, Any] = {
        "@type": "EndorseAction",
        "@id": _record_page(entry),
        "url": _record_page(entry),
        "actionStatus": "https://schema.org/CompletedActionStatus",
        "agent": agent,
        "object": {"@id": page},
        "description": entry.assurance.label,
        "identifier": _property("assurance", entry.assurance.value),
    }
    if entry.signed_on:
        action["endTime"] = entry.signed_on.isoformat()
    if entry.signer_name:
        action["participant"] = {"@type": "Person", "name": entry.signer_name}
        if entry.signer_office:
            action["participant"]["jobTitle"] = entry.signer_office
    return action


def _property(name: str, value: str) -> dict[str, str]:
    return {"@type": "PropertyValue", "propertyID": name, "value": value}


def _record_page(entry: Entry) -> str:
    return _page("signatory", entry.declaration.slug, entry.organisation.slug)


def _page(name: str, *arguments: str) -> str:
    """In the language of the answer, as everything in it."""
    return site_address(reverse(f"declarations:{name}", args=arguments))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
