"""Before the ceremony: who is to sign on stage for whom, entered by one officer and cleared by another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations.actions.actors import actor_of_person
from declarations.actions.invitations import lock_signatory
from declarations.actions.refusals import HasSigned, Refusal, explained
from declarations.actions.stage_steps import lock_ceremony, lock_signing, take_step
from declarations.models import Ceremony, Invitation, Mandate, Signatory, Signature, StageEvent, StageSigning
from efus_conference.models import User


class SignerIncomplete(Refusal):
    message = _("Enter first who is to sign, in what office, and by what right.")


class ClearedByTwo(Refusal):
    message = _("You entered who signs, so a second officer has to clear it.")


class ClearedAlready(Refusal):
    message = _("Who signs was cleared already.")


class SignedAlready(Refusal):
    message = _("This signature was recorded on stage. To change who signed, take the record back first.")


class NobodyToImport(Refusal):
    message = _("No invited signatory of this declaration is missing on this list.")


@dataclass(frozen=True)
class Signer:
    """Who is to sign, and by what right; the fields of the mandate stand as its basis needs them."""

    signer_name: str = ""
    signer_office: str = ""
    basis: str = Mandate.Basis.OWN_COMPETENCE
    substitute_name: str = ""
    substitute_office: str = ""
    body: str = ""
    decided_on: date | None = None
    reference: str = ""
    ratify_until: date | None = None


@transaction.atomic
def enter_signer(
    *, ceremony: Ceremony, signatory: Signatory, signer: Signer, by: User, precedence: int = 100
) -> StageSigning:
    """Puts a signatory on the list of the ceremony. HasSigned when its signature counts already."""
    lock_signatory(signatory.pk)
    lock_ceremony(ceremony.pk)
    if signatory.signatures.active().exists():
        raise HasSigned
    actor = actor_of_person(by)
    with explained():
        signing = StageSigning.objects.create(
            ceremony=ceremony,
            signatory=signatory,
            precedence=precedence,
            entered_by=actor,
            entered_at=timezone.now(),
            **asdict(signer),
        )
        StageEvent.objects.create(signing=signing, kind=StageEvent.Kind.ENTERED, actor=actor)
    return signing


@transaction.atomic
def import_signatories(*, ceremony: Ceremony, by: User) -> list[StageSigning]:
    """Puts every invited signatory that has not signed on the list; who signs for it is entered after."""
    # All of them before the ceremony, as every step locks them: two at once wait for each other in one order.
    found = list(_missing(ceremony).values_list("pk", flat=True))
    for pk in found:
        lock_signatory(pk)
    lock_ceremony(ceremony.pk)
    entered = [
        enter_signer(ceremony=ceremony, signatory=signatory, signer=Signer(), by=by)
        for signatory in _missing(ceremony).filter(pk__in=found)
    ]
    if not entered:
        raise NobodyToImport
    return entered


def _missing(ceremony: Ceremony) -> QuerySet[Signatory]:
    """Those invited that are not on the list and have not signed."""
    invited = Invitation.objects.filter(signatory__declaration=ceremony.declaration_id)
    there = StageSigning.objects.filter(ceremony=ceremony)
    signed = Signature.objects.active().filter(signatory__declaration=ceremony.declaration_id)
    return (
        Signatory.objects.filter(pk__in=invited.values("signatory"))
        .exclude(pk__in=there.values("signatory"))
        .exclude(pk__in=signed.values("signatory"))
        .order_by("pk")
    )


@transaction.atomic
def change_signer(
    *, signing: StageSigning, signer: Signer, by: User, seen: int, precedence: int | None = None
) -> StageSigning:
    """Who signs is entered anew, and has to be cleared anew; the precedence alone changes without that."""
    signing = lock_signing(signing, seen)
    order = signing.precedence if precedence is None else precedence
    if all(getattr(signing, name) == value for name, value in asdict(signer).items()):
        return take_step(signing, StageEvent.Kind.CHANGED, by, precedence=order)
    if signing.signed_at is not None:
        raise SignedAlready
    return take_step(
        signing,
        StageEvent.Kind.CHANGED,
        by,
        precedence=order,
        entered_by=actor_of_person(by),
        entered_at=timezone.now(),
        cleared_by=None,
        cleared_at=None,
        **asdict(signer),
    )


@transaction.atomic
def clear_signer(*, signing: StageSigning, by: User, seen: int) -> StageSigning:
    """The second officer has compared who signs, and by what right, with what the office wrote."""
    signing = lock_signing(signing, seen)
    if signing.cleared_by_id is not None:
        raise ClearedAlready
    if not is_complete(signing):
        raise SignerIncomplete
    actor = actor_of_person(by)
    if actor.pk == signing.entered_by_id:
        raise ClearedByTwo
    return take_step(signing, StageEvent.Kind.CLEARED, by, cleared_by=actor, cleared_at=timezone.now())


def mandate_of(signing: StageSigning) -> Mandate:
    """Unsaved, and of no signature yet."""
    names = ("basis", "body", "decided_on", "reference", "ratify_until")
    return Mandate(**{name: getattr(signing, name) for name in names})


def is_complete(signing: StageSigning) -> bool:
    """Whether everything is entered that a signature is published with."""
    if not (signing.signer_name and signing.signer_office):
        return False
    try:
        mandate_of(signing).validate_constraints(exclude={"signature"})
    except ValidationError:
        return False
    return True
