"""A new link for whoever stands before a dead one; the answer tells nothing, and neither does how long it takes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from declarations.actions.invitations import make_invitation
from declarations.actions.refusals import HasSigned, Refusal
from declarations.models import Invitation
from efus_conference.mail import URGENT, queue
from efus_conference.secret_links import hash_of_token, is_within_limit

NEW_LINKS_PER_HOUR = {"signatory": 3, "address": 10}
AT_WORK = timedelta(hours=2)  # as long as a code lets its office record


def ask_for_new_link(*, token: str, address: str) -> None:
    """Has a new link sent to the registered mailbox, if this token was once a link of an office that may still sign.

    Whoever asks learns nothing: neither whether the token was known nor whether a mail is sent, not even by the
    time it takes, because a job looks. `address` is the asker's network address, for the limit.
    """
    if _is_within_limit("address", address):
        send_new_link.configure(priority=URGENT).defer(token_hash=hash_of_token(token))


@app.task(name="declarations.send_new_link", queue="mail", retry=RetryStrategy(max_attempts=3))
def send_new_link(token_hash: str) -> None:
    """A new link, or the receipt where its office has signed already; nothing where it may not sign any more."""
    # Also where a reminder or a newer mail took the place of this link since.
    known = (
        Invitation.objects.filter(Q(token_hash=token_hash) | Q(former_links__token_hash=token_hash))
        .select_related("signatory", "sent_by")
        .first()
    )
    if known is None or _is_at_work(known) or not _is_within_limit("signatory", str(known.signatory_id)):
        return
    try:
        with transaction.atomic():
            # On behalf of who sent the first: it must not become possible for them to verify.
            invitation = make_invitation(
                signatory=known.signatory, language=known.language, sender=known.sent_by
            )
            queue("declarations/invitation", invitation_id=invitation.pk)
    except HasSigned:
        # What the office looks for is its receipt.
        for signature in known.signatory.signatures.active().exclude(invitation=None):
            queue("declarations/receipt", signature_id=signature.pk)
    except Refusal:
        return


def _is_at_work(known: Invitation) -> bool:
    """Somebody who reads the mailbox is recording: who holds an older link must not make theirs useless."""
    return (
        Invitation.objects.usable()
        .filter(signatory=known.signatory_id, mailbox__codes__used_at__gt=timezone.now() - AT_WORK)
        .exists()
    )


def _is_within_limit(of: str, who: str) -> bool:
    return is_within_limit(f"declarations:new-link:{of}", who, per_hour=NEW_LINKS_PER_HOUR[of])
