"""Names that a human should look at, in the list and on the page of signatories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from declarations.actions.names import look_at_name
from declarations.admin.steps import officer, step
from declarations.models import Signatory
from declarations.name_checks import as_looked_at, findings_of, flagged, is_looked_at, written_names
from declarations.names import DIRECTION, is_invisible
from declarations.text_checks import named
from efus_conference.admin_base import number


class SeenNameForm(forms.Form):
    seen = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)


class NamesToLookAt(admin.SimpleListFilter):
    title = _("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("look", _("to look at"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "look":
            return queryset
        every = list(Signatory.objects.select_related("organisation"))
        found = findings_of(every)
        return queryset.filter(
            pk__in=[each.pk for each in every if found[each.pk] and not is_looked_at(each)]
        )


class NamesLookedAt:
    """Mixed into the admin of signatories."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Looks at the names of the page's rows together: one query more, however many."""
        shown = super().get_changelist_instance(request)  # type: ignore[misc]
        rows = list(shown.result_list)
        found = findings_of(rows)
        for row in rows:
            row.name_findings = found[row.pk]
        shown.result_list = rows
        return shown

    @display(description=_("name"))
    def name_to_look_at(self, obj: Any) -> str:
        """A spreadsheet of the whole list tells what a name has by itself; the page also what it looks like."""
        found = getattr(obj, "name_findings", None)
        found = flagged(obj.organisation) if found is None else found
        if not found:
            return ""
        return str(_("looked at")) if is_looked_at(obj) else " ".join(found)

    @display(description=_("name"))
    def name_findings(self, obj: Signatory) -> str:
        found = " ".join(findings_of([obj])[obj.pk])
        if found and is_looked_at(obj):
            return str(_("%(who)s looked at it on %(day)s. %(found)s")) % {
                "who": obj.name_checked_by,
                "day": obj.name_checked_at.date() if obj.name_checked_at else "",
                "found": found,
            }
        return found or str(_("Nothing about it needs a second look."))

    @action(description=_("Look at the name …"), url_path="name", permissions=["change"])
    def look_at_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signatory = get_object_or_404(Signatory.objects.select_related("organisation"), pk=number(object_id))
        form = SeenNameForm(
            request.POST if request.method == "POST" else None, initial={"seen": as_looked_at(signatory)}
        )
        return step(
            self,  # type: ignore[arg-type]
            request,
            signatory,
            title=_("Look at this name"),
            explanation=[
                *(spelled(name) for name in written_names(signatory.organisation)),
                *(
                    findings_of([signatory])[signatory.pk]
                    or [str(_("Nothing about it needs a second look."))]
                ),
                _(
                    "Is this the organisation that you mean, written as it writes itself? If a letter is wrong, "
                    "mend it with the organisation first."
                ),
            ],
            button=_("I looked at this name"),
            form=form,
            do=lambda form: look_at_name(
                signatory=signatory, by=officer(request), seen=form.cleaned_data["seen"]
            ),
            done=_("It is written down that you looked at this name."),
        )


def spelled(name: str) -> str:
    """A name with what is not seen of it, and each letter that is not of the Latin script, by its name in Unicode."""
    told = [
        named(each)
        for each in dict.fromkeys(name)
        if is_invisible(each) or each in DIRECTION or (each.isalpha() and "LATIN" not in named(each))
    ]
    return f"{name} ({', '.join(told[:40])})" if told else name
