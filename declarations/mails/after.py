"""Mails after the receipt: what became of a signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse

from declarations.mails.way import with_link
from declarations.models import Signature, SignatureEvent
from efus_conference.mail import Letter, composes, site_address


@composes("declarations/information")
def information(*, event_id: int, invitation_id: int) -> Iterator[Letter]:
    """What an organiser still needs to know, with a link to the record."""
    event = SignatureEvent.objects.get(pk=event_id)
    ids = {"event_id": event_id, "invitation_id": invitation_id}
    yield from with_link("declarations/information", invitation_id, ids, {"note": event.note})


@composes("declarations/receipt")
def receipt(*, signature_id: int) -> list[Letter]:
    return _about(Signature.objects.get(pk=signature_id), {})


@composes("declarations/verified")
def verified(*, event_id: int) -> list[Letter]:
    return _about(SignatureEvent.objects.get(pk=event_id).signature, {})


@composes("declarations/refused")
def refused(*, event_id: int) -> list[Letter]:
    event = SignatureEvent.objects.get(pk=event_id)
    return _about(event.signature, {"note": event.note})


def _about(signature: Signature, context: dict[str, Any]) -> list[Letter]:
    mailbox = signature.signatory.registered_mailbox()
    if mailbox is None:
        return []
    language = signature.invitation.language if signature.invitation else settings.LANGUAGE_CODE
    receipt_path = reverse("declarations_machine:receipt", args=[signature.receipt_code])
    declaration = signature.signatory.declaration
    return [
        Letter(
            to=mailbox.email,
            language=language,
            context={
                **context,
                "signature": signature,
                "signatory": signature.signatory,
                "declaration": declaration,
                "receipt_link": site_address(receipt_path),
                "receipt_code": signature.receipt_code,
            },
            secrets=(signature.receipt_code,),
        )
    ]
