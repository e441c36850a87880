"""What came of a decision on many registrations: how far it is, who was decided on, and who was not and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from registration.actions import go_on
from registration.models import DecisionRun, Registration
from registration.requests import reader
from registration.states import Status

if TYPE_CHECKING:
    import uuid

    from registration.admin.decisions import Decisions


@dataclass(frozen=True)
class Result:
    """One registration as it stands after it, or why it stayed as it was; `address` is its page, if it has one."""

    name: str
    said: str
    address: str


@never_cache
def decision_page(request: HttpRequest, admin: Decisions, pk: uuid.UUID) -> HttpResponse:
    """POST goes on with the next rows; the page sends it by itself where scripts run."""
    if not admin.has_view_permission(request):  # type: ignore[attr-defined]
        raise PermissionDenied
    listed = reverse(f"admin:registration_{admin.opts.model_name}_changelist")
    query = request.META.get("QUERY_STRING", "")
    back = f"{listed}?{query}" if query else listed
    by = reader(request)
    run = DecisionRun.objects.select_related("category").filter(pk=pk, by=by).first()
    if run is None:
        messages.warning(
            request, _("What came of this is kept for a day, for who decided it. Look at the list.")
        )
        return redirect(back)
    if request.method == "POST":
        go_on(run=run, by=by)
        return redirect(request.get_full_path())
    people = Registration.objects.defer("needs").in_bulk([row for row, _said in [*run.done, *run.refused]])
    words = {status.value: str(status.label) for status in Status}

    def result(row: int, said: str) -> Result:
        person = people.get(row)
        if person is None:
            return Result(_("Registration %(number)d") % {"number": row}, said, "")
        return Result(
            person.name, said, reverse(f"admin:registration_{admin.opts.model_name}_change", args=[row])
        )

    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "run": run,
        "title": progress(run) if run.todo else outcome(run),
        "is_over": not run.todo,
        "progress": progress(run),
        "states": [
            (words.get(status, status), count)
            for status, count in Counter(status for _row, status in run.done).most_common()
        ],
        "refused": [result(row, said) for row, said in run.refused],
        "done": [result(row, words.get(status, status)) for row, status in run.done],
        "back_url": back,
    }
    return TemplateResponse(request, "admin/registration/decided.html", context)


def progress(run: DecisionRun) -> str:
    counts = {"handled": run.handled, "all": run.in_all}
    return _("%(handled)d of %(all)d are dealt with.") % counts


def outcome(run: DecisionRun) -> str:
    """One sentence on all that worked."""
    count = len(run.done)
    sentences = {
        DecisionRun.What.APPROVE: ngettext(
            "%(count)d registration is approved.", "%(count)d registrations are approved.", count
        ),
        DecisionRun.What.REFUSE: ngettext(
            "%(count)d registration is refused.", "%(count)d registrations are refused.", count
        ),
        DecisionRun.What.REOPEN: ngettext(
            "%(count)d registration waits for a decision again.",
            "%(count)d registrations wait for a decision again.",
            count,
        ),
        DecisionRun.What.CANCEL: ngettext(
            "%(count)d registration is cancelled.", "%(count)d registrations are cancelled.", count
        ),
        DecisionRun.What.MOVE: ngettext(
            "%(count)d registration is in its new category.",
            "%(count)d registrations are in their new category.",
            count,
        ),
    }
    return sentences[DecisionRun.What(run.what)] % {"count": count}
