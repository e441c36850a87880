"""What the keeper says when it signs no more: once, to the organisers, by mail, and in the log of the process."""

from __future__ import annotations

import logging
import platform
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from declarations.log import memory as memories
from declarations.log import pending
from declarations.models import Checkpoint, Log, LogAlarm, LogEntry
from efus_conference.mail import queue

logger = logging.getLogger(__name__)
Reason = LogAlarm.Reason
FOUND_AGAIN = timedelta(seconds=30)  # between two notes that an alarm is found again
LEFT_ALONE = timedelta(minutes=5)  # after which another keeper may settle what one does not find any more
PATIENCE = timedelta(minutes=15)  # with a keeper that signs nothing


class AlarmError(Exception):
    """What was found does not follow from what is remembered: nothing is signed until it does.

    `details` are for operators, in English. Without `is_found` it is only known from an alarm that is open.
    """

    def __init__(self, reason: Reason, details: str, *, is_found: bool = True) -> None:
        super().__init__(details)
        self.reason, self.details, self.is_found = reason, details, is_found


def name_of(folder: Path) -> str:
    """Of the keeper with this memory, on whichever host; while nothing is remembered, of the one on this host."""
    try:
        known = "" if memories.is_empty(folder) else memories.identity(folder)
    except OSError:
        known = ""
    return known or _place(folder)


def _place(folder: Path) -> str:
    return f"{platform.node()}:{folder.absolute()}"[:300]


@contextmanager
def watched(
    log: Log | None, folder: Path, found: list[AlarmError], *, compares: bool, trust_database: bool = False
) -> Iterator[None]:
    """What is done with a log, or, without one, before any: an alarm is raised once, and settled when it passes.

    What is found is added to `found`. `compares`: it does not pass while all entries are in doubt. `trust_database`:
    what that is the remedy of is settled, whoever found it.
    """
    try:
        yield
    except AlarmError as error:
        # Whether each entry is the one that was signed is not asked of a log that is stopped for another reason.
        found.append(error)
        _settle(log, folder, compares=compares, besides={error.reason, Reason.INCONSISTENT})
        if error.is_found:
            raise_alarm(log, error, name_of(folder))
    else:
        remedied = (Reason.NO_MEMORY, Reason.FOREIGN) if trust_database else ()
        _settle(log, folder, compares=compares, besides=set(), remedied=remedied)


def raise_alarm(log: Log | None, error: AlarmError, keeper: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        alarm, is_new = LogAlarm.objects.get_or_create(
            log=log,
            reason=error.reason,
            settled_at=None,
            defaults={"details": error.details, "keeper": keeper, "found_at": now},
        )
        if is_new and settings.CONTACT_EMAIL:
            queue("declarations/log_alarm", alarm_id=alarm.pk)
    if is_new:
        logger.error("The keeper signs no more of %s: %s", log or "any log", error.details)
    elif now - alarm.found_at > FOUND_AGAIN:
        LogAlarm.objects.filter(pk=alarm.pk, settled_at=None).update(found_at=now)


def _settle(
    log: Log | None, folder: Path, *, compares: bool, besides: set[Reason], remedied: Collection[Reason] = ()
) -> None:
    """What this keeper found before, or nobody finds any more: two hosts don't settle each other's by turns."""
    now = timezone.now()
    is_own = Q(keeper__in=[name_of(folder), _place(folder)])
    is_left = Q(found_at__lt=now - LEFT_ALONE)
    if not compares:
        is_left &= ~Q(reason=Reason.INCONSISTENT)
    is_over = is_own | is_left | Q(reason__in={Reason.SILENT, *remedied})
    over = LogAlarm.objects.filter(is_over, log=log, settled_at=None).exclude(reason__in=besides)
    if over.update(settled_at=now):
        logger.warning("An alarm about %s is settled.", log or "all logs")


def look_for_silence(at: datetime) -> None:
    """Raises an alarm where something became public a while ago, is not signed, and no keeper said why.

    It is settled by the first round of a keeper.
    """
    if LogAlarm.objects.exclude(reason=Reason.SILENT).filter(settled_at=None).exists():
        return
    before = at - PATIENCE
    signed = Checkpoint.objects.filter(log=OuterRef("log")).order_by("-size")
    unsigned = LogEntry.objects.filter(made_at__lt=before)
    unsigned = unsigned.filter(index__gte=Coalesce(Subquery(signed.values("size")[:1]), 0))
    if (
        pending.events().filter(at__lt=before).exists()
        or pending.texts().filter(published_at__lt=before).exists()
        or unsigned.exists()
    ):
        details = f"What became public before {before:%Y-%m-%d %H:%M} UTC is not signed: does manage.py keep_log run?"
        raise_alarm(None, AlarmError(Reason.SILENT, details), "")
