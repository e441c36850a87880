"""“Close the edition”, asked once more with all that it does; afterwards, what the record says."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action

from archive.actions.closing import close_edition
from archive.figures import counted_figures
from archive.models import EditionRecord, Part
from efus_conference.models import Edition
from registration.actions import Refusal
from registration.actions.retention import MANAGE, are_names_deleted
from registration.models import RetentionRule
from registration.requests import reader
from registration.retention import days_kept, due_on


class ClosesEditions:
    """Mixed in first: the page that closes an edition, and the button that leads to it."""

    actions_detail = ["to_closing"]
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.closing)
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("<int:pk>/close/", page, name="archive_edition_close"), *urls]

    def has_close_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return bool(request.user.has_perm(MANAGE))

    @action(
        description=_("Close the edition"), url_path="to-closing", icon="event_busy", permissions=["close"]
    )
    def to_closing(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:archive_edition_close", pk=object_id)

    @method_decorator(never_cache)
    def closing(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_close_permission(request):
            raise PermissionDenied
        edition = Edition.objects.filter(pk=pk).first() if pk < 2**63 else None
        if edition is None:
            raise Http404
        if request.method == "POST":
            try:
                close_edition(edition=edition, by=reader(request))
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, gettext("The edition is closed: what was counted of it is kept."))
            return redirect("admin:archive_edition_close", pk=pk)
        record = EditionRecord.objects.filter(edition=edition).select_related("closed_by").first()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Close the edition"),
            "opts": self.opts,
            "edition": edition,
            "is_over": edition.phase() == "over",
            "record": record,
            "figures": counted_figures(edition),
            "parts": Part.objects.filter(edition=edition).select_related("organisation"),
            "is_final": record is not None and are_names_deleted(edition),
            "kept": kept_for(edition),
            "retention": f"{reverse('admin:registration_retentionrule_table')}?edition={edition.slug}",
        }
        return render(request, "archive/admin/close.html", context)


def kept_for(edition: Edition) -> list[tuple[str, Any]]:
    """What is kept of people, with the day on which it is due to be deleted; the soonest first."""
    names = RetentionRule.What
    due = [(str(names(what).label), due_on(edition, days)) for what, days in days_kept(edition).items()]
    return sorted(due, key=lambda one: (one[1] is None, one[1]))
