"""What the keeper says when it signs no more: once, to the organisers, by mail, and in the log of the process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declarations.models import Log, LogAlarm
from efus_conference.mail import queue

logger = logging.getLogger(__name__)
Reason = LogAlarm.Reason


class AlarmError(Exception):
    """What was found does not follow from what is remembered: nothing is signed until it does.

    `details` are for operators, in English.
    """

    def __init__(self, reason: Reason, details: str) -> None:
        super().__init__(details)
        self.reason, self.details = reason, details


@contextmanager
def watched(log: Log | None) -> Iterator[None]:
    """What is done with a log, or, without one, before any: an alarm is raised once, and settled when it passes."""
    try:
        yield
    except AlarmError as error:
        _settle(log, besides=error.reason)
        _raise(log, error)
    else:
        _settle(log)


def _raise(log: Log | None, error: AlarmError) -> None:
    with transaction.atomic():
        alarm, is_new = LogAlarm.objects.get_or_create(
            log=log, reason=error.reason, settled_at=None, defaults={"details": error.details}
        )
        if is_new and settings.CONTACT_EMAIL:
            queue("declarations/log_alarm", alarm_id=alarm.pk)
    if is_new:
        logger.error("The keeper signs no more of %s: %s", log or "any log", error.details)


def _settle(log: Log | None, *, besides: Reason | None = None) -> None:
    over = LogAlarm.objects.filter(log=log, settled_at=None).exclude(reason=besides or "")
    if over.update(settled_at=timezone.now()):
        logger.warning("An alarm about %s is settled.", log or "all logs")
