"""An office that does not sign says so, and why."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from declarations.actions.recording import draft_of, usable
from declarations.actions.refusals import LinkNotUsable, ReasonMissing
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Invitation, Signature
from efus_conference.mail import queue


@transaction.atomic
def decline_invitation(*, invitation: Invitation, reason: str, language: str = "") -> Invitation:
    """Ends the link; the office may ask for a new one and sign after all.

    `language` is the one the office worked in. ReasonMissing without a reason; LinkNotUsable also for who recorded
    a signature already and is only asked about it, or mends it: that one is withdrawn instead.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    invitation = usable(invitation)
    draft = draft_of(invitation)
    if invitation.replaces_id is not None or (draft is not None and draft.state != Signature.State.NEW):
        raise LinkNotUsable
    invitation.declined_at = timezone.now()
    invitation.decline_reason = reason
    if language in dict(OFFICE_LANGUAGES):
        invitation.language = language
    invitation.save(update_fields=["declined_at", "decline_reason", "language"])
    queue("declarations/declined", invitation_id=invitation.pk)
    return invitation
