"""What is kept of an edition for how long: the periods, trials and runs, and what outlives its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, edition_asked_for
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.exports import SafeResource
from efus_conference.languages import in_every_language
from efus_conference.models import Edition
from registration.actions import Refusal
from registration.actions.retention import DELETE, MANAGE, run_retention, trials_of
from registration.admin.base import EditionFilter
from registration.closing_figures import tables_of
from registration.models import EditionClosing, Participation, RetentionRule, RetentionRun
from registration.requests import reader
from registration.retention import DEFAULTS, count_rows, days_kept, due_on, is_due

What = RetentionRule.What


@dataclass(frozen=True)
class Line:
    """One kind of data of an edition, as the table shows it."""

    what: str
    name: str
    days: int
    is_own: bool
    due_on: date | None
    is_due: bool
    rows: int
    last_run: RetentionRun | None
    last_trial: RetentionRun | None
    is_tried: bool
    change: str

    @property
    def is_deletable(self) -> bool:
        return bool(self.is_due and self.is_tried and self.rows)


def lines_of(edition: Edition) -> list[Line]:
    own = dict(RetentionRule.objects.filter(edition=edition).values_list("what", "pk"))
    periods = days_kept(edition)
    due = {what: due_on(edition, days) for what, days in periods.items()}
    last: dict[tuple[str, bool], RetentionRun] = {}
    for run in RetentionRun.objects.filter(edition=edition).order_by("started_at", "pk"):
        last[run.what, run.is_trial] = run
    return [
        Line(
            what=what,
            name=str(What(what).label),
            days=periods[what],
            is_own=what in own,
            due_on=due[what],
            is_due=is_due(edition, periods[what]),
            rows=count_rows(edition, what),
            last_run=last.get((what, False)),
            last_trial=last.get((what, True)),
            change=_change_address(edition, what, periods[what], own.get(what)),
            is_tried=bool((day := due[what]) and trials_of(edition, what, day).exists()),
        )
        for what in DEFAULTS
    ]


def _change_address(edition: Edition, what: str, days: int, own: int | None) -> str:
    """To the edition's own period, or to a form that begins with the usual one."""
    if own is not None:
        return reverse("admin:registration_retentionrule_change", args=[own])
    usual = urlencode([("edition", edition.pk), ("what", what), ("days", days)])
    return f"{reverse('admin:registration_retentionrule_add')}?{usual}"


@admin.register(RetentionRule)
class RetentionRuleAdmin(OrganisersAdmin):
    list_display = ["what", "edition", "days"]
    list_filter = [EditionFilter, "what"]
    list_select_related = ["edition"]
    autocomplete_fields = ["edition"]
    actions_list = ["open_table"]

    def get_urls(self) -> list[URLPattern]:
        table = self.admin_site.admin_view(self.table)
        return [path("table/", table, name="registration_retentionrule_table"), *super().get_urls()]

    @action(description=_("What is kept for how long"), url_path="to-table", icon="timer")
    def open_table(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:registration_retentionrule_table")

    @method_decorator(never_cache)
    def table(self, request: HttpRequest) -> HttpResponse:
        """`?edition=` (the current one by default). A button tries a kind or deletes it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        editions = list(
            Edition.objects.filter(categories__isnull=False)
            .distinct()
            .order_by("-number")
            .prefetch_related("hosting__organisation")
        )
        edition = edition_asked_for(request, editions)
        if editions and edition is None:
            raise Http404
        if request.method == "POST":
            if not request.user.has_perm(DELETE if request.POST.get("do") == "run" else MANAGE):
                raise PermissionDenied
            if edition is not None:
                self._do(request, edition)
                return redirect(f"{reverse('admin:registration_retentionrule_table')}?edition={edition.slug}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What is kept for how long"),
            "opts": self.opts,
            "edition": edition,
            "editions": editions,
            "lines": lines_of(edition) if edition else [],
            "closing": EditionClosing.objects.filter(edition=edition).first(),
            "is_over": edition is not None and edition.phase() == "over",
            "may_run": request.user.has_perm(MANAGE),
            "may_delete": request.user.has_perm(DELETE),
            "asked": self._asked(request, edition),
        }
        return render(request, "admin/registration/retention.html", context)

    def _asked(self, request: HttpRequest, edition: Edition | None) -> Line | None:
        """The kind that is about to be deleted for good: asked first."""
        what = request.GET.get("delete", "")
        if edition is None or what not in What.values:
            return None
        return next((line for line in lines_of(edition) if line.what == what and line.is_deletable), None)

    def _do(self, request: HttpRequest, edition: Edition) -> None:
        wanted, what = request.POST.get("do"), request.POST.get("what", "")
        try:
            if wanted in ("try", "run") and what in What.values:
                run = run_retention(edition=edition, what=what, is_trial=wanted == "try", by=reader(request))
                messages.success(request, _said(run))
        except Refusal as refusal:
            messages.error(request, str(refusal))


def _said(run: RetentionRun) -> str:
    name = str(What(run.what).label)
    if run.is_trial:
        said = ngettext(
            "%(what)s: a run would take %(count)d row. Nothing was changed.",
            "%(what)s: a run would take %(count)d rows. Nothing was changed.",
            run.rows,
        )
    else:
        said = ngettext(
            "%(what)s: %(count)d row was taken.", "%(what)s: %(count)d rows were taken.", run.rows
        )
    return said % {"what": name, "count": run.rows}


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["started_at", "edition", "what", "which", "rows", "due_on", "finished_at", "by"]
    list_filter = [EditionFilter, "what", "is_trial"]
    list_select_related = ["edition", "by"]

    @display(description=_("kind"), ordering="is_trial", label={"trial": "info", "run": "warning"})
    def which(self, run: RetentionRun) -> tuple[str, str]:
        return ("trial", gettext("trial")) if run.is_trial else ("run", gettext("deleted"))


@admin.register(EditionClosing)
class EditionClosingAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["edition", "registered", "there", "closed_at", "closed_by"]
    list_select_related = ["edition", "closed_by"]
    fields = ["edition", "closed_at", "closed_by", "shown_figures"]
    readonly_fields = fields
    actions_list = ["open_table"]

    class Media:
        css: ClassVar = {"all": ["css/admin-timetable.css", "css/admin-lists.css"]}

    @action(description=_("Close an edition"), url_path="to-closing", icon="event_busy")
    def open_table(self, request: HttpRequest) -> HttpResponse:
        return redirect(f"{reverse('admin:registration_retentionrule_table')}#closing")

    @display(description=_("figures"))
    def shown_figures(self, closing: EditionClosing) -> SafeString:
        return render_to_string("admin/registration/closing_figures.html", {"tables": tables_of(closing)})

    @display(description=_("registered"))
    def registered(self, closing: EditionClosing) -> int:
        return int(closing.figures.get("registered", 0))

    @display(description=_("were there"))
    def there(self, closing: EditionClosing) -> int:
        return int(closing.figures.get("there", 0))


class ParticipationResource(SafeResource):
    class Meta(SafeResource.Meta):
        abstract = False
        model = Participation
        fields = ["edition__slug", "organisation__name_en", "registered", "there"]
        export_order = fields


@admin.register(Participation)
class ParticipationAdmin(ReadOnlyAdmin, SpreadsheetAdmin):
    resource_classes = [ParticipationResource]
    list_display = ["organisation", "edition", "registered", "there"]
    list_filter = [EditionFilter]
    list_select_related = ["organisation", "edition"]
    search_fields = [*in_every_language("organisation__name", ending="__unaccent")]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("edition__hosting__organisation")
