"""Texts of declarations that wait for the second of two people, and logs of declarations that are signed no more."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import ngettext

from declarations.models import Declaration, LogAlarm
from declarations.models.texts import hash_of_texts
from efus_conference.admin_menu import list_address, may_read
from efus_conference.views.organiser_tasks import ROWS_SHOWN, Task


def texts_to_freeze(request: HttpRequest) -> list[Task]:
    """Those that somebody else proposed and nobody changed since, for whoever may freeze them."""
    if not request.user.has_perm("declarations.change_declaration"):
        return []
    waiting = [
        declaration
        for declaration in Declaration.objects.filter(is_published=False, proposed_by__isnull=False)
        .exclude(proposed_by__user=request.user.pk)
        .prefetch_related("texts")
        .order_by("proposed_at")
        if declaration.proposed_hash == hash_of_texts(list(declaration.texts.all()))
    ]
    if not waiting:
        return []
    sentence = ngettext(
        "The texts of %(count)d declaration are proposed: read them and freeze them.",
        "The texts of %(count)d declarations are proposed: read them and freeze them.",
        len(waiting),
    )
    return [
        Task(
            sentence % {"count": len(waiting)},
            list_address("declarations.Declaration", "is_published__exact=0"),
            [declaration.title for declaration in waiting[:ROWS_SHOWN]],
        )
    ]


def alarms_of_logs(request: HttpRequest) -> list[Task]:
    """Why the keeper of the logs signs no more; it settles them itself, once what it found is mended."""
    if not may_read(request, "declarations.LogAlarm"):
        return []
    alarms = list(LogAlarm.objects.filter(settled_at=None).select_related("log__declaration"))
    if not alarms:
        return []
    sentence = ngettext(
        "%(count)d alarm keeps the logs of the declarations from being signed.",
        "%(count)d alarms keep the logs of the declarations from being signed.",
        len(alarms),
    )
    return [
        Task(
            sentence % {"count": len(alarms)},
            list_address("declarations.LogAlarm"),
            [
                f"{alarm.log.declaration} · {alarm.get_reason_display()}" if alarm.log else str(alarm)
                for alarm in alarms[:ROWS_SHOWN]
            ],
        )
    ]
