from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from declarations.actions import new_link
from declarations.models import Invitation, Signature, SignatureEvent
from efus_conference.mail import Letter, composes, site_address
from efus_conference.models import Mail


@composes("declarations/invitation")
def invitation(*, invitation_id: int) -> Iterator[Letter]:
    """The link to sign. Composing makes the secret, so nothing is composed once the link was handed over."""
    yield from _with_link("declarations/invitation", invitation_id, {"invitation_id": invitation_id}, {})


@composes("declarations/information")
def information(*, event_id: int, invitation_id: int) -> Iterator[Letter]:
    """What an organiser still needs to know, with a link to the record."""
    event = SignatureEvent.objects.get(pk=event_id)
    ids = {"event_id": event_id, "invitation_id": invitation_id}
    yield from _with_link("declarations/information", invitation_id, ids, {"note": event.note})


def _with_link(
    kind: str, invitation_id: int, ids: dict[str, int], context: dict[str, Any]
) -> Iterator[Letter]:
    sent = (
        Invitation.objects.usable()
        .filter(pk=invitation_id, sent_at=None)
        .select_related("signatory__declaration", "signatory__organisation", "mailbox")
        .first()
    )
    # A job that is run again after its mail went out must not make the link in that mail useless.
    if sent is None or Mail.objects.filter(kind=kind, subject_ids=ids).exists():
        return
    token = new_link(invitation=sent, is_to_be_mailed=True)
    yield Letter(
        to=sent.mailbox.email,
        language=sent.language,
        context={
            **context,
            "link": site_address(reverse("declarations_machine:sign", args=[token])),
            "signatory": sent.signatory,
            "declaration": sent.signatory.declaration,
            "expires_at": sent.expires_at,
        },
        secrets=(token,),
    )
    Invitation.objects.filter(pk=invitation_id).update(sent_at=timezone.now())


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
