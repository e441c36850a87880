"""What the tests of the stage start from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pgtrigger
from django.utils import timezone

from declarations import actions
from declarations.models import Ceremony, Declaration, Signatory, StageSigning
from efus_conference.models import User
from tests.declarations.making import office, officer, published


def ceremony(
    declaration: Declaration | None = None, *, undo_seconds: int = 10, is_open: bool = True
) -> Ceremony:
    made = Ceremony.objects.create(declaration=declaration or published(), undo_seconds=undo_seconds)
    return actions.open_ceremony(ceremony=made, by=officer()) if is_open else made


def signer(**fields: Any) -> actions.Signer:
    return actions.Signer(**{"signer_name": "Robin Example", "signer_office": "Mayor", **fields})


def cleared(
    on: Ceremony | None = None, *, signatory: Signatory | None = None, precedence: int = 100, **fields: Any
) -> StageSigning:
    """Somebody who may be called to the stage; the office has a mailbox, and nobody of the evening set it."""
    on = on or ceremony()
    signatory = signatory or office(on.declaration)
    entered = actions.enter_signer(
        ceremony=on, signatory=signatory, signer=signer(**fields), by=officer(), precedence=precedence
    )
    return actions.clear_signer(signing=entered, by=officer(), seen=entered.version)


def recorded(signing: StageSigning | None = None, *, by: User | None = None, **how: Any) -> StageSigning:
    signing = signing or cleared()
    return actions.record_on_stage(signing=signing, by=by or officer(), seen=signing.version, **how)


def confirmed(signing: StageSigning | None = None, *, by: User | None = None) -> StageSigning:
    """Recorded, its scan to follow, and confirmed by a second officer: not public yet."""
    signing = signing or recorded()
    if signing.signed_at is None:
        signing = recorded(signing)
    signing = actions.let_scan_follow(signing=signing, by=officer(), seen=signing.version)
    return actions.confirm_on_stage(signing=signing, by=by or officer(), seen=signing.version)


def time_to_undo_is_over(signing: StageSigning) -> None:
    """As if the confirmation lay an hour back: the database asks its own clock, which no test sets."""
    with pgtrigger.ignore("declarations.StageSigning:stage_signing_follows"):
        StageSigning.objects.filter(pk=signing.pk).update(confirmed_at=timezone.now() - timedelta(hours=1))


def published_from_stage(signing: StageSigning | None = None) -> StageSigning:
    signing = signing or confirmed()
    time_to_undo_is_over(signing)
    [done] = actions.publish_due(at=timezone.now())
    return done
