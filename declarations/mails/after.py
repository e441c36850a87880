"""Mails after the receipt: what became of a signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from declarations.mails.way import with_link
from declarations.models import Signature, SignatureEvent, StageSigning, Withdrawal
from efus_conference.mail import Letter, composes, site_address


@composes("declarations/information")
def information(*, event_id: int, invitation_id: int) -> Iterator[Letter]:
    """What an organiser still needs to know, with a link to the record."""
    event = SignatureEvent.objects.get(pk=event_id)
    ids = {"event_id": event_id, "invitation_id": invitation_id}
    yield from with_link("declarations/information", invitation_id, ids, {"note": event.note})


@composes("declarations/receipt")
def receipt(*, signature_id: int) -> list[Letter]:
    signature = Signature.objects.get(pk=signature_id)
    # It tells who signed, and nobody but its office would still know.
    return _about(signature, {}) if signature.person_erased_at is None else []


@composes("declarations/verified")
def verified(*, event_id: int) -> list[Letter]:
    """It stands in the register; where it took the place of another record, that it did."""
    return _about(SignatureEvent.objects.get(pk=event_id).signature, {})


@composes("declarations/refused")
def refused(*, event_id: int) -> list[Letter]:
    event = SignatureEvent.objects.get(pk=event_id)
    return _about(event.signature, {"note": event.note})


@composes("declarations/withdrawal_asked")
def withdrawal_asked(*, withdrawal_id: int) -> list[Letter]:
    """To the mailbox, whoever entered the wish: an office that never had it hears of it in time."""
    withdrawal = Withdrawal.objects.get(pk=withdrawal_id)
    context = {"reason": withdrawal.reason, "is_from_paper": withdrawal.is_from_paper}
    return _about(withdrawal.signature, context) if not withdrawal.outcome else []


@composes("declarations/withdrawn")
def withdrawn(*, event_id: int) -> list[Letter]:
    event = SignatureEvent.objects.get(pk=event_id)
    return _about(event.signature, {"note": event.note})


@composes("declarations/withdrawal_dropped")
def withdrawal_dropped(*, withdrawal_id: int) -> list[Letter]:
    """The signature stays: an officer said why, or the office took its wish back itself."""
    withdrawal = Withdrawal.objects.get(pk=withdrawal_id)
    return _about(withdrawal.signature, {"note": withdrawal.note})


def _about(signature: Signature, context: dict[str, Any]) -> list[Letter]:
    signatory = signature.signatory
    mailbox = signatory.registered_mailbox()
    if mailbox is None:
        return []
    receipt_path = reverse("declarations_machine:receipt", args=[signature.receipt_code])
    return [
        Letter(
            to=mailbox.email,
            language=signature.invitation.language if signature.invitation else signatory.language,
            context={
                **context,
                "signature": signature,
                "is_from_stage": StageSigning.objects.filter(signature=signature).exists(),
                "signatory": signatory,
                "declaration": signatory.declaration,
                "receipt_link": site_address(receipt_path),
                "receipt_code": signature.receipt_code,
            },
            secrets=(signature.receipt_code,),
        )
    ]
