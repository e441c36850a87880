"""What every step on stage has in common: its locks, the stale screen, the version, the history."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from declarations.actions.actors import actor_of_person
from declarations.actions.invitations import lock_signatory
from declarations.actions.refusals import Refusal, explained
from declarations.models import Actor, Ceremony, StageEvent, StageSigning
from efus_conference.models import User


class StaleScreen(Refusal):
    """Somebody else acted since this screen was made; `missed` is what it did not show yet, oldest first."""

    def __init__(self, signing: StageSigning, seen: int) -> None:
        super().__init__(signing.pk, seen)
        self.signing = signing
        self.missed = list(
            signing.events.filter(version__gt=seen).select_related("actor__user").order_by("pk")
        )

    def __str__(self) -> str:
        if not self.missed:
            return _("Your screen was not up to date, so nothing was done. It shows now how things stand.")
        event = self.missed[-1]
        return _(
            "Your screen was not up to date, so nothing was done. What happened in the meantime to %(signatory)s: "
            "%(what)s, at %(time)s, by %(who)s."
        ) % {
            "signatory": self.signing.signatory,
            "what": event.get_kind_display(),
            "time": date_format(localtime(event.at), "TIME_FORMAT"),
            "who": event.actor,
        }


def lock_signing(signing: StageSigning, seen: int | None = None) -> StageSigning:
    """The signing as it is now, locked: its signatory first, as everywhere, then the ceremony, then itself.

    The ceremony's own lock lets nothing be recorded while it ends. Must be called in a transaction; StaleScreen when
    `seen` is not its version any more.
    """
    lock_signatory(signing.signatory_id)
    ceremony = lock_ceremony(signing.ceremony_id)
    locked = (
        StageSigning.objects.select_for_update(of=("self",))
        .select_related("signatory__organisation", "signatory__declaration", "signature")
        .get(pk=signing.pk)
    )
    locked.ceremony = ceremony
    if seen is not None and locked.version != seen:
        raise StaleScreen(locked, seen)
    return locked


def lock_ceremony(pk: int) -> Ceremony:
    return (
        Ceremony.objects.select_for_update(no_key=True, of=("self",)).select_related("declaration").get(pk=pk)
    )


def take_step(
    signing: StageSigning, kind: str, by: User | Actor, note: str = "", **fields: Any
) -> StageSigning:
    """Writes the fields and what was done, in one go, and makes every screen that shows it otherwise stale."""
    actor = by if isinstance(by, Actor) else actor_of_person(by)
    for name, value in fields.items():
        setattr(signing, name, value)
    signing.version += 1
    with explained():
        signing.save(update_fields=[*fields, "version"])
        StageEvent.objects.create(signing=signing, kind=kind, actor=actor, note=note, version=signing.version)
    return signing
