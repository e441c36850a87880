"""On stage: an operator records that somebody signed, a second officer confirms, and until the end of the time to
undo nothing of it is public.

`seen` is the `version` that was on the screen from which somebody acts; StaleScreen when it is another one now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations.actions.actors import actor_of_person
from declarations.actions.ceremonies import CeremonyNotOpen
from declarations.actions.clearing import SignedAlready, mandate_of
from declarations.actions.invitations import revoke_open_links
from declarations.actions.recording import SentFile, attach, drop_evidence
from declarations.actions.refusals import HasSigned, Refusal, explained
from declarations.actions.stage_publishing import publish_later
from declarations.actions.stage_steps import lock_signing, take_step
from declarations.models import Evidence, Signature, SignatureEvent, StageEvent, StageSigning
from efus_conference.models import User


class NotCleared(Refusal):
    message = _("Who signs was not cleared yet. A second officer clears it, then it can be recorded.")


class SignedAtNoTime(Refusal):
    message = _("Give a time between the opening of the ceremony and now.")


class SubstituteUnnamed(Refusal):
    message = _("Give the name and the office of who signs instead.")


class NothingRecorded(Refusal):
    message = _("Nothing is recorded on stage of this signatory.")


class ConfirmedAlready(Refusal):
    message = _("This signature was confirmed. Within the time to undo it can be undone.")


class ConfirmedByAnother(Refusal):
    message = _("You recorded this signature, so a second officer confirms it, on another device.")


class TooLateToUndo(Refusal):
    message = _(
        "This signature is not to be undone any more: it is published, or it was withdrawn or undone."
    )


class NotCalledAgain(Refusal):
    message = _(
        "Only a signature that was withdrawn before it entered the register can be recorded anew on stage."
    )


class ScanThere(Refusal):
    message = _("The scan of this signature is there already.")


@dataclass(frozen=True)
class Substitute:
    """Who signed instead: named before, or on stage."""

    name: str
    office: str


@transaction.atomic
def record_on_stage(
    *,
    signing: StageSigning,
    by: User,
    seen: int,
    signed_at: datetime | None = None,
    substitute: Substitute | None = None,
) -> StageSigning:
    """The operator saw them sign, at `signed_at`, or just now. Who was said to be absent may come after all."""
    signing = lock_signing(signing, seen)
    now = timezone.now()
    signed_at = signed_at or now
    opened_at = signing.ceremony.opened_at
    if opened_at is None or not signing.ceremony.is_open:
        raise CeremonyNotOpen
    if signing.cleared_by_id is None:
        raise NotCleared
    if signing.signed_at is not None:
        raise SignedAlready
    # A time is given in minutes: that of the opening began before it.
    if not opened_at.replace(second=0, microsecond=0) <= signed_at <= now:
        raise SignedAtNoTime
    fields: dict[str, Any] = {"signed_at": signed_at, "recorded_by": actor_of_person(by), "absent_at": None}
    if substitute is None:
        return take_step(signing, StageEvent.Kind.SIGNED, by, **fields)
    name, office = substitute.name.strip(), substitute.office.strip()
    if not (name and office):
        raise SubstituteUnnamed
    return take_step(
        signing,
        StageEvent.Kind.SUBSTITUTED,
        by,
        # No name in the history, from which nobody can be erased: it stands in the row.
        stood_in_name=name,
        stood_in_office=office,
        **fields,
    )


@transaction.atomic
def record_absent(*, signing: StageSigning, by: User, seen: int) -> StageSigning:
    """Nobody came when this one was called. CeremonyNotOpen before the evening and after it."""
    signing = lock_signing(signing, seen)
    if not signing.ceremony.is_open:
        raise CeremonyNotOpen
    if signing.signed_at is not None:
        raise SignedAlready
    return take_step(signing, StageEvent.Kind.ABSENT, by, absent_at=timezone.now())


@transaction.atomic
def take_back(*, signing: StageSigning, by: User, seen: int, note: str = "") -> StageSigning:
    """Takes back what was recorded, signed or absent; the second officer sends it back to the operator so, too."""
    signing = lock_signing(signing, seen)
    if signing.confirmed_at is not None:
        raise ConfirmedAlready
    if signing.signed_at is None and signing.absent_at is None:
        raise NothingRecorded
    draft = signing.draft
    signing = take_step(
        signing,
        StageEvent.Kind.TAKEN_BACK,
        by,
        note,
        absent_at=None,
        draft=None,
        **_unrecorded(),
    )
    if draft is not None:
        _forget(draft)
    return signing


@transaction.atomic
def let_scan_follow(*, signing: StageSigning, by: User, seen: int) -> StageSigning:
    """The page was signed and is scanned later: until then the signature is published without its scan."""
    signing = lock_signing(signing, seen)
    if signing.signed_at is None:
        raise NothingRecorded
    if has_scan(signing):
        raise ScanThere
    signing = take_step(signing, StageEvent.Kind.SCAN_FOLLOWS, by, scan_follows=True)
    if signing.confirmed_at is not None:
        publish_later(signing)
    return signing


@transaction.atomic
def add_scan(*, signing: StageSigning, by: User, seen: int, file: SentFile) -> StageSigning:
    """Keeps the scan or photo of the signed page; before the confirmation with a draft, which a new one replaces."""
    signing = lock_signing(signing, seen)
    if signing.signed_at is None:
        raise NothingRecorded
    if signing.signature is not None and has_scan(signing):
        raise ScanThere
    signature = signing.signature or signing.draft or Signature.objects.create(signatory=signing.signatory)
    with explained():
        attach(signature, {Evidence.Kind.SIGNED_PAGE: file})
    draft = signature if signing.signature is None else None
    signing = take_step(signing, StageEvent.Kind.SCANNED, by, scan_follows=False, draft=draft)
    if signing.confirmed_at is not None:
        publish_later(signing)
    return signing


def has_scan(signing: StageSigning) -> bool:
    pages = Evidence.objects.filter(kind=Evidence.Kind.SIGNED_PAGE)
    return pages.filter(signature__in=[signing.signature_id or 0, signing.draft_id or 0]).exists()


@transaction.atomic
def confirm_on_stage(*, signing: StageSigning, by: User, seen: int) -> StageSigning:
    """The second officer of the evening saw the same: the signature is made, and published after the time to undo.

    HasSigned when another one of this signatory counts or waits; a rule of the register where this officer may not
    decide on it (`declarations.conflicts`). Links of the office stop working.
    """
    signing = lock_signing(signing, seen)
    if signing.signed_at is None or signing.recorded_by is None:
        raise NothingRecorded
    if signing.confirmed_at is not None:
        raise ConfirmedAlready
    actor = actor_of_person(by)
    if actor.pk == signing.recorded_by_id:
        raise ConfirmedByAnother
    if signing.signatory.signatures.active().exists():
        raise HasSigned
    signature = signing.draft or Signature(signatory=signing.signatory)
    signature.signer_name = signing.name
    signature.signer_office = signing.office
    signature.signed_on = timezone.localdate(signing.signed_at)
    signature.text_hash = signing.ceremony.declaration.text_hash
    signature.save()
    mandate = mandate_of(signing)
    mandate.signature = signature
    with explained():
        mandate.save()
        # The events ask the row of the stage who recorded and who confirms.
        take_step(
            signing,
            StageEvent.Kind.CONFIRMED,
            by,
            signature=signature,
            draft=None,
            confirmed_by=actor,
            confirmed_at=timezone.now(),
        )
        happened = SignatureEvent.objects.create
        happened(signature=signature, kind=SignatureEvent.Kind.SUBMITTED, actor=signing.recorded_by)
        happened(signature=signature, kind=SignatureEvent.Kind.CONFIRMED, actor=actor)
    revoke_open_links(signing.signatory)
    signature.refresh_from_db()
    publish_later(signing)
    return signing


@transaction.atomic
def undo_on_stage(*, signing: StageSigning, by: User, seen: int, note: str = "") -> StageSigning:
    """Undoes what was confirmed, as long as it is not published; on stage it may be recorded anew.

    The signature that was made stays in the history as undone, with its scan.
    """
    signing = lock_signing(signing, seen)
    signature = signing.signature
    if signature is None:
        raise NothingRecorded
    if signature.state != Signature.State.CONFIRMED:
        raise TooLateToUndo
    with explained():
        SignatureEvent.objects.create(
            signature=signature, kind=SignatureEvent.Kind.UNDONE, actor=actor_of_person(by), note=note
        )
        return take_step(
            signing,
            StageEvent.Kind.UNDONE,
            by,
            note,
            signature=None,
            confirmed_by=None,
            confirmed_at=None,
            **_unrecorded(),
        )


@transaction.atomic
def call_again(*, signing: StageSigning, by: User, seen: int) -> StageSigning:
    """Puts back on the list whose signature was withdrawn within the time to undo: it may be recorded anew.

    NotCalledAgain of any other one. The withdrawn signature stays in the history.
    """
    signing = lock_signing(signing, seen)
    if not signing.ceremony.is_open:
        raise CeremonyNotOpen
    if signing.signature is None or not was_withdrawn_unpublished(signing.signature):
        raise NotCalledAgain
    return take_step(
        signing,
        StageEvent.Kind.CALLED_AGAIN,
        by,
        signature=None,
        confirmed_by=None,
        confirmed_at=None,
        **_unrecorded(),
    )


def was_withdrawn_unpublished(signature: Signature) -> bool:
    return signature.state == Signature.State.WITHDRAWN and signature.decided_at is None


def _unrecorded() -> dict[str, Any]:
    """What a row says of which nothing is recorded; who was cleared before stays."""
    return {
        "signed_at": None,
        "recorded_by": None,
        "stood_in_name": "",
        "stood_in_office": "",
        "scan_follows": False,
    }


def _forget(draft: Signature) -> None:
    """The scan of what was taken back goes with its draft."""
    for evidence in draft.evidence.all():
        drop_evidence(evidence)
    draft.delete()
