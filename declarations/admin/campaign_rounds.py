"""A round of invitations or reminders: how far the worker is, who was left out and why."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from openpyxl import Workbook

from declarations.actions import Refusal, resume_round, stop_round
from declarations.actions.rounds import sentence_of
from declarations.models import InvitationRun, Signatory
from efus_conference.admin_lists import XLSX, cell
from efus_conference.exports import sheet_title

# So long nobody need think of a worker that died.
BEFORE_IT_STANDS_STILL = timedelta(minutes=1)
READ = ("declarations.view_signatory", "declarations.view_invitation")


def round_page(request: HttpRequest, pk: int, run: uuid.UUID, admin: Any) -> HttpResponse:
    """Read while it goes on and after it; `?as=xlsx` gives all of it. POST has it go on, or stops it."""
    if not request.user.has_perms(READ):
        raise PermissionDenied
    shown = get_object_or_404(
        InvitationRun.objects.select_related("declaration", "by__user"), pk=run, declaration=pk
    )
    if request.method == "POST":
        return _do(request, shown)
    names = {
        one.pk: str(one.organisation)
        for one in Signatory.objects.filter(declaration=pk).select_related("organisation")
    }

    def name(signatory: int) -> str:
        return names.get(signatory) or _("Signatory %(number)d") % {"number": signatory}

    refused = [(one, name(one), sentence_of(said)) for one, said in shown.refused]
    done = [(one, name(one)) for one in shown.done]
    if request.GET.get("as") == "xlsx":
        return _sheet(shown, done, refused, [name(one) for one in shown.todo])
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": headline(shown),
        "original": shown.declaration,
        "subtitle": str(shown.declaration),
        "run": shown,
        "declaration": shown.declaration,
        "is_over": shown.finished_at is not None,
        "stands_still": shown.started_at < timezone.now() - BEFORE_IT_STANDS_STILL,
        "handled": shown.in_all - len(shown.todo),
        "refused": refused,
        "done": done,
        "may_run": request.user.has_perm("declarations.change_signatory"),
    }
    return render(request, "admin/declarations/campaign_round.html", context)


def headline(run: InvitationRun) -> str:
    """What is being done, and once it is done what came of it."""
    if run.finished_at is not None:
        return outcome(run)
    if run.what == InvitationRun.What.INVITE:
        sentence = ngettext("Inviting %(count)d office …", "Inviting %(count)d offices …", run.in_all)
    else:
        sentence = ngettext("Reminding %(count)d office …", "Reminding %(count)d offices …", run.in_all)
    return sentence % {"count": run.in_all}


def outcome(run: InvitationRun) -> str:
    """One sentence on all that was done so far."""
    count = len(run.done)
    if run.what == InvitationRun.What.INVITE:
        sentence = ngettext("%(count)d office was invited.", "%(count)d offices were invited.", count)
    else:
        sentence = ngettext("%(count)d office was reminded.", "%(count)d offices were reminded.", count)
    return sentence % {"count": count}


def _do(request: HttpRequest, run: InvitationRun) -> HttpResponse:
    if not request.user.has_perm("declarations.change_signatory"):
        raise PermissionDenied
    try:
        if request.POST.get("what") == "stop":
            stop_round(run=run)
            messages.success(request, _("The round is stopped. What was sent stays sent."))
        elif request.POST.get("what") == "go_on":
            resume_round(run=run)
            messages.success(request, _("The worker goes on with it."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(request.path)


def _sheet(
    run: InvitationRun, done: list[tuple[int, str]], refused: list[tuple[int, str, str]], waiting: list[str]
) -> HttpResponse:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(_("Round"), "Round"))
    sheet.append([pgettext("mayor's office", "Office"), _("What came of it"), _("Why")])
    was_done = pgettext("stage", "invited") if run.what == InvitationRun.What.INVITE else _("reminded")
    for _pk, office in done:
        sheet.append([cell(office), cell(was_done), None])
    for _pk, office, why in refused:
        sheet.append([cell(office), cell(_("left out")), cell(why)])
    for office in waiting:
        sheet.append([cell(office), cell(_("waits for its turn")), None])
    kept = BytesIO()
    book.save(kept)
    name = f"round-{run.started_at:%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(kept.getvalue(), content_type=XLSX, headers=headers)
