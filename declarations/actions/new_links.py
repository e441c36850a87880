"""A new link for whoever stands before a dead one; the answer tells nothing, and neither does how long it takes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.actions.invitations import make_invitation
from declarations.actions.refusals import HasSigned, Refusal
from declarations.models import Invitation, MailboxCode, Signatory, Signature
from efus_conference.mail import URGENT, queue
from efus_conference.models import Mail
from efus_conference.secret_links import hash_of_token, is_within_limit

NEW_LINKS_PER_HOUR = {"signatory": 3, "address": 10}
# Since the last sign of an office on its way; both together are less than the hour that the page asks to wait.
AT_WORK = timedelta(minutes=30)
LOOK_AGAIN_IN = timedelta(minutes=15)


def ask_for_new_link(*, token: str, address: str) -> None:
    """Has a new link sent to the registered mailbox, if this token was once a link of an office that may still sign.

    Whoever asks learns nothing: neither whether the token was known nor whether a mail is sent, not even by the
    time it takes, because a job looks. `address` is the asker's network address, for the limit.
    """
    if _is_within_limit("address", address):
        send_new_link.configure(priority=URGENT).defer(token_hash=hash_of_token(token))


@app.task(name="declarations.send_new_link", queue="mail", retry=RetryStrategy(max_attempts=3))
def send_new_link(token_hash: str) -> None:
    """A new link, or the receipt where its office has signed already; nothing where it may not sign any more.

    While somebody who reads the mailbox is recording, no older link makes theirs useless: the receipt is sent, which
    leads on without ending it, or else a new link once nobody is at work any more.
    """
    # Also where a reminder or a newer mail took the place of this link since.
    known = (
        Invitation.objects.filter(Q(token_hash=token_hash) | Q(former_links__token_hash=token_hash))
        .select_related("signatory", "sent_by")
        .first()
    )
    if known is None:
        return
    recorded = list(known.signatory.signatures.active().exclude(invitation=None))
    at_work = _link_at_work(known.signatory)
    # A link that no mail brought, or none that arrived, is lost to its office with the page: it is not waited for.
    if at_work and not recorded and _is_in_a_mail(at_work):
        _look_again(token_hash)
        return
    if not _is_within_limit("signatory", str(known.signatory_id)):
        return
    if not (at_work and recorded):
        try:
            with transaction.atomic():
                # On behalf of who sent the first: it must not become possible for them to verify.
                invitation = make_invitation(
                    signatory=known.signatory, language=known.language, sender=known.sent_by
                )
                queue("declarations/invitation", invitation_id=invitation.pk)
            return
        except HasSigned:
            pass  # what the office looks for is its receipt
        except Refusal:
            return
    for signature in recorded:
        queue("declarations/receipt", signature_id=signature.pk)


def _link_at_work(signatory: Signatory) -> Invitation | None:
    """The open link of an office that proved its mailbox, read what signing means or sent a file just now."""
    since = timezone.now() - AT_WORK
    proven = MailboxCode.objects.filter(
        mailbox=OuterRef("mailbox"), purpose=MailboxCode.Purpose.RECORD, used_at__gt=since
    )
    touched = Signature.objects.filter(
        Q(informed_at__gt=since) | Q(evidence__uploaded_at__gt=since),
        signatory=OuterRef("signatory"),
        state=Signature.State.NEW,
    )
    links = Invitation.objects.usable().filter(signatory=signatory)
    return links.filter(Exists(proven) | Exists(touched)).order_by("-pk").first()


def _is_in_a_mail(invitation: Invitation) -> bool:
    return Mail.objects.about(invitation_id=invitation.pk).exclude(bounce=Mail.Bounce.FAILED).exists()


def _look_again(token_hash: str) -> None:
    waiting = ProcrastinateJob.objects.filter(
        task_name=send_new_link.name,
        status="todo",
        args__token_hash=token_hash,
        scheduled_at__gt=timezone.now(),
    )
    if not waiting.exists():
        wait = {"seconds": int(LOOK_AGAIN_IN.total_seconds())}
        send_new_link.configure(priority=URGENT, schedule_in=wait).defer(token_hash=token_hash)


def _is_within_limit(of: str, who: str) -> bool:
    return is_within_limit(f"declarations:new-link:{of}", who, per_hour=NEW_LINKS_PER_HOUR[of])
