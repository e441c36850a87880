"""Merging organisations in the admin: which may be the same, what would move, and what was merged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from archive.actions.merging import PERMISSION, MergeRefused, NoLongerThere, merge_organisations, preview
from archive.duplicates import likely_twins, pairs
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number
from efus_conference.models import Organisation, OrganisationMerge
from registration.requests import reader

MOST_FOUND = 20
NAME = "efus_conference_organisationmerge"


@admin.register(OrganisationMerge)
class OrganisationMergeAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """What was merged, by whom; and the two pages that lead there."""

    list_display = ["gone_name", "kept_name", "merged_at", "merged_by"]
    list_select_related = ["merged_by"]
    search_fields = ["gone_name__unaccent", "gone_slug", "kept_name__unaccent"]
    fields = ["gone_name", "gone_slug", "kept_name", "merged_at", "merged_by"]

    def get_urls(self) -> list[URLPattern]:
        alike = self.admin_site.admin_view(self.alike)
        merge = self.admin_site.admin_view(self.merge)
        return [
            path("alike/", alike, name=f"{NAME}_alike"),
            path("merge/<int:object_id>/", merge, name=f"{NAME}_merge"),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def alike(self, request: HttpRequest) -> HttpResponse:
        """Organisations that may be one and the same."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        context = self._context(request, gettext("Organisations that may be the same"))
        return render(request, "admin/archive/alike.html", {**context, "pairs": pairs()})

    @method_decorator(never_cache)
    def merge(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """`?q=` looks for the other one, `?into=` shows what merging into it would do; a POST does it."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        gone = Organisation.objects.filter(pk=number(object_id)).first()
        if gone is None:
            return self._gone_already(request, number(object_id))
        asked = request.POST if request.method == "POST" else request.GET
        kept = Organisation.objects.filter(pk=number(asked.get("into"))).first()
        refusals: list[str] = []
        if request.method == "POST" and kept is not None:
            name = gone.name
            try:
                kept = merge_organisations(kept=kept, gone=gone, by=reader(request))
            except MergeRefused as refusal:
                refusals = refusal.sentences
            else:
                said = gettext("“%(gone)s” was merged into “%(kept)s”. Its old address leads here.")
                messages.success(request, said % {"gone": name, "kept": kept.name})
                return redirect("admin:efus_conference_organisation_change", kept.pk)
        typed = asked.get("q", "").replace("\0", "").strip()[:200]
        shown = preview(kept=kept, gone=gone) if kept else None
        title = gettext("Merge “%(name)s” into another organisation") % {"name": gone.name}
        context = {
            **self._context(request, title),
            "gone": gone,
            "kept": kept,
            "typed": typed,
            "found": self._found(request, typed, gone) if typed and not kept else [],
            "twins": [] if kept or typed else likely_twins(gone),
            "preview": shown,
            "refusals": list(dict.fromkeys([*refusals, *(shown.refusals if shown else [])])),
            "is_unknown": bool(asked.get("into")) and kept is None,
        }
        return render(request, "admin/archive/merge.html", context)

    def _gone_already(self, request: HttpRequest, gone_id: int | None) -> HttpResponse:
        """To whom a second click, or a colleague's, finds it merged."""
        merge = get_object_or_404(OrganisationMerge, gone_id=gone_id)
        messages.error(request, NoLongerThere.message)
        return redirect(f"admin:{NAME}_change", merge.pk)

    def _found(self, request: HttpRequest, typed: str, gone: Organisation) -> list[Organisation]:
        """By any of its names, as the list of organisations finds it."""
        page = self.admin_site._registry[Organisation]
        rows, _may_repeat = page.get_search_results(request, Organisation.objects.by_name(), typed)
        return list(rows.exclude(pk=gone.pk)[:MOST_FOUND])

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": Organisation._meta}
