"""What the register of signatures keeps of an organiser's account: see `efus_conference.personal`.

An office that signs has no account; its mandate is public with the signature.
"""

from __future__ import annotations

from declarations.models import Actor, Invitation, Mailbox, SignatureEvent
from efus_conference.models import User
from efus_conference.personal import Data, moment


def data_of(user: User) -> Data:
    """What they did as an officer, without the addresses and names of the offices."""
    actor = Actor.objects.filter(user=user).first()
    if actor is None:
        return {"pseudonym": None, "signatures": [], "invitations": [], "mailboxes": []}
    return {
        "pseudonym": actor.pk,
        "signatures": [
            {
                "at": moment(event.at),
                "what": event.kind,
                "declaration": event.signature.signatory.declaration.slug,
                "organisation": str(event.signature.signatory.organisation),
                "note": event.note,
            }
            for event in SignatureEvent.objects.filter(actor=actor)
            .select_related("signature__signatory__declaration", "signature__signatory__organisation")
            .order_by("at", "pk")
        ],
        "invitations": [
            {
                "made_at": moment(row.made_at),
                "declaration": row.signatory.declaration.slug,
                "organisation": str(row.signatory.organisation),
            }
            for row in Invitation.objects.filter(sent_by=actor)
            .select_related("signatory__declaration", "signatory__organisation")
            .order_by("made_at", "pk")
        ],
        "mailboxes": [
            {
                "set_at": moment(row.set_at if row.set_by_id == actor.pk else row.confirmed_at),
                "what": "set" if row.set_by_id == actor.pk else "confirmed",
                "organisation": str(row.signatory.organisation),
            }
            for row in (Mailbox.objects.filter(set_by=actor) | Mailbox.objects.filter(confirmed_by=actor))
            .select_related("signatory__organisation")
            .order_by("set_at", "pk")
        ],
    }
