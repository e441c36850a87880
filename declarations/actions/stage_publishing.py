"""The end of the time to undo: what was confirmed on stage enters the register, and the log after it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.utils import timezone
from procrastinate.contrib.django import app

from declarations.actions.refusals import RefusedByRegister, explained
from declarations.actions.stage_steps import lock_signing, take_step
from declarations.models import Signature, SignatureEvent, StageEvent, StageSigning
from efus_conference.mail import URGENT, queue

logger = logging.getLogger(__name__)

# What the register may say to a publication whose time has come: it waits, and is tried again every minute.
WAITS = ("time_to_undo_first", "withdrawal_comes_first", "scan_or_to_follow")


def publish_due(*, at: datetime) -> list[StageSigning]:
    """Publishes all whose time to undo is over by `at`, each by itself, and hands over those it published.

    Those whose office wishes to withdraw, or whose scan is neither there nor to follow, stay as they are.
    """
    undo = ExpressionWrapper(
        F("ceremony__undo_seconds") * Value(timedelta(seconds=1)), output_field=DurationField()
    )
    due = (
        StageSigning.objects.filter(signature__state=Signature.State.CONFIRMED)
        .alias(undo_until=F("confirmed_at") + undo)
        .filter(undo_until__lte=at)
        .order_by("confirmed_at", "pk")
    )
    return [published for signing in due if (published := _publish(signing))]


def publish_later(signing: StageSigning) -> None:
    """Leaves the publication to the worker, for the end of the time to undo."""
    due_at = signing.published_from
    assert due_at is not None
    # A blink later, so that the database finds the time over too.
    due_at = max(due_at, timezone.now()) + timedelta(milliseconds=50)
    publish_from_stage.configure(priority=URGENT, schedule_at=due_at).defer(signing_id=signing.pk)


@app.task(name="declarations.publish_from_stage", queue="mail")
def publish_from_stage(signing_id: int) -> None:
    """What is due; `signing_id` says for whose sake the worker looks. It may have been undone since."""
    publish_due(at=timezone.now())


def _publish(signing: StageSigning) -> StageSigning | None:
    try:
        return _published(signing)
    except RefusedByRegister as refusal:
        if refusal.constraint not in WAITS:
            logger.exception("Signing %s on stage could not be published", signing.pk)
    except DatabaseError:
        # The others are not kept from it; the next minute tries again.
        logger.exception("Signing %s on stage could not be published", signing.pk)
    return None


@transaction.atomic
def _published(signing: StageSigning) -> StageSigning | None:
    signing = lock_signing(signing)
    signature = signing.signature
    # Undone, withdrawn or published while we waited for the lock.
    if signature is None or signature.state != Signature.State.CONFIRMED or signing.confirmed_by is None:
        return None
    with explained():
        event = SignatureEvent.objects.create(
            signature=signature, kind=SignatureEvent.Kind.VERIFIED, actor=signing.confirmed_by
        )
    take_step(signing, StageEvent.Kind.PUBLISHED, signing.confirmed_by)
    if signing.signatory.registered_mailbox():
        queue("declarations/receipt", signature_id=signature.pk)
        queue("declarations/verified", event_id=event.pk)
    signature.refresh_from_db()
    return signing
