"""What waits for a declarations officer: rounds under way, offices that declined, and those to be reminded."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations.campaign import reminders_due
from declarations.models import Declaration, Invitation, InvitationRun, Signatory
from declarations.name_checks import findings_of, is_looked_at
from efus_conference.admin_menu import list_address, may_read
from efus_conference.views.organiser_tasks import ROWS_SHOWN, Task, counted

DECLINED_SHOWN = timedelta(days=14)


def rounds_going_on(request: HttpRequest) -> list[Task]:
    """Those the worker has not finished: an officer sees there whether it stands still."""
    if not may_read(request, "declarations.Invitation"):
        return []
    tasks = []
    for run in InvitationRun.objects.filter(finished_at=None).select_related("declaration"):
        sentence = ngettext(
            "A round of invitations or reminders is going on: %(count)d office waits for its turn.",
            "A round of invitations or reminders is going on: %(count)d offices wait for their turn.",
            len(run.todo),
        )
        address = reverse("admin:declarations_campaign_round", args=[run.declaration_id, run.pk])
        tasks.append(Task(sentence % {"count": len(run.todo)}, address, [str(run.declaration)]))
    return tasks


def offices_that_declined(request: HttpRequest) -> list[Task]:
    """Of the last two weeks, and not invited again since."""
    if not may_read(request, "declarations.Invitation"):
        return []
    later = Invitation.objects.filter(signatory=OuterRef("signatory"), pk__gt=OuterRef("pk"))
    count, first = counted(
        Invitation.objects.filter(declined_at__gt=timezone.now() - DECLINED_SHOWN)
        .exclude(Exists(later))
        .select_related("signatory__organisation", "signatory__declaration")
        .order_by("-declined_at")
    )
    if not count:
        return []
    sentence = ngettext("%(count)d office declined to sign.", "%(count)d offices declined to sign.", count)
    return [
        Task(
            sentence % {"count": count},
            list_address("declarations.Invitation", "declined_at__isempty=0"),
            [f"{row.signatory.organisation} · {row.signatory.declaration}" for row in first],
        )
    ]


def offices_to_remind(request: HttpRequest) -> list[Task]:
    """A task for each declaration: a week has passed, and nothing was recorded."""
    if not may_read(request, "declarations.Invitation"):
        return []
    due = Counter(reminders_due().order_by().values_list("signatory__declaration", flat=True))
    declarations = Declaration.objects.in_bulk(list(due))
    tasks = []
    for pk, count in due.items():
        sentence = ngettext(
            "%(count)d office has not answered its invitation for a week.",
            "%(count)d offices have not answered their invitations for a week.",
            count,
        )
        address = reverse("admin:declarations_campaign", args=[pk])
        details = [_("Remind them: %(declaration)s") % {"declaration": declarations[pk]}]
        tasks.append(Task(sentence % {"count": count}, f"{address}?needs=reminder#offices", details))
    return tasks


def names_to_look_at(request: HttpRequest) -> list[Task]:
    """Of offices that may sign now: letters of two scripts, or a name like that of another organisation."""
    if not may_read(request, "declarations.Signatory"):
        return []
    rows = Signatory.objects.filter(declaration__is_published=True, declaration__is_open_to_signatures=True)
    every = list(rows.select_related("organisation", "declaration").order_by("pk"))
    found = findings_of(every)
    names = [each for each in every if found[each.pk] and not is_looked_at(each)]
    if not names:
        return []
    sentence = ngettext(
        "%(count)d office has a name to look at.", "%(count)d offices have names to look at.", len(names)
    )
    return [
        Task(
            sentence % {"count": len(names)},
            list_address("declarations.Signatory", "name=look"),
            [f"{each.organisation} · {each.declaration}" for each in names[:ROWS_SHOWN]],
        )
    ]
