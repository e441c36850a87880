"""What an office does to its record after the receipt: answers a question, or replaces what stands."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction

from declarations.actions.actors import actor_of_archive
from declarations.actions.invitations import lock_signatory, make_invitation, new_link
from declarations.actions.recording import draft_of, open_invitation
from declarations.actions.refusals import CannotComplete
from declarations.models import Actor, Evidence, Invitation, Mandate, Signature, SignatureEvent

STANDING = [Signature.State.VERIFIED, Signature.State.HISTORICAL]
IN_THE_FORM = ("basis", "body", "decided_on", "reference", "ratify_until")


def can_be_completed(signature: Signature) -> bool:
    """Whether its office may change it now: it was asked to, or it stands and nothing waits to replace it.

    Not while its wish to withdraw waits.
    """
    if not signature.signatory.declaration.takes_signatures or signature.withdrawals.open().exists():
        return False
    if signature.state == Signature.State.NEEDS_INFORMATION:
        return True
    return signature.state in STANDING and not pending_beside(signature)


def pending_beside(signature: Signature) -> bool:
    """Whether another record of the same signatory waits to be checked."""
    others = signature.signatory.signatures.active().exclude(pk=signature.pk)
    return others.exclude(state__in=STANDING).exists()


@transaction.atomic
def begin_completion(*, signature: Signature, language: str) -> str:
    """Hands over the token of a new link at once; who calls it has made sure that the office's mailbox asks.

    The link leads to the record that was asked about, or to a draft that begins with the answers and files of the
    one that stands, and takes its place once it is verified. CannotComplete in any other state.
    """
    # The lock of an event: nobody decides on the record between this and the link.
    lock_signatory(signature.signatory_id)
    signature.refresh_from_db()
    if not can_be_completed(signature):
        raise CannotComplete
    is_asked = signature.state == Signature.State.NEEDS_INFORMATION
    invitation = make_invitation(
        signatory=signature.signatory,
        language=language,
        # On behalf of who invited, or recorded, before: it must not become possible for them to verify.
        sender=_sender_of(signature),
        replaces=signature.replaces if is_asked else signature,
    )
    token = new_link(invitation=invitation)
    if not is_asked:
        _begin_replacement(signature, invitation)
    elif signature.language:
        open_invitation(invitation=invitation, language=signature.language)
    return token


def _sender_of(signature: Signature) -> Actor:
    if signature.invitation:
        return signature.invitation.sent_by
    recorded = signature.events.filter(kind=SignatureEvent.Kind.SUBMITTED).order_by("-pk").first()
    return recorded.actor if recorded else actor_of_archive()


def _begin_replacement(old: Signature, invitation: Invitation) -> Signature:
    """The draft with the old answers; one that was begun before is gone on with."""
    before = draft_of(invitation)
    # The text was read in this language when it was signed, and it is frozen: these are the same words.
    draft = open_invitation(invitation=invitation, language=old.language)
    if not old.language:
        # It came on paper: the office reads the text here first, and what it read is pinned then.
        draft.text_hash = ""
        draft.save(update_fields=["text_hash"])
    if before is not None and before.replaces_id == old.pk:
        return draft
    draft.signer_name = old.signer_name
    draft.signer_office = old.signer_office
    draft.signed_on = old.signed_on
    draft.save()
    if mandate := Mandate.objects.filter(signature=old).first():
        Mandate.objects.update_or_create(
            signature=draft, defaults={name: getattr(mandate, name) for name in IN_THE_FORM}
        )
    _copy_files(old, draft)
    return draft


def _copy_files(old: Signature, draft: Signature) -> None:
    """The latest file of each kind, byte for byte; one that is not what it was is left for the office to send."""
    has = set(draft.evidence.values_list("kind", flat=True))
    latest = {evidence.kind: evidence for evidence in old.evidence.order_by("pk")}
    for evidence in latest.values():
        content = _content_of(evidence)
        if evidence.kind in has or content is None:
            continue
        copy = Evidence(
            signature=draft,
            **{
                name: getattr(evidence, name)
                for name in ("kind", "name", "content_type", "size", "sha256", "findings")
            },
        )
        copy.file.save("file", ContentFile(content), save=False)
        if evidence.preview:
            with evidence.preview.open("rb") as preview:
                copy.preview.save("preview", ContentFile(preview.read()), save=False)
        copy.save()


def _content_of(evidence: Evidence) -> bytes | None:
    try:
        with evidence.file.open("rb") as file:
            content: bytes = file.read()
    except (FileNotFoundError, ValueError):
        return None
    return content if hashlib.sha256(content).hexdigest() == evidence.sha256 else None
