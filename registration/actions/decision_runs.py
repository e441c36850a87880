"""One decision on many registrations: each by itself, in short requests, so that none of them times out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from registration.actions.approval import approve_registration, refuse_registration, reopen_registration
from registration.actions.refusals import Refusal
from registration.actions.registrations import cancel_registration, change_registration
from registration.models import Category, DecisionRun, Registration

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50  # rows in one request
SECONDS_AT_ONCE = 5.0  # and as long as one request works on them
LET_GO_AFTER = timedelta(minutes=2)  # when its process died

What = DecisionRun.What


class NotThereAnyMore(Refusal):
    message = _("This registration is not there any more.")


class InThisCategory(Refusal):
    message = _("It is in this category already.")


class CategoryGone(Refusal):
    message = _("This category is not there any more.")


class NotDecided(Refusal):
    message = _("This could not be decided together with the others. Decide on it by itself.")


def begin_run(
    *,
    what: str,
    registration_ids: Sequence[int],
    by: User,
    reason: str = "",
    category: Category | None = None,
) -> DecisionRun:
    """Writes down what is to be decided on whom, in which order."""
    return DecisionRun.objects.create(
        what=what, todo=list(registration_ids), by=by, reason=reason, category=category
    )


def sweep_runs() -> None:
    """Those nobody comes back to any more, with the reasons of those that were left halfway."""
    DecisionRun.objects.over().delete()


def go_on(*, run: DecisionRun, by: User) -> DecisionRun:
    """Decides on the next rows. What worked stays done, whatever becomes of the rows after it.

    Each row and its result are one transaction. A second request at the same moment changes nothing.
    """
    claimed = DecisionRun.objects.free().filter(pk=run.pk, by=by)
    if not claimed.update(busy_until=timezone.now() + LET_GO_AFTER):
        return run
    run.refresh_from_db()
    until, most = monotonic() + SECONDS_AT_ONCE, MOST_AT_ONCE
    try:
        while run.todo and most and monotonic() < until:
            _next(run, by)
            most -= 1
    finally:
        DecisionRun.objects.filter(pk=run.pk).update(busy_until=None)
    return run


@transaction.atomic
def _next(run: DecisionRun, by: User) -> None:
    registration_id, *left = run.todo
    try:
        with transaction.atomic():
            row = Registration.objects.filter(pk=registration_id).first()
            if row is None:
                raise NotThereAnyMore
            after = _decide(run, row, by)
    except Refusal as refusal:
        run.refused = [*run.refused, [registration_id, str(refusal)]]
    except DatabaseError:
        # Two that waited for each other, or a row the database does not take: the next ones are not kept from it.
        logger.exception("Registration %s could not be decided on with others", registration_id)
        run.refused = [*run.refused, [registration_id, str(NotDecided())]]
    else:
        run.done = [*run.done, [registration_id, after.status]]
    run.todo = left
    if not left:
        run.reason = ""
    run.save(update_fields=["todo", "done", "refused", "reason"])


def _decide(run: DecisionRun, row: Registration, by: User) -> Registration:
    if run.what == What.APPROVE:
        return approve_registration(registration=row, by=by)
    if run.what == What.REFUSE:
        return refuse_registration(registration=row, by=by, reason=run.reason)
    if run.what == What.REOPEN:
        return reopen_registration(registration=row, by=by)
    if run.what == What.CANCEL:
        return cancel_registration(registration=row, by=by, reason=run.reason)
    if run.category is None:
        raise CategoryGone
    if row.category_id == run.category_id:
        raise InThisCategory
    return change_registration(registration=row, by=by, category=run.category)
