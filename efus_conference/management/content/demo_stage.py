"""The demonstration's ceremony: three who are to sign on stage, two of them cleared, so that it can be rehearsed."""

from __future__ import annotations

from declarations.actions import Signer, clear_signer, enter_signer
from declarations.models import Ceremony, Declaration, Signatory
from efus_conference.management.content.demo_accounts import Accounts
from efus_conference.management.content.files import record
from efus_conference.management.content.ledger import Ledger

UNDO_SECONDS = 30  # a rehearsal does not wait long


def load_demo_ceremony(ledger: Ledger, accounts: Accounts) -> None:
    """Set up once, and left alone from then on; not opened: that is for whoever rehearses it."""
    item = record("demo/declaration")
    key = f"{item['key']}/ceremony"
    declaration = ledger.row(item["key"], Declaration)
    first, second = accounts.get("officer"), accounts.get("second_officer")
    if declaration is None or not declaration.is_published or not first or not second or ledger.knows(key):
        return
    ceremony, is_new = Ceremony.objects.get_or_create(
        declaration=declaration, defaults={"undo_seconds": UNDO_SECONDS}
    )
    ledger.note(key, ceremony)
    for entry in item["signatories"] if is_new else []:
        signatory = ledger.row(entry["key"], Signatory)
        given = entry.get("on_stage")
        if given is None or signatory is None or signatory.signatures.active().exists():
            continue
        signing = enter_signer(
            ceremony=ceremony,
            signatory=signatory,
            signer=Signer(**given["signer"]),
            precedence=given["precedence"],
            by=first,
        )
        if given["is_cleared"]:
            clear_signer(signing=signing, by=second, seen=signing.version)
