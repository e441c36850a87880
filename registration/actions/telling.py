"""What the clock sets off: the digest of what changed, and the reminder before the conference.

A change is told, and its digest queued, in one transaction. The digest's job then composes exactly those changes
however often it runs, so a run that is killed in the middle and started again reaches each reader once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import groupby

from django.db import transaction

from efus_conference.mail import queue
from efus_conference.models import Edition
from registration.models import AgendaChange, BookingRules, Registration
from registration.net_changes import is_urgent, merged

REMINDED_AT = time(9)  # by the edition's own clock


@transaction.atomic
def tell_at_once(*, registration_ids: Iterable[int], at: datetime) -> int:
    """Queues the digest of all that these people were not told yet; how many digests.

    What another run is about to tell at this moment is left to it.
    """
    untold = (
        AgendaChange.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(registration__in=list(registration_ids), told_at=None)
        .order_by("registration_id", "pk")
    )
    told, count = [], 0
    for registration_id, group in groupby(untold, key=lambda change: change.registration_id):
        changes = list(group)
        told += [change.pk for change in changes]
        if merged(changes):
            queue("registration/digest", registration_id=registration_id, change_id=changes[-1].pk)
            count += 1
    AgendaChange.objects.filter(pk__in=told).update(told_at=at)
    return count


def tell_of_changes(*, at: datetime) -> int:
    """The digests that are due: once a day at the edition's hour, and at once what begins within a day."""
    untold = AgendaChange.objects.filter(told_at=None).select_related("registration__edition")
    moments: dict[int, datetime] = {}
    due = set()
    for change in untold:
        edition = change.registration.edition
        if edition.pk not in moments:
            moments[edition.pk] = last_digest_moment(edition, at)
        if change.made_at < moments[edition.pk] or is_urgent(change, at):
            due.add(change.registration_id)
    return tell_at_once(registration_ids=due, at=at)


def last_digest_moment(edition: Edition, at: datetime) -> datetime:
    """The latest of its daily moments, by the clocks of its place, that is not after `at`."""
    hour = time(BookingRules.of(edition).digest_hour)
    today = at.astimezone(edition.zone).date()
    moment = datetime.combine(today, hour, tzinfo=edition.zone)
    return moment if moment <= at else datetime.combine(today - timedelta(days=1), hour, tzinfo=edition.zone)


@transaction.atomic
def remind_of_the_conference(*, at: datetime) -> int:
    """Queues one mail to each who takes part, some days before the first; how many.

    Who registers within those days has just been told everything and gets none.
    """
    count = 0
    for edition in Edition.objects.filter(starts_on__isnull=False, is_published=True, is_current=True):
        assert edition.starts_on is not None
        days = timedelta(days=BookingRules.of(edition).reminder_days)
        moment = datetime.combine(edition.starts_on - days, REMINDED_AT, tzinfo=edition.zone)
        begins = datetime.combine(edition.starts_on, time(), tzinfo=edition.zone)
        if not moment <= at < begins:
            continue
        ids = list(
            Registration.objects.confirmed()
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
            .filter(edition=edition, reminded_at=None, submitted_at__lt=moment)
            .values_list("pk", flat=True)
        )
        for registration_id in ids:
            queue("registration/reminder", registration_id=registration_id)
        Registration.objects.filter(pk__in=ids).update(reminded_at=at)
        count += len(ids)
    return count
