"""Mails on an office's way from the link to the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from declarations.actions import new_link, works_until
from declarations.mailbox_codes import new_digits
from declarations.models import Invitation, MailboxCode
from efus_conference.mail import Letter, composes, site_address
from efus_conference.models import Mail


@composes("declarations/invitation")
def invitation(*, invitation_id: int) -> Iterator[Letter]:
    """The link to sign. Composing makes the secret, so nothing is composed once the link was handed over."""
    yield from with_link("declarations/invitation", invitation_id, {"invitation_id": invitation_id}, {})


@composes("declarations/code", is_urgent=True)
def code(*, code_id: int) -> Iterator[Letter]:
    """Six digits to the mailbox. Composing makes them, so none are made anew once they were mailed.

    Nothing is sent when the code is over before its mail is: nobody waits for it any more.
    """
    ids = {"code_id": code_id}
    asked = (
        MailboxCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=timezone.now())
        .select_related("mailbox__signatory__declaration", "mailbox__signatory__organisation")
        .first()
    )
    if asked is None or Mail.objects.filter(kind="declarations/code", subject_ids=ids).exists():
        return
    digits = new_digits(asked)
    signatory = asked.mailbox.signatory
    yield Letter(
        to=asked.mailbox.email,
        language=asked.language,
        context={
            "code": digits,
            "is_to_withdraw": asked.purpose == MailboxCode.Purpose.WITHDRAW,
            "expires_at": timezone.localtime(asked.expires_at),
            "signatory": signatory,
            "declaration": signatory.declaration,
        },
        secrets=(digits,),
    )


@composes("declarations/declined")
def declined(*, invitation_id: int) -> Iterator[Letter]:
    """That the office does not sign, and how it still can: somebody else may have said so."""
    asked = (
        Invitation.objects.exclude(declined_at=None)
        .filter(pk=invitation_id)
        .select_related("signatory__declaration", "signatory__organisation", "mailbox")
        .first()
    )
    if asked is not None:
        yield Letter(
            to=asked.mailbox.email,
            language=asked.language,
            context={
                "reason": asked.decline_reason,
                "signatory": asked.signatory,
                "declaration": asked.signatory.declaration,
            },
        )


def with_link(
    kind: str, invitation_id: int, ids: dict[str, int], context: dict[str, Any]
) -> Iterator[Letter]:
    """A letter with a fresh link of an invitation that is open and was not sent yet; `ids` are the job's."""
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
            "expires_at": works_until(sent),
        },
        secrets=(token,),
    )
    Invitation.objects.filter(pk=invitation_id).update(sent_at=timezone.now())
