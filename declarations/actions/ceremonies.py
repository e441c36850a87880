"""Opening and ending the signing on stage."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declarations.actions.actors import actor_of_person
from declarations.actions.refusals import Refusal, TakesNoSignatures
from declarations.actions.stage_steps import lock_ceremony
from declarations.models import Ceremony, StageSigning
from efus_conference.models import User


class CeremonyIsOpen(Refusal):
    message = gettext_lazy("The ceremony is open already.")


class CeremonyNotOpen(Refusal):
    message = gettext_lazy("The ceremony is not open: nothing can be recorded on stage now.")


class Unconfirmed(Refusal):
    """What was recorded on stage and nobody confirmed, which would be lost with the end."""

    def __init__(self, signings: list[StageSigning]) -> None:
        super().__init__([signing.pk for signing in signings])
        self.signings = signings

    def __str__(self) -> str:
        names = ", ".join(str(signing) for signing in self.signings)
        return _(
            "Recorded on stage, but not confirmed yet: %(names)s. A second officer confirms each, or it is taken "
            "back; then end the ceremony."
        ) % {"names": names}


@transaction.atomic
def open_ceremony(*, ceremony: Ceremony, by: User) -> Ceremony:
    """From now on signatures are recorded on stage; one that was ended too early goes on."""
    ceremony = lock_ceremony(ceremony.pk)
    if ceremony.is_open:
        raise CeremonyIsOpen
    if not ceremony.declaration.takes_signatures:
        raise TakesNoSignatures
    if ceremony.opened_at is None:
        ceremony.opened_at = timezone.now()
        ceremony.opened_by = actor_of_person(by)
    ceremony.ended_at = ceremony.ended_by = None
    ceremony.save(update_fields=["opened_at", "opened_by", "ended_at", "ended_by"])
    return ceremony


@transaction.atomic
def end_ceremony(*, ceremony: Ceremony, by: User) -> Ceremony:
    """Nothing is recorded on stage any more. What was confirmed is published when its time to undo is over.

    Unconfirmed while a record waits for its second officer.
    """
    ceremony = lock_ceremony(ceremony.pk)
    if not ceremony.is_open:
        raise CeremonyNotOpen
    waiting = ceremony.signings.filter(signed_at__isnull=False, confirmed_at=None)
    if unconfirmed := list(waiting.select_related("signatory__organisation")):
        raise Unconfirmed(unconfirmed)
    ceremony.ended_at = timezone.now()
    ceremony.ended_by = actor_of_person(by)
    ceremony.save(update_fields=["ended_at", "ended_by"])
    return ceremony
