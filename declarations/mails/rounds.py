"""Mails of a campaign: what reminds an office of its invitation."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from declarations.actions import new_link, works_until
from declarations.models import Invitation, Signature
from efus_conference.mail import Letter, composes, site_address
from efus_conference.models import Mail


@composes("declarations/reminder")
def reminder(*, invitation_id: int, number: int) -> Iterator[Letter]:
    """The reminder of this number, with a fresh link: an earlier one works until this is sent, and not after."""
    ids = {"invitation_id": invitation_id, "number": number}
    open_one = (
        Invitation.objects.usable()
        .filter(pk=invitation_id, reminders=number)
        .select_related("signatory__declaration", "signatory__organisation", "mailbox")
        .first()
    )
    # A job that is run again after its mail went out must not make the link in that mail useless.
    if open_one is None or Mail.objects.filter(kind="declarations/reminder", subject_ids=ids).exists():
        return
    token = new_link(invitation=open_one, is_to_be_mailed=True)
    signatory = open_one.signatory
    yield Letter(
        to=open_one.mailbox.email,
        language=open_one.language,
        context={
            "link": site_address(reverse("declarations_machine:sign", args=[token])),
            "signatory": signatory,
            "declaration": signatory.declaration,
            "is_asked": signatory.signatures.filter(state=Signature.State.NEEDS_INFORMATION).exists(),
            "has_begun": signatory.signatures.filter(state=Signature.State.NEW).exists(),
            "until": signatory.declaration.signatures_until,
            "expires_at": works_until(open_one),
        },
        secrets=(token,),
    )
