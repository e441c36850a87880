"""What organisers decide on a recorded signature. Who may is the database's to say: `declarations/triggers/`.

`seen` is the id of the last event that was on the page the decision was made from (`last_event`): where another
one happened since, ChangedSince is raised, and nothing is decided on a record nobody read.
"""

from __future__ import annotations

from django.db import transaction

from declarations.actions.actors import actor_of_person
from declarations.actions.invitations import lock_signatory, make_invitation
from declarations.actions.refusals import ChangedSince, NoteMissing, RefusedByRegister, explained
from declarations.models import Signature, SignatureEvent
from efus_conference.mail import queue
from efus_conference.models import User


def last_event(signature: Signature) -> int:
    """The id of what happened last to a signature; 0 where nothing did."""
    return signature.events.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def take_under_review(
    *, signature: Signature, by: User, seen: int | None = None, note: str = ""
) -> Signature:
    """Says to the others that somebody reads this one; whoever takes it need not be who decides."""
    _happen(signature, SignatureEvent.Kind.UNDER_REVIEW, by, note, seen)
    return signature


@transaction.atomic
def verify(*, signature: Signature, by: User, note: str = "", seen: int | None = None) -> Signature:
    """The evidence was checked by someone with no part in it; the signature becomes public.

    What was confirmed on stage is published by `declarations.actions.stage_publishing` alone.
    """
    signature.refresh_from_db(fields=["state"])
    if signature.state == Signature.State.CONFIRMED:
        raise RefusedByRegister("confirmed_on_stage_first")
    event = _happen(signature, SignatureEvent.Kind.VERIFIED, by, note, seen)
    if signature.signatory.registered_mailbox():
        queue("declarations/verified", event_id=event.pk)
    return signature


@transaction.atomic
def refuse(*, signature: Signature, by: User, note: str, seen: int | None = None) -> Signature:
    """The evidence does not show a signature; the office reads the note and may be invited again."""
    _require(note)
    event = _happen(signature, SignatureEvent.Kind.REFUSED, by, note, seen)
    if signature.signatory.registered_mailbox():
        queue("declarations/refused", event_id=event.pk)
    return signature


@transaction.atomic
def ask_for_information(*, signature: Signature, by: User, note: str, seen: int | None = None) -> Signature:
    """Gives the record back to its office to mend, with a new link where the office has a mailbox."""
    _require(note)
    event = _happen(signature, SignatureEvent.Kind.NEEDS_INFORMATION, by, note, seen)
    signatory = signature.signatory
    if signatory.registered_mailbox() and signatory.declaration.takes_signatures:
        # The link is sent on behalf of who invited, or recorded, before: who asks may still verify.
        if signature.invitation:
            sender, language = signature.invitation.sent_by, signature.invitation.language
        else:
            recorded = signature.events.filter(kind=SignatureEvent.Kind.SUBMITTED).latest("at")
            sender, language = recorded.actor, "en"
        invitation = make_invitation(
            signatory=signatory, language=language, sender=sender, replaces=signature.replaces
        )
        queue("declarations/information", event_id=event.pk, invitation_id=invitation.pk)
    return signature


def _require(note: str) -> None:
    if not note.strip():
        raise NoteMissing


def _happen(signature: Signature, kind: str, by: User, note: str, seen: int | None = None) -> SignatureEvent:
    # Locked as the event's own trigger does, the signatory first: between the comparison and the event nothing
    # else happens.
    lock_signatory(signature.signatory_id)
    if seen is not None and last_event(signature) != seen:
        signature.refresh_from_db()
        raise ChangedSince
    with explained():
        event = SignatureEvent.objects.create(
            signature=signature, kind=kind, actor=actor_of_person(by), note=note
        )
    signature.refresh_from_db()
    return event
