"""Runs inside the site: makes registers, campaigns and offices, and says what became of them. Prints JSON."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any

from django.db import transaction
from django.utils import timezone

from declarations.actions import (
    begin_round,
    new_link,
    propose_freezing,
    publish_declaration,
    set_mailbox,
)
from declarations.actions.actors import actor_of_person
from declarations.actions.invitations import make_invitation
from declarations.models import (
    Declaration,
    Evidence,
    Invitation,
    InvitationRun,
    Mandate,
    Signatory,
    Signature,
    SignatureEvent,
    TextVersion,
)
from efus_conference.models import Mail, Organisation, User

COUNTRIES = ("FR", "DE", "IT", "ES", "BE", "PL", "PT", "NL", "LV", "GR")
TEXT = "# A text to measure with\n\n1. Cities measure what they promise.\n2. They say what it took.\n"
PATIENCE = 240  # seconds until a round has come so far


def officer(name: str) -> User:
    return User.objects.get_or_create(
        email=f"{name}@bench.example", defaults={"name": name, "is_staff": True}
    )[0]


def declaration_of(name: str, **fields: Any) -> Declaration:
    declaration = Declaration.objects.create(
        slug=f"bench-{name}",
        title=f"Declaration of the {name}",
        title_fr=f"Declaration of the {name} (fr)",
        is_open_to_signatures=True,
        **fields,
    )
    for language, status in (("en", "authentic"), ("fr", "translation")):
        TextVersion.objects.create(declaration=declaration, language=language, status=status, body=TEXT)
    propose_freezing(declaration=declaration, by=officer("first"))
    return publish_declaration(declaration=declaration, by=officer("second"))


def signatories_of(declaration: Declaration, count: int) -> list[Signatory]:
    organisations = Organisation.objects.bulk_create(
        Organisation(
            slug=f"{declaration.slug}-{number}",
            name=f"City {number} of {declaration.slug}",
            kind="city",
            country=COUNTRIES[number % len(COUNTRIES)],
            latitude=38 + number % 180 / 10,
            longitude=-8 + number % 330 / 10,
        )
        for number in range(count)
    )
    return Signatory.objects.bulk_create(
        Signatory(declaration=declaration, organisation=organisation) for organisation in organisations
    )


@transaction.atomic
def register(count: int) -> dict[str, Any]:
    """A declaration that so many signed, every signature verified by somebody else."""
    declaration = declaration_of("register")
    today = timezone.localdate()
    signatories = signatories_of(declaration, count)
    signatures = Signature.objects.bulk_create(
        Signature(
            signatory=signatory,
            signer_name=f"Signer {number}",
            signer_office="Mayor",
            signed_on=today,
            language="en",
            text_hash=declaration.text_hash,
        )
        for number, signatory in enumerate(signatories)
    )
    Mandate.objects.bulk_create(Mandate(signature=row, basis="own_competence") for row in signatures)
    Evidence.objects.bulk_create(
        Evidence(
            signature=row,
            file="none",
            name="page.pdf",
            content_type="application/pdf",
            size=1,
            sha256="0" * 64,
        )
        for row in signatures
    )
    # The database asks of each what it asks of any other.
    for kind, name in (("submitted", "first"), ("verified", "second")):
        actor = actor_of_person(officer(name))
        SignatureEvent.objects.bulk_create(
            SignatureEvent(signature=row, kind=kind, actor=actor) for row in signatures
        )
    return {"slug": declaration.slug, "signatory": signatories[0].organisation.slug}


@transaction.atomic
def with_mailboxes(declaration: Declaration, count: int) -> list[Signatory]:
    signatories = signatories_of(declaration, count)
    for number, signatory in enumerate(signatories):
        set_mailbox(signatory=signatory, email=_mailbox(declaration, number), by=officer("first"))
    return signatories


def _mailbox(declaration: Declaration, number: int) -> str:
    return f"office.{number}@{declaration.slug}.example"


def campaign(count: int) -> dict[str, Any]:
    """A round of invitations that waits for the worker."""
    declaration = declaration_of("campaign")
    signatories = with_mailboxes(declaration, count)
    run = begin_round(
        declaration=declaration,
        what=InvitationRun.What.INVITE,
        signatory_ids=[row.pk for row in signatories],
        by=officer("first"),
    )
    return {"run": str(run.pk)}


def invited(count: int) -> dict[str, Any]:
    """Waits until so many are invited; how many are, and how many mails went."""
    return _wait(lambda told: told["invited"] >= count)


def mailed(count: int) -> dict[str, Any]:
    """Waits until so many mails of the campaign went, or until no more come."""
    return _wait(lambda told: told["mailed"] >= count)


def _wait(is_there: Any) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while True:
        run = InvitationRun.objects.get(declaration__slug="bench-campaign")
        told = {
            "invited": len(run.done),
            "refused": len(run.refused),
            "is_finished": run.finished_at is not None,
            "mailed": _mails().values("to").distinct().count(),
        }
        if is_there(told) or time.monotonic() > deadline:
            return told
        time.sleep(0.05)


def _mails() -> Any:
    return Mail.objects.filter(kind="declarations/invitation", to__endswith="@bench-campaign.example")


def campaign_outcome() -> dict[str, Any]:
    """How many invitations each office has, and how many mails each mailbox got: by count, how many have so many."""
    rows = Signatory.objects.filter(declaration__slug="bench-campaign")
    invitations = Counter(
        Invitation.objects.filter(signatory__in=rows).values_list("signatory_id", flat=True)
    )
    mails = Counter(_mails().values_list("to", flat=True))
    return {
        "offices": rows.count(),
        "invitations": dict(Counter(invitations.values())),
        "mails": dict(Counter(mails.values())),
        "usable": Invitation.objects.filter(signatory__in=rows).usable().exclude(token_hash=None).count(),
    }


@transaction.atomic
def offices(count: int) -> dict[str, Any]:
    """Offices with a link each, as if the invitation had come; the register shows what they record at once."""
    declaration = declaration_of("offices", shows_recorded=True)
    made = []
    for number, signatory in enumerate(with_mailboxes(declaration, count)):
        invitation = make_invitation(
            signatory=signatory, language="en", sender=actor_of_person(officer("first"))
        )
        made.append(
            {
                "token": new_link(invitation=invitation),
                "mailbox": _mailbox(declaration, number),
                "signatory": signatory.pk,
            }
        )
    return {"slug": declaration.slug, "today": timezone.localdate().isoformat(), "offices": made}


def offices_outcome() -> dict[str, Any]:
    """Of each signature: signatory, state, who signed, its pieces of evidence and its events."""
    rows = Signature.objects.filter(signatory__declaration__slug="bench-offices")
    return {
        "signatures": [
            [
                row.signatory_id,
                row.state,
                row.signer_name,
                row.receipt_code,
                row.evidence.count(),
                row.events.count(),
            ]
            for row in rows.prefetch_related("evidence", "events")
        ],
        "unused": Invitation.objects.filter(
            signatory__declaration__slug="bench-offices", used_at=None
        ).count(),
    }


def main() -> None:
    what, *arguments = sys.argv[1:]
    with_count: dict[str, Any] = {
        "register": register,
        "campaign": campaign,
        "invited": invited,
        "mailed": mailed,
        "offices": offices,
    }
    without: dict[str, Any] = {"campaign_outcome": campaign_outcome, "offices_outcome": offices_outcome}
    told = with_count[what](int(arguments[0])) if arguments else without[what]()
    json.dump(told, sys.stdout)
