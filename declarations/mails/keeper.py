"""Mails of the keeper of the logs: each checkpoint to its witness, and to the organisers why nothing is signed."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from declarations.log.reading import in_groups, key_of
from declarations.models import Checkpoint, LogAlarm
from efus_conference.mail import Letter, composes, site_address


@composes("declarations/checkpoint")
def checkpoint(*, checkpoint_id: int) -> list[Letter]:
    """The note as it was signed: whoever keeps it can later show that the log was another one."""
    found = Checkpoint.objects.select_related("log__declaration").get(pk=checkpoint_id)
    if not settings.LOG_WITNESS:
        return []
    key = key_of(found)
    return [
        Letter(
            to=settings.LOG_WITNESS,
            language=settings.LANGUAGE_CODE,
            context={
                "checkpoint": found,
                "declaration": found.log.declaration,
                "fingerprint": in_groups(key.fingerprint) if key else "",
            },
            # As bytes: a mail program that ends lines in another way would break the signature.
            attachments=(
                (
                    f"checkpoint-{found.log.declaration.slug}-{found.size}.txt",
                    found.note.encode(),
                    "application/octet-stream",
                ),
            ),
        )
    ]


@composes("declarations/log_alarm", is_urgent=True)
def log_alarm(*, alarm_id: int) -> list[Letter]:
    alarm = LogAlarm.objects.select_related("log__declaration").get(pk=alarm_id)
    if not settings.CONTACT_EMAIL:
        return []
    return [
        Letter(
            to=settings.CONTACT_EMAIL,
            language=settings.LANGUAGE_CODE,
            context={
                "alarm": alarm,
                "declaration": alarm.log.declaration if alarm.log else None,
                "link": site_address(reverse("admin:index")),
            },
        )
    ]
