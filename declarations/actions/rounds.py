"""Many invitations or reminders at once: a job does them in batches, and goes on where it was when it dies."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from django.db import DatabaseError, transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from declarations.actions import refusals
from declarations.actions.actors import actor_of_person
from declarations.actions.invitations import invite, remind
from declarations.actions.refusals import (
    NobodyChosen,
    NotDone,
    NotThereAnyMore,
    Refusal,
    RefusedByRegister,
    RoundIsOver,
    Stopped,
    TakesNoSignatures,
    explained,
)
from declarations.models import Declaration, InvitationRun, Signatory
from efus_conference.models import User

logger = logging.getLogger(__name__)

AT_ONCE = 50  # offices in one transaction


@transaction.atomic
def begin_round(
    *, declaration: Declaration, what: str, signatory_ids: Sequence[int], by: User, insists: bool = False
) -> InvitationRun:
    """Writes down who is to be invited or reminded, in which order, and leaves it to the worker.

    One round of a declaration at a time. Ids of another declaration's signatories are refused in their turn.
    `insists` reminds also those who were written to less than a week ago.
    """
    ids = list(dict.fromkeys(signatory_ids))
    if not ids:
        raise NobodyChosen
    if not declaration.takes_signatures:
        raise TakesNoSignatures
    with explained():
        run = InvitationRun.objects.create(
            declaration=declaration, what=what, todo=ids, by=actor_of_person(by), insists=insists
        )
    work.defer(run_id=str(run.pk))
    return run


@transaction.atomic
def resume_round(*, run: InvitationRun) -> None:
    """Has the worker go on with a round that stands still; one that goes on anyway loses nothing by it."""
    if not InvitationRun.objects.filter(pk=run.pk, finished_at=None).exists():
        raise RoundIsOver
    work.defer(run_id=str(run.pk))


@transaction.atomic
def stop_round(*, run: InvitationRun) -> InvitationRun:
    """Ends a round after the batch that is being done now; what was done stays done."""
    run = InvitationRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.finished_at is not None:
        raise RoundIsOver
    run.refused = [*run.refused, *([pk, Stopped.__name__] for pk in run.todo)]
    run.todo = []
    run.finished_at = timezone.now()
    run.save(update_fields=["todo", "refused", "finished_at"])
    return run


@app.task(
    name="declarations.round",
    queue="mail",
    retry=RetryStrategy(max_attempts=8, exponential_wait=4),
)
def work(run_id: str) -> None:
    """All batches that are left. A worker that is killed loses one batch at most, which is then done again."""
    while next_batch(run_id=uuid.UUID(run_id)):
        pass


@transaction.atomic
def next_batch(*, run_id: uuid.UUID) -> bool:
    """Does the next offices of a round and writes down what came of each; whether some are left.

    The invitations, their queued mails and the round's own record are one transaction: each office is invited
    once however often the worker dies. The lock makes a second worker wait, and find the rest.
    """
    run = InvitationRun.objects.select_for_update(of=("self",)).filter(pk=run_id, finished_at=None).first()
    if run is None:
        return False
    now, run.todo = run.todo[:AT_ONCE], run.todo[AT_ONCE:]
    signatories = Signatory.objects.filter(declaration=run.declaration_id).in_bulk(now)
    for pk in now:
        said = _refusal(run, signatories.get(pk))
        if said:
            run.refused.append([pk, said])
        else:
            run.done.append(pk)
    if not run.todo:
        run.finished_at = timezone.now()
    run.save(update_fields=["todo", "done", "refused", "finished_at"])
    return bool(run.todo)


def _refusal(run: InvitationRun, signatory: Signatory | None) -> str:
    """Invites or reminds one office; the name of what stands against it, or ""."""
    try:
        with transaction.atomic():
            if signatory is None:
                raise NotThereAnyMore
            if run.what == InvitationRun.What.INVITE:
                invite(signatory=signatory, by=run.by, run=run)
            else:
                remind(signatory=signatory, insists=run.insists)
    except RefusedByRegister as refusal:
        return refusal.constraint
    except Refusal as refusal:
        return type(refusal).__name__
    except DatabaseError:
        # Two that waited for each other, or a row the database does not take: the others are not kept from it.
        logger.exception("Signatory %s could not be dealt with in a round", signatory and signatory.pk)
        return NotDone.__name__
    return ""


def sentence_of(name: str) -> str:
    """What a round wrote down as a refusal, in the reader's language."""
    if name in refusals.SENTENCES:
        return str(refusals.SENTENCES[name])
    kind = getattr(refusals, name, None)
    return str(kind.message) if isinstance(kind, type) and issubclass(kind, Refusal) else str(NotDone.message)
