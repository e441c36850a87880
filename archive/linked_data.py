"""What search engines read of a city and of any other organisation on record: schema.org, as JSON-LD."""

from __future__ import annotations

from efus_conference.linked_data import SCHEMA, Facts
from efus_conference.mail import site_address
from efus_conference.models import Organisation

TYPES: dict[str, str] = {
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


def organisation_facts(organisation: Organisation) -> Facts:
    """It under all its names, where it is, and what else on the web speaks of it. No query."""
    kind = TYPES.get(organisation.kind, "Organization")
    names = [organisation.full_name, organisation.endonym, *organisation.other_names]
    elsewhere = [organisation.website] if organisation.website else []
    if organisation.wikidata:
        elsewhere.append(f"https://www.wikidata.org/entity/{organisation.wikidata}")
    facts: Facts = {
        "@context": SCHEMA,
        "@type": kind,
        "name": organisation.name,
        "alternateName": list(dict.fromkeys(name for name in names if name and name != organisation.name)),
        "url": site_address(organisation.get_absolute_url()),
        "sameAs": elsewhere,
    }
    if organisation.country:
        facts["address"] = {"@type": "PostalAddress", "addressCountry": organisation.country}
    # Organisations other than places have an address and no coordinates in this vocabulary.
    if kind in PLACES and organisation.latitude is not None and organisation.longitude is not None:
        facts["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(organisation.latitude),
            "longitude": float(organisation.longitude),
        }
    return {name: value for name, value in facts.items() if value not in ("", [], None)}
