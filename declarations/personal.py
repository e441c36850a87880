"""What the register of signatures keeps of an organiser's account: see `efus_conference.personal`.

An office that signs has no account; its mandate is public with the signature.
"""

from __future__ import annotations

from declarations.models import (
    Actor,
    Declaration,
    Invitation,
    InvitationRun,
    Mailbox,
    Signatory,
    SignatureEvent,
    StageEvent,
    Withdrawal,
)
from efus_conference.models import User
from efus_conference.personal import Data, moment


def data_of(user: User) -> Data:
    """What they did as an officer, without the addresses and names of the offices."""
    actor = Actor.objects.filter(user=user).first()
    if actor is None:
        return {
            "pseudonym": None,
            "signatures": [],
            "invitations": [],
            "mailboxes": [],
            "texts": [],
            "names": [],
            "rounds": [],
            "withdrawals": [],
            "stage": [],
        }
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
        "texts": [
            {
                "at": moment(at),
                "what": what,
                "declaration": row.slug,
            }
            for row in (
                Declaration.objects.filter(proposed_by=actor) | Declaration.objects.filter(published_by=actor)
            )
            .distinct()
            .order_by("pk")
            for what, by, at in (
                ("proposed", row.proposed_by_id, row.proposed_at),
                ("published", row.published_by_id, row.published_at),
            )
            if by == actor.pk
        ],
        "names": [
            {
                "at": moment(row.name_checked_at),
                "declaration": row.declaration.slug,
                "organisation": str(row.organisation),
            }
            for row in Signatory.objects.filter(name_checked_by=actor)
            .select_related("declaration", "organisation")
            .order_by("name_checked_at", "pk")
        ],
        "rounds": [
            {
                "started_at": moment(row.started_at),
                "what": row.what,
                "declaration": row.declaration.slug,
                "offices": row.in_all,
            }
            for row in InvitationRun.objects.filter(by=actor)
            .select_related("declaration")
            .order_by("started_at", "pk")
        ],
        "withdrawals": [
            {
                "at": moment(row.entered_at if row.entered_by_id == actor.pk else row.decided_at),
                "what": "entered" if row.entered_by_id == actor.pk else row.outcome,
                "declaration": row.signature.signatory.declaration.slug,
                "organisation": str(row.signature.signatory.organisation),
            }
            for row in (
                Withdrawal.objects.filter(entered_by=actor) | Withdrawal.objects.filter(decided_by=actor)
            )
            .select_related("signature__signatory__declaration", "signature__signatory__organisation")
            .order_by("entered_at", "pk")
        ],
        "stage": [
            {
                "at": moment(event.at),
                "what": event.kind,
                "declaration": event.signing.ceremony.declaration.slug,
                "organisation": str(event.signing.signatory.organisation),
            }
            for event in StageEvent.objects.filter(actor=actor)
            .select_related("signing__ceremony__declaration", "signing__signatory__organisation")
            .order_by("at", "pk")
        ],
    }
