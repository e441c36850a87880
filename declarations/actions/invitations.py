"""Mailboxes, invitations and their links."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from declarations.actions.actors import actor_of_person
from declarations.actions.refusals import (
    HasSigned,
    LinkNotUsable,
    NoMailbox,
    NothingToConfirm,
    NotInvited,
    RemindedLately,
    SameMailbox,
    SameOfficer,
    TakesNoSignatures,
    TimeIsOver,
    UnknownLanguage,
    explained,
)
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import (
    Actor,
    FormerLink,
    Invitation,
    InvitationRun,
    Mailbox,
    Signatory,
    Signature,
)
from efus_conference.mail import queue
from efus_conference.models import User
from efus_conference.secret_links import hash_of_token

VALID_FOR = timedelta(days=30)
BETWEEN_REMINDERS = timedelta(days=7)


@transaction.atomic
def set_mailbox(*, signatory: Signatory, email: str, by: User) -> Mailbox:
    """Registers the first mailbox of an office, or enters a change that a second officer has to confirm.

    ValidationError for what is no e-mail address.
    """
    validate_email(email)
    signatory = lock_signatory(signatory.pk)
    registered = signatory.registered_mailbox()
    if registered and registered.email.casefold() == email.casefold():
        raise SameMailbox
    with explained():
        return Mailbox.objects.create(
            signatory=signatory, email=email, is_first=registered is None, set_by=actor_of_person(by)
        )


@transaction.atomic
def confirm_mailbox(*, mailbox: Mailbox, by: User) -> Mailbox:
    """Confirms a changed mailbox; links sent to the one before stop working."""
    signatory = lock_signatory(mailbox.signatory_id)
    mailbox.refresh_from_db()
    if mailbox != signatory.last_mailbox_change() or mailbox.confirmed_at is not None:
        raise NothingToConfirm
    actor = actor_of_person(by)
    if mailbox.set_by_id == actor.pk:
        raise SameOfficer
    mailbox.confirmed_by = actor
    mailbox.confirmed_at = timezone.now()
    with explained():
        mailbox.save(update_fields=["confirmed_by", "confirmed_at"])
    revoke_open_links(signatory)
    return mailbox


@transaction.atomic
def invite(
    *,
    signatory: Signatory,
    by: User | Actor,
    language: str = "",
    run: InvitationRun | None = None,
) -> Invitation:
    """Invites an office to sign, by a link to its registered mailbox that is good for 30 days.

    In its own language, or in `language`, which then is its own from now on.
    """
    sender = by if isinstance(by, Actor) else actor_of_person(by)
    invitation = make_invitation(
        signatory=signatory, language=language or signatory.language, sender=sender, run=run
    )
    if language and language != signatory.language:
        Signatory.objects.filter(pk=signatory.pk).update(language=language)
        signatory.language = language
    queue("declarations/invitation", invitation_id=invitation.pk)
    return invitation


@transaction.atomic
def remind(*, signatory: Signatory, insists: bool = False) -> Invitation:
    """Reminds an office of its open invitation, by a fresh link that is good for 30 days from now.

    The link before it stops working when the mail is sent; what was typed in stays. No more than one reminder in
    a week, unless one insists. Nobody loses the right to verify by it: whom it goes to was decided before.
    """
    signatory = lock_signatory(signatory.pk)
    if not signatory.declaration.takes_signatures:
        raise TakesNoSignatures
    if signatory.signatures.active().exclude(state=Signature.State.NEEDS_INFORMATION).exists():
        raise HasSigned
    invitation = (
        signatory.invitations.select_for_update(of=("self",))
        .usable()
        .exclude(sent_at=None)
        .order_by("-pk")
        .first()
    )
    if invitation is None:
        raise NotInvited
    now = timezone.now()
    last = invitation.reminded_at or invitation.sent_at
    if last and now - last < BETWEEN_REMINDERS and not insists:
        raise RemindedLately
    invitation.reminded_at = now
    invitation.reminders += 1
    invitation.expires_at = now + VALID_FOR
    invitation.save(update_fields=["reminded_at", "reminders", "expires_at"])
    queue("declarations/reminder", invitation_id=invitation.pk, number=invitation.reminders)
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation) -> None:
    """Makes a link useless for good; one that was used stays as it is.

    Unlike one that a newer link replaced, it asks for no new one, nor does any before it: nobody knows them any more,
    until an officer invites the office again.
    """
    still_open = Invitation.objects.filter(pk=invitation.pk, used_at=None, declined_at=None, revoked_at=None)
    if still_open.update(revoked_at=timezone.now()):
        of_it = Invitation.objects.filter(signatory=invitation.signatory_id, used_at=None)
        FormerLink.objects.filter(invitation__in=of_it).delete()
        of_it.update(token_hash=None)


@transaction.atomic
def new_link(*, invitation: Invitation, is_to_be_mailed: bool = False) -> str:
    """Makes the secret part of an invitation's link and keeps its hash alone; an earlier link stops working.

    The hash of that one is kept too: whoever stands before it asks there for a new one.

    A link that is handed over otherwise than by mail counts as sent, and the queued mail is not sent then.
    """
    locked = Invitation.objects.select_for_update().filter(pk=invitation.pk).usable().first()
    if locked is None:
        raise LinkNotUsable
    if locked.token_hash:
        FormerLink.objects.create(invitation=locked, token_hash=locked.token_hash)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = locked.token_hash = hash_of_token(token)
    if not is_to_be_mailed:
        invitation.sent_at = locked.sent_at = timezone.now()
    locked.save(update_fields=["token_hash", "sent_at"])
    return token


def note_opening(*, invitation: Invitation) -> None:
    """Somebody has read the text and goes on to the code: as far as anybody can tell, the link was opened."""
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=timezone.now())


def works_until(invitation: Invitation) -> datetime:
    """When its link ends by itself: after its 30 days, or with the time for signing where that ends it.

    The same rule as `usable`: who answers a question or mends what stands may do it afterwards.
    """
    over_at = invitation.signatory.declaration.signatures_until
    if over_at is None or over_at >= invitation.expires_at or invitation.replaces_id is not None:
        return invitation.expires_at
    asked = invitation.signatory.signatures.filter(state=Signature.State.NEEDS_INFORMATION)
    return invitation.expires_at if asked.exists() else over_at


def make_invitation(
    *,
    signatory: Signatory,
    language: str,
    sender: Actor,
    replaces: Signature | None = None,
    run: InvitationRun | None = None,
) -> Invitation:
    """The row alone, without the mail; must be called in a transaction.

    With `replaces`, for a new signature in the place of a standing one, which must be of the same signatory.
    """
    signatory = lock_signatory(signatory.pk)
    if not signatory.declaration.takes_signatures:
        raise TakesNoSignatures
    if language not in dict(OFFICE_LANGUAGES):
        raise UnknownLanguage
    mailbox = signatory.registered_mailbox()
    if mailbox is None:
        raise NoMailbox
    active = signatory.signatures.active()
    asked = active.filter(state=Signature.State.NEEDS_INFORMATION)
    standing = active.exclude(state=Signature.State.NEEDS_INFORMATION)
    if standing.exclude(pk=replaces.pk if replaces else 0).exists():
        raise HasSigned
    # Who was asked for information answers also when the time is over, and so does who mends what stands.
    if signatory.declaration.is_over() and replaces is None and not asked.exists():
        raise TimeIsOver
    revoke_open_links(signatory)
    return Invitation.objects.create(
        signatory=signatory,
        mailbox=mailbox,
        language=language,
        sent_by=sender,
        expires_at=timezone.now() + VALID_FOR,
        replaces=replaces,
        run=run,
    )


def revoke_open_links(signatory: Signatory) -> None:
    signatory.invitations.filter(used_at=None, declined_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def lock_signatory(pk: int) -> Signatory:
    """Everything about one office happens one after the other: whatever it is, its signatory is locked first.

    Whoever took a link or a record before it could wait for somebody who waits for that. Weak enough for rows that
    only point to it (`no_key`), which are entered beside.
    """
    return (
        Signatory.objects.select_for_update(no_key=True, of=("self",))
        .select_related("declaration")
        .get(pk=pk)
    )
