"""The demonstration declaration and its invented signatures, recorded and verified as on the site."""

from __future__ import annotations

import io
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from declarations.actions import (
    Answers,
    SentFile,
    be_informed,
    invite,
    new_link,
    open_invitation,
    propose_freezing,
    publish_declaration,
    record_signature,
    set_mailbox,
    submit_signature,
    verify,
)
from declarations.models import Declaration, Evidence, Invitation, Signatory, Signature, TextVersion
from efus_conference.mail import site_address
from efus_conference.management.content.demo_accounts import Accounts, has_link_of
from efus_conference.management.content.files import Record, record, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation
from efus_conference.uploads import check_document


def load_demo_declaration(ledger: Ledger) -> None:
    """The invented text, not frozen yet: that takes two people; with its signatories."""
    item = record("demo/declaration")
    edition = ledger.row(item["edition"], Edition)
    is_new = not ledger.knows(item["key"])
    declaration = ledger.put(
        item["key"],
        Declaration,
        {
            "kind": item["kind"],
            **translated("title", item["title"]),
            "adopted_at_edition": edition,
            **translated("occasion", item["occasion"]),
            **translated("summary", item["summary"]),
        },
        natural={"slug": item["slug"]},
        once={"is_demonstration": True, "is_open_to_signatures": True, "shows_recorded": True},
        needs=[edition],
    )
    if declaration is not None and is_new and not declaration.is_published:
        TextVersion.objects.bulk_create(
            TextVersion(declaration=declaration, **text) for text in item["texts"]
        )
    for entry in item["signatories"]:
        organisation = ledger.row(entry["organisation"], Organisation)
        ledger.put(
            entry["key"],
            Signatory,
            {"order": entry["order"]},
            natural={"declaration": declaration, "organisation": organisation},
            needs=[declaration, organisation],
        )


def load_demo_signatures(ledger: Ledger, accounts: Accounts) -> None:
    """The text frozen, invitations, signatures and verifications by the two officers, each once."""
    declaration = ledger.row(record("demo/declaration")["key"], Declaration)
    first, second = accounts.get("officer"), accounts.get("second_officer")
    if declaration is not None and not declaration.is_published and first and second:
        propose_freezing(declaration=declaration, by=first)
        publish_declaration(declaration=declaration, by=second)
    for entry in record("demo/declaration")["signatories"]:
        key = f"{entry['key']}/invitation"
        signatory = ledger.row(entry["key"], Signatory)
        officer = accounts.get(entry["invited_by"])
        if signatory is None or officer is None or ledger.knows(key):
            continue
        set_mailbox(signatory=signatory, email=entry["mailbox"], by=officer)
        invitation = invite(signatory=signatory, language=entry["language"], by=officer)
        ledger.note(key, invitation)
        if "signature" in entry:
            _sign(invitation, entry, accounts)


def office_link(ledger: Ledger, accounts: Accounts) -> str | None:
    """The address of a fresh invitation for the office one plays oneself.

    None once the office has signed, and where the file holds a link: a new one would make it useless.
    """
    entry = next(entry for entry in record("demo/declaration")["signatories"] if entry["state"] == "office")
    if has_link_of("office") and not ledger.was_made(f"{entry['key']}/invitation"):
        return None
    signatory = ledger.row(entry["key"], Signatory)
    officer = accounts.get(entry["invited_by"])
    if signatory is None or officer is None or signatory.signatures.active().exists():
        return None
    invitation = signatory.invitations.usable().first() or invite(
        signatory=signatory, language=entry["language"], by=officer
    )
    return site_address(reverse("declarations_machine:sign", args=[new_link(invitation=invitation)]))


def _sign(invitation: Invitation, entry: Record, accounts: Accounts) -> Signature:
    given = entry["signature"]
    mandate = given["mandate"]
    today = timezone.localdate()
    decided_ago = mandate.get("decided_days_ago")
    answers = Answers(
        signer_name=given["signer_name"],
        signer_office=given["signer_office"],
        signed_on=today - timedelta(days=given["signed_days_ago"]),
        basis=mandate["basis"],
        body=mandate.get("body", ""),
        decided_on=None if decided_ago is None else today - timedelta(days=decided_ago),
        reference=mandate.get("reference", ""),
    )
    open_invitation(invitation=invitation, language="en")
    record_signature(
        invitation=invitation, answers=answers, files={Evidence.Kind.SIGNED_PAGE: _signed_page(answers)}
    )
    signature = be_informed(invitation=invitation)
    signature = submit_signature(signature=signature, invitation=invitation)
    if verifier := accounts.get(given.get("verified_by", "")):
        verify(signature=signature, by=verifier)
    return signature


def _signed_page(answers: Answers) -> SentFile:
    """A picture of a page that nobody signed, and says so."""
    page = Image.new("L", (620, 877), 255)
    drawing = ImageDraw.Draw(page)
    large, small = ImageFont.load_default(28), ImageFont.load_default(17)
    drawing.text((60, 80), "Demonstration - an invented page", font=large, fill=0)
    drawing.text((60, 150), "Nobody has signed it. It stands in for the scan of a", font=small, fill=0)
    drawing.text((60, 175), "signed page, so that verification can be tried.", font=small, fill=0)
    drawing.text((60, 675), answers.signed_on.isoformat(), font=small, fill=0)
    drawing.line([(310, 740), (345, 700), (370, 750), (410, 690), (450, 745), (540, 715)], fill=0, width=3)
    drawing.line([(300, 765), (555, 765)], fill=0)
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    upload = SimpleUploadedFile("signed-page.png", buffer.getvalue(), "image/png")
    return SentFile(name="signed-page.png", document=check_document(upload))
