"""Nobody is named in public before their moment, or after it was taken back: every public address is read for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from declarations import actions
from declarations.models import Ceremony, Declaration, Signature, StageSigning
from efus_conference.models import Edition
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import office, officer, published, withdrawn
from tests.declarations.staging import ceremony, cleared, confirmed, published_from_stage, recorded, signer
from tests.permissions.addresses import Address, addresses
from tests.test_kept_views import views

pytestmark = pytest.mark.django_db

# On stage only, on stage and everywhere; all others nowhere.
ON_STAGE = {"confirmed"}
PUBLIC = {"published", "substitute"}
NOWHERE = {"entered", "cleared", "absent", "recorded", "takenback", "undone", "leftearly", "left", "spare"}
STAGE = {"declarations:ceremony"}
# Of other parts of the site, and filled with what a declaration has nothing to do with.
ELSEWHERE = (
    *("programme:room", "programme:session", "programme:speaker", "programme_machine:session_card"),
    *("programme_machine:portrait", "programme_machine:portrait_in_size", "programme_machine:material"),
    *("registration_machine:check_certificate", "media"),
    # Files, and what organisers write themselves.
    *(f"archive_machine:{file}" for file in ("picture", "document", "document_cover", "video", "captions")),
    *("archive:page", "archive:site_page", "archive:news_item"),
)


# That a city withdrew stays known, in the log for ever; who had signed for it does not.
KNOWN = {"townofleft"}


def town_of(state: str) -> str:
    return f"Townof{state}"


def signing(on: Ceremony, state: str) -> StageSigning:
    town = factories.organisation(
        slug=f"townof{state}", name=town_of(state), latitude=50.1, longitude=4.2, country="BE"
    )
    signatory = office(on.declaration, organisation=town)
    return cleared(
        on,
        signatory=signatory,
        signer_name=f"Personof{state}",
        substitute_name=f"Spareof{state}",
        substitute_office="Deputy mayor",
    )


def one_of_every_state(on: Ceremony) -> None:
    entered = factories.organisation(slug="townofentered", name=town_of("entered"))
    actions.enter_signer(
        ceremony=on,
        signatory=office(on.declaration, organisation=entered),
        signer=signer(signer_name="Personofentered"),
        by=officer(),
    )
    signing(on, "cleared")
    absent = signing(on, "absent")
    actions.record_absent(signing=absent, by=officer(), seen=absent.version)
    recorded(signing(on, "recorded"))
    back = recorded(signing(on, "takenback"))
    actions.take_back(signing=back, by=officer(), seen=back.version)
    undone = confirmed(signing(on, "undone"))
    actions.undo_on_stage(signing=undone, by=officer(), seen=undone.version)
    withdrawn(confirmed(signing(on, "leftearly")).signature)
    withdrawn(published_from_stage(confirmed(signing(on, "left"))).signature)
    published_from_stage(confirmed(signing(on, "published")))
    instead = actions.Substitute(name="Personofsubstitute", office="Deputy mayor")
    town = factories.organisation(slug="townofsubstitute", name=town_of("substitute"), country="BE")
    spare = cleared(on, signatory=office(on.declaration, organisation=town), signer_name="Personofspare")
    published_from_stage(confirmed(recorded(spare, substitute=instead)))
    confirmed(signing(on, "confirmed"))


def test_the_public_reads_of_nobody_before_their_moment(client: Client, tmp_path: Path) -> None:
    edition = factories.edition()
    declaration = published(adopted_at_edition=edition, shows_recorded=True)
    on = ceremony(declaration)
    one_of_every_state(on)
    logged(declaration, tmp_path)
    read, named = 0, {}
    for name, address in public_addresses(declaration, edition):
        answer = client.get(address)
        body = answer.getvalue().decode("utf-8", errors="replace").casefold()
        read += answer.status_code == 200
        found = {
            state
            for state in ON_STAGE | PUBLIC | NOWHERE
            for word in (f"personof{state}", f"townof{state}", f"spareof{state}")
            if word not in KNOWN and word not in address and word in body
        }
        if found - PUBLIC:
            named[name, address] = found - PUBLIC
    # The control: the stage names who was confirmed there, and it alone.
    assert {name for name, _address in named} == STAGE
    assert set().union(*named.values()) == ON_STAGE
    assert read > 60


def test_the_search_finds_nobody_before_their_moment(client: Client) -> None:
    """What was asked for stands in the answer too, as it was typed: in small letters."""
    on = ceremony(published(shows_recorded=True))
    one_of_every_state(on)
    found = {
        name
        for state in ON_STAGE | PUBLIC | NOWHERE
        for name in (f"Personof{state}", f"Townof{state}", f"Spareof{state}")
        if name in client.get("/en/search/", {"q": name.lower()}).getvalue().decode()
    }
    # The control: who is published is found. That a city withdrew stays known; see above.
    assert found - {"Townofleft"} == {"Townofpublished", "Townofsubstitute"}


def test_once_published_they_are_named_in_page_register_files_and_log(client: Client, tmp_path: Path) -> None:
    """The control of the test above: what it reads would show them."""
    declaration = published()
    on = ceremony(declaration)
    one_of_every_state(on)
    logged(declaration, tmp_path)
    names = [
        *("declarations:ceremony", "declarations:declaration", "declarations:signatories"),
        *("declarations_machine:signatories_json", "declarations_machine:signatories_csv"),
        *("declarations_machine:signatories_jsonld", "declarations_machine:entries"),
        "declarations_machine:bundle",
    ]
    shown = {
        name: "Townofpublished" in client.get(reverse(name, args=[declaration.slug])).getvalue().decode()
        for name in names
    }
    assert shown == dict.fromkeys(names, True)


def public_addresses(declaration: Declaration, edition: Edition) -> Iterator[tuple[str, str]]:
    """Every address that no secret and no login guards, in its languages, of every signatory there is."""
    open_to_all = views().keys() - set(ELSEWHERE)
    log_ids = Signature.objects.values_list("log_id", flat=True)
    towns = [f"townof{state}" for state in ON_STAGE | PUBLIC | NOWHERE - {"spare"}]
    for address in addresses():
        if address.name not in open_to_all:
            continue
        slugs = [declaration.slug] if "declaration" in address.name else [edition.slug]
        if address.name == "archive:organisation":
            slugs = towns
        choices: dict[str, list[object]] = {
            "slug": [*slugs],
            "edition_slug": [edition.slug],
            "organisation_slug": [*towns],
            "lang": ["en", "fr"],
            "language": ["en", "fr"],
            "code": ["be"],
            "log_id": [*log_ids],
        }
        yield from _filled(address, choices)


def _filled(address: Address, choices: dict[str, list[object]]) -> Iterator[tuple[str, str]]:
    unknown = set(address.fields) - choices.keys()
    assert not unknown, f"Say here what fills {unknown} of {address.name}, or that it is of elsewhere."
    for values in product(*(choices[field] for field in address.fields)):
        given = dict(zip(address.fields, values, strict=True))
        if address.has_language:
            for language in ("en", "fr", "nl"):
                path = address.path(given, language)
                yield address.name, path
        else:
            yield address.name, address.path(given, "en")
