"""Taking a signature back: its office wishes it, an officer carries it out, and its history stays."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from declarations.actions.actors import actor_of_invitation, actor_of_person
from declarations.actions.invitations import lock_signatory, revoke_open_links
from declarations.actions.refusals import (
    CannotWithdraw,
    NoInvitation,
    NoteMissing,
    NothingToWithdraw,
    explained,
)
from declarations.models import (
    Actor,
    Invitation,
    MailboxCode,
    Signature,
    SignatureEvent,
    Withdrawal,
)
from declarations.triggers import TRANSITIONS
from efus_conference.mail import queue
from efus_conference.models import User

WITHDRAWABLE = [state for state, nexts in TRANSITIONS.items() if "withdrawn" in nexts]


def can_be_withdrawn(signature: Signature) -> bool:
    """Whether it still counts or may come to count: a draft, and what is over, cannot be withdrawn."""
    return signature.state in WITHDRAWABLE


def invitation_of(signature: Signature) -> Invitation | None:
    """The invitation in whose name its office acts on a signature: that of the record, else the latest it got."""
    return signature.invitation or signature.signatory.invitations.order_by("-pk").first()


@transaction.atomic
def ask_for_withdrawal(*, signature: Signature, code: MailboxCode, reason: str) -> Withdrawal:
    """The office wishes to take its signature back; `code` is the proof that it reads its mailbox.

    NoInvitation where the office was never invited: what came on paper is taken back on paper.
    """
    invitation = invitation_of(signature)
    if invitation is None:
        raise NoInvitation
    return _enter(signature, reason, actor_of_invitation(invitation), code)


@transaction.atomic
def enter_withdrawal(*, signature: Signature, by: User, reason: str) -> Withdrawal:
    """An officer enters what its office asked for on paper; another one carries it out."""
    return _enter(signature, reason, actor_of_person(by), None)


@transaction.atomic
def withdraw(*, signature: Signature, by: User, note: str) -> Signature:
    """Takes a signature back at its office's wish, which stands as an open `Withdrawal`; its history stays."""
    _require(note)
    _locked(signature)
    with explained():
        event = SignatureEvent.objects.create(
            signature=signature, kind=SignatureEvent.Kind.WITHDRAWN, actor=actor_of_person(by), note=note
        )
    signature.refresh_from_db()
    # A link with which it was to be mended would mend what is over.
    revoke_open_links(signature.signatory)
    _tell("declarations/withdrawn", signature, event_id=event.pk)
    return signature


@transaction.atomic
def drop_withdrawal(*, withdrawal: Withdrawal, by: User, note: str) -> Withdrawal:
    """An officer decides that the signature stays; the office reads why."""
    _require(note)
    return _drop(withdrawal, actor_of_person(by), note)


@transaction.atomic
def take_back_withdrawal(*, withdrawal: Withdrawal, code: MailboxCode) -> Withdrawal:
    """The office takes its wish back before it was carried out; `code` proves that it reads its mailbox."""
    invitation = invitation_of(withdrawal.signature)
    is_proof = code.purpose == MailboxCode.Purpose.WITHDRAW and code.used_at is not None
    if invitation is None or not is_proof or code.mailbox.signatory_id != withdrawal.signature.signatory_id:
        raise NothingToWithdraw
    return _drop(withdrawal, actor_of_invitation(invitation), "")


def _enter(signature: Signature, reason: str, actor: Actor, code: MailboxCode | None) -> Withdrawal:
    _require(reason)
    _locked(signature)
    if not can_be_withdrawn(signature):
        raise CannotWithdraw
    with explained():
        withdrawal = Withdrawal.objects.create(
            signature=signature, reason=reason, entered_by=actor, code=code
        )
    # Also of what was entered from paper: an office that never asked for it hears of it in time.
    _tell("declarations/withdrawal_asked", signature, withdrawal_id=withdrawal.pk)
    return withdrawal


def _drop(withdrawal: Withdrawal, actor: Actor, note: str) -> Withdrawal:
    _locked(withdrawal.signature)
    withdrawal.refresh_from_db()
    if withdrawal.outcome:
        raise NothingToWithdraw
    withdrawal.outcome = Withdrawal.Outcome.DROPPED
    withdrawal.decided_by = actor
    withdrawal.decided_at = timezone.now()
    withdrawal.note = note
    with explained():
        withdrawal.save(update_fields=["outcome", "decided_by", "decided_at", "note"])
    _tell("declarations/withdrawal_dropped", withdrawal.signature, withdrawal_id=withdrawal.pk)
    return withdrawal


def _locked(signature: Signature) -> None:
    """Whatever happens to a signatory's signatures follows one after the other: the lock of the event's trigger."""
    lock_signatory(signature.signatory_id)
    signature.refresh_from_db()


def _require(words: str) -> None:
    if not words.strip():
        raise NoteMissing


def _tell(kind: str, signature: Signature, **ids: int) -> None:
    if signature.signatory.registered_mailbox():
        queue(kind, **ids)
