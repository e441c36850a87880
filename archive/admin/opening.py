"""“Open the next edition” and “Make current”: each asked on a page that says what it does."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from archive.actions.opening import (
    ADD,
    CHANGE,
    OpeningRefusal,
    make_current,
    open_next_edition,
    pages_to_copy,
)
from efus_conference.admin_base import number
from efus_conference.models import Edition, Organisation
from efus_conference.sorting import sort_key
from registration.actions.opening import Setup
from registration.requests import reader

FIELDS = ["year", "number", "slug", "starts_on", "ends_on", "timezone"]
LONGEST = timedelta(days=31)


class OpeningForm(forms.ModelForm):
    host = forms.ModelChoiceField(
        queryset=Organisation.objects.all(), label=_("Host"), widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = Edition
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_on"):
            self.fields[name].required = True
            self.fields[name].help_text = _("As in 2030-10-14.")
        self.fields["slug"].help_text = _("As in istanbul-2030: it stands in every address of the edition.")
        self.fields["host"].queryset = Organisation.objects.order_by(sort_key("name"), "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        first, last, year = (answers.get(name) for name in ("starts_on", "ends_on", "year"))
        if first and last and last - first > LONGEST:
            self.add_error("ends_on", _("No edition lasts longer than a month: check the days."))
        if first and year and first.year != year:
            self.add_error("year", _("The first day is in another year."))
        return answers


class OpensEditions:
    """Mixed in first: the two pages, and the buttons that lead to them."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [
            path("<int:pk>/open-next/", wrap(self.opening), name="archive_edition_open_next"),
            path("<int:pk>/make-current/", wrap(self.making_current), name="archive_edition_make_current"),
            *urls,
        ]

    def has_open_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(ADD))

    def has_make_current_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(CHANGE))

    @action(
        description=_("Open the next edition"), url_path="to-next", icon="add_circle", permissions=["open"]
    )
    def to_next(self, request: HttpRequest) -> HttpResponse:
        latest = Edition.objects.order_by("-number").values_list("pk", flat=True).first()
        return redirect("admin:archive_edition_open_next", pk=latest) if latest else redirect("admin:index")

    @action(
        description=_("Open the next one from this"),
        url_path="to-opening",
        icon="add_circle",
        permissions=["open"],
    )
    def to_opening(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:archive_edition_open_next", pk=number(object_id))

    @action(description=_("Make current"), url_path="to-current", icon="home", permissions=["make_current"])
    def to_current(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:archive_edition_make_current", pk=number(object_id))

    @method_decorator(never_cache)
    def opening(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_open_permission(request):
            raise PermissionDenied
        source = _edition(pk)
        form = self._form(request, source)
        if request.method == "POST" and form.is_valid():
            answers = {name: form.cleaned_data[name] for name in (*FIELDS, "host")}
            try:
                made = open_next_edition(source=source, by=reader(request), **answers)
            except OpeningRefusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_addition(request, made, [{"added": {}}])  # type: ignore[attr-defined]
                messages.success(
                    request,
                    gettext(
                        "The edition is open for you to prepare: nobody else sees it yet. Look through its "
                        "categories, questions, mails and drafts of pages, which still say what they said."
                    ),
                )
                return redirect("admin:efus_conference_edition_change", made.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Open the next edition"),
            "opts": self.opts,
            "source": source,
            "form": form,
            "setup": Setup.of(source),
            "pages": pages_to_copy(source),
            "editions": Edition.objects.in_order().reverse(),
        }
        return render(request, "archive/admin/open_next.html", context)

    def _form(self, request: HttpRequest, source: Edition) -> Any:
        callback = partial(self.formfield_for_dbfield, request=request)  # type: ignore[attr-defined]
        made: Any = forms.modelform_factory(
            Edition, form=OpeningForm, fields=FIELDS, formfield_callback=callback
        )
        if request.method == "POST":
            return made(request.POST)
        last = Edition.objects.aggregate(last=Max("number"))["last"] or 0
        return made(initial={"number": last + 1, "timezone": source.timezone})

    @method_decorator(never_cache)
    def making_current(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_make_current_permission(request):
            raise PermissionDenied
        edition = _edition(pk)
        if request.method == "POST":
            try:
                make_current(edition=edition, by=reader(request))
            except OpeningRefusal as refusal:
                messages.error(request, refusal.message)
            else:
                self.log_change(request, edition, [{"changed": {"fields": ["is_current"]}}])  # type: ignore[attr-defined]
                messages.success(request, gettext("The home page shows this edition now."))
            return redirect("admin:efus_conference_edition_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Make current"),
            "opts": self.opts,
            "edition": edition,
            "before": Edition.objects.filter(is_current=True).exclude(pk=pk).first(),
        }
        return render(request, "archive/admin/make_current.html", context)


def _edition(pk: int) -> Edition:
    edition = Edition.objects.filter(pk=pk).first() if pk < 2**63 else None
    if edition is None:
        raise Http404
    return edition
