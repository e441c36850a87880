"""Running the periods of retention: in small steps, each by itself, so that a run that breaks off goes on later."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from registration.actions.refusals import NotYours, Refusal
from registration.closing_hooks import closing_effects
from registration.models import (
    Booking,
    CheckIn,
    EditionClosing,
    Participation,
    Registration,
    RetentionRule,
    RetentionRun,
)
from registration.retention import PARTS, Part, count_rows, days_kept, due_on, is_due

BATCH = 500
MANAGE = "registration.change_retentionrule"
DELETE = "registration.run_retention"
# The clock tries what it will delete so long before the day, and deletes nothing that was not tried for so long.
TRIED_AHEAD = timedelta(days=4)
ANNOUNCED_FOR = timedelta(days=3)
logger = logging.getLogger(__name__)


class NotDueYet(Refusal):
    message = _("This is kept for longer. A trial says what will be deleted when its time is over.")


class NotTried(Refusal):
    message = _("Nothing is deleted without a trial. Try it first, and look at what it says.")


class WithoutDays(Refusal):
    message = _("This edition has no last day, so nothing of it is ever due. Enter its days first.")


class EditionNotOver(Refusal):
    message = _("An edition is closed once it is over.")


def run_retention(
    *, edition: Edition, what: str, is_trial: bool, by: User | None, at: datetime | None = None
) -> RetentionRun:
    """Takes all rows of one kind whose time is over, in transactions of at most `BATCH` rows each.

    A trial counts them and changes nothing. The edition's figures are counted before anything goes. No row is waited
    for: one that somebody holds is left to the next run. `by` is None where the clock does it: it deletes only what
    it announced by a trial `ANNOUNCED_FOR` ago. Not to be called within a transaction. Raises NotYours, WithoutDays,
    NotDueYet, NotTried.
    """
    at = at or timezone.now()
    if by is not None and not by.has_perm(MANAGE if is_trial else DELETE):
        raise NotYours
    due = due_on(edition, days_kept(edition)[what])
    if due is None:
        raise WithoutDays
    run = RetentionRun(edition=edition, what=what, is_trial=is_trial, by=by, due_on=due, started_at=at)
    if is_trial:
        run.rows, run.finished_at = count_rows(edition, what), timezone.now()
        run.save()
        return run
    if not is_due(edition, days_kept(edition)[what], at=at):
        raise NotDueYet
    tried = trials_of(edition, what, due)
    if not (tried.filter(by=None, started_at__lte=at - ANNOUNCED_FOR) if by is None else tried).exists():
        raise NotTried
    _close(edition, by=by, at=at)
    run.save()
    for part in PARTS[what]:
        last = None
        while (keys := _take_some(part, edition, run, after=last)) is not None:
            last = keys
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    return run


def trials_of(edition: Edition, what: str, due: date) -> QuerySet[RetentionRun]:
    """Those for this very day: where the period or the edition was moved, it is tried again."""
    return RetentionRun.objects.filter(edition=edition, what=what, is_trial=True, due_on=due)


@transaction.atomic
def _take_some(part: Part, edition: Edition, run: RetentionRun, *, after: Any) -> Any:
    """One batch, in the order of the keys: the last key it took, None when there is none left."""
    rows = part.rows(edition).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    locked = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    keys = list(locked.values_list("pk", flat=True)[:BATCH])
    if not keys:
        return None
    part.take(keys, timezone.now())
    run.rows += len(keys)
    run.save(update_fields=["rows"])
    return keys[-1]


def run_what_is_due(*, at: datetime) -> int:
    """Every kind of every edition whose time is over and of which something is left; how many it deleted.

    What will be due in some days is tried, so that the organisers' first page tells of it.
    """
    count = 0
    for edition in Edition.objects.filter(ends_on__lt=at.date()).order_by("number"):
        for what, days in days_kept(edition).items():
            if not is_due(edition, days, at=at + TRIED_AHEAD) or not _is_something_left(edition, what):
                continue
            try:
                count += _announce_or_run(edition, what, days, at)
            except Exception:
                # What fails in one kind holds up no other, nor the next night.
                logger.exception("The retention of %s of edition %s broke off.", what, edition.pk)
    return count


def _announce_or_run(edition: Edition, what: str, days: int, at: datetime) -> bool:
    due = due_on(edition, days)
    trial = trials_of(edition, what, due).filter(by=None).order_by("started_at").first() if due else None
    if trial is None:
        run_retention(edition=edition, what=what, is_trial=True, by=None, at=at)
    elif trial.started_at <= at - ANNOUNCED_FOR and is_due(edition, days, at=at):
        run_retention(edition=edition, what=what, is_trial=False, by=None, at=at)
        return True
    return False


def _is_something_left(edition: Edition, what: str) -> bool:
    return any(part.rows(edition).exists() for part in PARTS[what])


def close_edition(*, edition: Edition, by: User | None, at: datetime | None = None) -> EditionClosing:
    """Counts what outlives the people of an edition that is over; once names were deleted, never again.

    Raises NotYours, EditionNotOver.
    """
    if by is not None and not by.has_perm(MANAGE):
        raise NotYours
    return _close(edition, by=by, at=at)


@transaction.atomic
def _close(edition: Edition, *, by: User | None, at: datetime | None) -> EditionClosing:
    if edition.phase(at) != "over":
        raise EditionNotOver
    fresh = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    closing = EditionClosing.objects.filter(edition=fresh).first()
    if closing is None or not are_names_deleted(fresh):
        closing, _is_new = EditionClosing.objects.update_or_create(
            edition=fresh, defaults={"figures": figures_of(fresh), "closed_by": by}
        )
        _count_participations(fresh)
    for effect in closing_effects:
        effect(closing)
    return closing


def are_names_deleted(edition: Edition) -> bool:
    """Whether a run has begun to: from then on nobody can be counted any more."""
    names = RetentionRule.What.NAMES
    return RetentionRun.objects.filter(edition=edition, what=names, is_trial=False).exists()


def figures_of(edition: Edition) -> dict[str, Any]:
    """As `EditionClosing` holds them."""
    confirmed = list(
        Registration.objects.confirmed().filter(edition=edition).values_list("category__slug", "country")
    )
    check_ins = CheckIn.objects.standing().filter(edition=edition)
    days = set(check_ins.values_list("registration", "day"))
    seats = (
        Booking.objects.standing().filter(session__edition=edition).values_list("session__code", flat=True)
    )
    in_session = check_ins.filter(session__isnull=False).values_list("session__code", flat=True)
    seated, seen = Counter(seats.order_by()), Counter(in_session.order_by())
    registered = Registration.objects.live().filter(edition=edition)
    zone = edition.zone
    registered_on = Counter(
        moment.astimezone(zone).date().isoformat()
        for moment in registered.order_by("submitted_at").values_list("submitted_at", flat=True)
    )
    return {
        "registered": len(confirmed),
        "there": len({person for person, _day in days}),
        "days": dict(sorted(Counter(day.isoformat() for _person, day in days).items())),
        "categories": dict(Counter(category for category, _country in confirmed)),
        "countries": dict(Counter(country for _category, country in confirmed if country)),
        "sessions": {code: {"seats": seated[code], "there": seen[code]} for code in sorted({*seated, *seen})},
        "registered_on": dict(registered_on),
    }


def _count_participations(edition: Edition) -> None:
    there = set(CheckIn.objects.standing().filter(edition=edition).values_list("registration", flat=True))
    registered: Counter[int] = Counter()
    came: Counter[int] = Counter()
    rows: QuerySet[Any] = (
        Registration.objects.confirmed()
        .filter(edition=edition)
        .values_list("pk", "organisation", "place__delegation__organisation")
    )
    for pk, own, of_delegation in rows:
        organisation = own or of_delegation
        if organisation is not None:
            registered[organisation] += 1
            came[organisation] += pk in there
    Participation.objects.filter(edition=edition).exclude(organisation__in=registered).delete()
    for organisation, count in registered.items():
        Participation.objects.update_or_create(
            edition=edition,
            organisation_id=organisation,
            defaults={"registered": count, "there": came[organisation]},
        )
