"""What an office, or an officer with paper in hand, records of a signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from declarations.actions.actors import actor_of_archive, actor_of_invitation, actor_of_person
from declarations.actions.invitations import lock_signatory, revoke_open_links
from declarations.actions.refusals import (
    AlreadySubmitted,
    HasSigned,
    Incomplete,
    LinkNotUsable,
    NotHistorical,
    NotInformed,
    ReadAgain,
    TakesNoSignatures,
    explained,
)
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Actor, Evidence, Invitation, Mandate, Signatory, Signature, SignatureEvent
from efus_conference.mail import queue
from efus_conference.models import User
from efus_conference.uploads import CheckedDocument


@dataclass(frozen=True)
class SentFile:
    """A checked document under the name its sender gave it."""

    name: str
    document: CheckedDocument


@dataclass(frozen=True)
class Answers:
    """What is recorded of a signature; the fields of the mandate stand as its basis needs them."""

    signer_name: str
    signer_office: str
    signed_on: date
    basis: str
    body: str = ""
    decided_on: date | None = None
    reference: str = ""
    ratify_until: date | None = None


Files = Mapping[str, SentFile]  # by kind of evidence


@transaction.atomic
def open_invitation(*, invitation: Invitation, language: str, text_hash: str = "") -> Signature:
    """The office begins to record: `language` is that of the text it was shown, `text_hash` that of its set.

    Both are pinned to the draft. ReadAgain when these are not the texts any more; without a hash, they are taken
    as they are now.
    """
    invitation = usable(invitation)
    frozen = invitation.signatory.declaration.text_hash
    if text_hash and text_hash != frozen:
        raise ReadAgain
    if invitation.opened_at is None:
        invitation.opened_at = timezone.now()
        invitation.save(update_fields=["opened_at"])
    signature = draft_of(invitation)
    if signature is None:
        signature = Signature(signatory=invitation.signatory)
    if signature.invitation != invitation:
        # What signing means is read with each link: what it said may have changed since.
        signature.informed_at = None
        signature.told_shown = False
    if signature.state == Signature.State.NEW:
        # A draft that was begun to replace another one may go on under a plain invitation, and the other way round.
        signature.replaces = invitation.replaces
    signature.invitation = invitation
    signature.language = language
    signature.text_hash = frozen
    signature.save()
    return signature


def draft_of(invitation: Invitation) -> Signature | None:
    """What this office has recorded so far: the signature it was asked about, or its draft.

    A draft goes on under a new link to the same mailbox, and not under one to another.
    """
    signatures = invitation.signatory.signatures.all()
    asked = signatures.filter(state=Signature.State.NEEDS_INFORMATION).first()
    return asked or (
        signatures.filter(state=Signature.State.NEW, invitation__mailbox=invitation.mailbox_id)
        .order_by("-pk")
        .first()
    )


@transaction.atomic
def record_signature(*, invitation: Invitation, answers: Answers, files: Files) -> Signature:
    """Keeps the office's answers as its draft; nothing is submitted yet."""
    invitation = usable(invitation)
    signature = draft_of(invitation)
    if signature is None:
        raise LinkNotUsable
    _same_texts(signature)
    signature.invitation = invitation
    _record(signature, answers, files)
    return signature


@transaction.atomic
def be_informed(*, invitation: Invitation, told_shown: bool | None = None) -> Signature:
    """The office has read what signing means, and says that it may record the signature.

    `told_shown` is whether it read that its record shows before it is checked; None for what the declaration says.
    """
    signature = draft_of(usable(invitation))
    if signature is None:
        raise LinkNotUsable
    _same_texts(signature)
    if told_shown is None:
        told_shown = signature.signatory.declaration.shows_recorded
    # What was read last counts.
    if signature.informed_at is None or signature.told_shown != told_shown:
        signature.informed_at = timezone.now()
        signature.told_shown = told_shown
        signature.save(update_fields=["informed_at", "told_shown"])
    return signature


@transaction.atomic
def keep_files(*, invitation: Invitation, files: Files) -> None:
    """Keeps what was uploaded well while another answer still needs mending."""
    signature = draft_of(usable(invitation))
    if signature is not None:
        attach(signature, files)


@transaction.atomic
def submit_signature(*, signature: Signature, invitation: Invitation, language: str = "") -> Signature:
    """Submits the draft for verification, uses the link up, and pins the texts that were signed.

    `language` is the one the office worked in: what we write to it from now on is in that one.

    AlreadySubmitted when this link was used for it before, by a second click or in another tab; ReadAgain when
    the texts are not those it was begun with, NotInformed when nobody said to have read what signing means.
    """
    # The lock makes two clicks follow each other: the second one finds the link used.
    lock_signatory(invitation.signatory_id)
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    signature = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
    if locked.used_at is not None and signature.invitation_id == locked.pk:
        raise AlreadySubmitted
    locked = usable(locked)
    if signature.signatory_id != locked.signatory_id:
        raise LinkNotUsable
    if not is_complete(signature):
        raise Incomplete
    _same_texts(signature)
    if signature.informed_at is None:
        raise NotInformed
    signature.invitation = locked
    locked.used_at = timezone.now()
    if language in dict(OFFICE_LANGUAGES):
        locked.language = language
    locked.save(update_fields=["used_at", "language"])
    _submit(signature, actor_of_invitation(locked))
    return signature


@transaction.atomic
def record_on_paper(
    *, signatory: Signatory, answers: Answers, files: Files, by: User, language: str = "", note: str = ""
) -> Signature:
    """An officer enters what arrived on paper; someone else has to verify it.

    `language` is that of the text that was signed, `note` how and when it arrived, for organisers. What was signed
    in time may arrive after the last moment for links; the day on it may not be later.
    """
    signatory = lock_signatory(signatory.pk)
    if not signatory.declaration.takes_signatures:
        raise TakesNoSignatures
    # First: the office's own steps wait for the signatory, and then find no link.
    revoke_open_links(signatory)
    asked = signatory.signatures.filter(state=Signature.State.NEEDS_INFORMATION).first()
    if asked is None and signatory.signatures.active().exists():
        raise HasSigned
    signature = asked or Signature.objects.create(signatory=signatory)
    _record(signature, answers, files)
    if language:
        signature.language = language
    if not is_complete(signature):
        raise Incomplete
    _submit(signature, actor_of_person(by), note)
    return signature


@transaction.atomic
def enter_historical(
    *, signatory: Signatory, signer_name: str = "", signer_office: str = "", signed_on: date | None = None
) -> Signature:
    """A signature from before this register. It counts as a historical record and never as verified."""
    if not signatory.declaration.is_historical:
        raise NotHistorical
    if signatory.signatures.active().exists():
        raise HasSigned
    signature = Signature.objects.create(
        signatory=signatory, signer_name=signer_name, signer_office=signer_office, signed_on=signed_on
    )
    with explained():
        SignatureEvent.objects.create(
            signature=signature, kind=SignatureEvent.Kind.HISTORICAL, actor=actor_of_archive()
        )
    signature.refresh_from_db()
    return signature


def is_complete(signature: Signature) -> bool:
    """Whether everything is there that a signature is submitted with."""
    return bool(
        signature.signer_name
        and signature.signer_office
        and signature.signed_on
        and Mandate.objects.filter(signature=signature).exists()
        and signature.evidence.filter(kind=Evidence.Kind.SIGNED_PAGE).exists()
    )


def usable(invitation: Invitation) -> Invitation:
    """The invitation as it is now, locked; LinkNotUsable when it is not open any more."""
    lock_signatory(invitation.signatory_id)
    locked = (
        Invitation.objects.usable()
        .select_related("signatory__declaration")
        .select_for_update(of=("self",))
        .filter(pk=invitation.pk)
        .first()
    )
    if locked is None:
        raise LinkNotUsable
    return locked


def _same_texts(signature: Signature) -> None:
    if signature.text_hash != signature.signatory.declaration.text_hash:
        raise ReadAgain


def _record(signature: Signature, answers: Answers, files: Files) -> None:
    signature.signer_name = answers.signer_name
    signature.signer_office = answers.signer_office
    signature.signed_on = answers.signed_on
    signature.save()
    Mandate.objects.update_or_create(
        signature=signature,
        defaults={
            "basis": answers.basis,
            "body": answers.body,
            "decided_on": answers.decided_on,
            "reference": answers.reference,
            "ratify_until": answers.ratify_until,
        },
    )
    attach(signature, files)


def attach(signature: Signature, files: Files) -> None:
    """Adds the files; one of the same kind that nobody submitted yet is replaced."""
    submitted = signature.events.filter(kind=SignatureEvent.Kind.SUBMITTED).order_by("-at").first()
    for kind, sent in files.items():
        replaced = signature.evidence.filter(kind=kind)
        if submitted:
            replaced = replaced.filter(uploaded_at__gt=submitted.at)
        for old in replaced:
            drop_evidence(old)
        evidence = Evidence(
            signature=signature,
            kind=kind,
            name=sent.name,
            content_type=sent.document.content_type,
            size=len(sent.document.content),
            sha256=sent.document.sha256,
            findings=sent.document.findings,
        )
        # upload_to gives each a random name; the one here is not used.
        evidence.file.save("file", ContentFile(sent.document.content), save=False)
        evidence.preview.save("preview", ContentFile(sent.document.preview), save=False)
        evidence.save()


def drop_evidence(evidence: Evidence) -> None:
    """Deletes what nobody submitted yet, and its files once no row names them."""
    storage, names = evidence.file.storage, [evidence.file.name, evidence.preview.name]
    evidence.delete()

    def delete_files() -> None:
        for name in names:
            if name:
                storage.delete(name)

    transaction.on_commit(delete_files)


def _submit(signature: Signature, actor: Actor, note: str = "") -> None:
    signatory = signature.signatory
    signature.text_hash = signatory.declaration.text_hash
    with explained():
        signature.save()
        SignatureEvent.objects.create(
            signature=signature, kind=SignatureEvent.Kind.SUBMITTED, actor=actor, note=note
        )
    revoke_open_links(signatory)
    if signatory.registered_mailbox():
        queue("declarations/receipt", signature_id=signature.pk)
    signature.refresh_from_db()
