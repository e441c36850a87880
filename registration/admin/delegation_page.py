"""Organisers' page of one city: its places, people, seats and waits, who coordinates it, and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import tablib
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from efus_conference.exports import printable, safe_cell, sheet_title
from efus_conference.templatetags.dates import moment_at
from registration.actions import Refusal
from registration.actions.delegations import add_places, decline_places, take_back_place
from registration.actions.invitations import revoke_invitation
from registration.delegation_sheets import exported, headings
from registration.delegations import Overview, PlaceLine, agenda, history_of_delegation, overview
from registration.models import Delegation, Hold, Place
from registration.powers import DESK
from registration.requests import reader

if TYPE_CHECKING:
    from registration.admin.delegations import DelegationAdmin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class AddForm(forms.Form):
    places = forms.IntegerField(
        label=gettext_lazy("Places to add"),
        min_value=1,
        max_value=200,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={
            "required": gettext_lazy("Enter a number."),
            "invalid": gettext_lazy("Enter a whole number, like 2."),
            "min_value": gettext_lazy("Add at least one place."),
            "max_value": gettext_lazy("Add at most %(limit_value)d places at once."),
        },
    )


@never_cache
def delegation_page(request: HttpRequest, admin: DelegationAdmin, pk: int) -> HttpResponse:
    """Read by who may see people; places are added and taken back by the desk."""
    if not (admin.has_view_permission(request) and request.user.has_perm("registration.view_registration")):
        raise PermissionDenied
    rows = Delegation.objects.select_related("edition", "organisation", "coordinator")
    delegation = get_object_or_404(rows, pk=pk)
    form = AddForm(request.POST if request.POST.get("what") == "add" else None)
    if request.method == "POST":
        answer = _do(request, delegation, form)
        if answer is not None:
            return answer
    if request.GET.get("as") == "xlsx":
        return people_file([delegation])
    shown = overview(delegation)
    asked = delegation.requests.filter(answered_at=None).select_related("asked_by").first()
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": _("%(city)s, %(edition)s")
        % {"city": delegation.organisation, "edition": delegation.edition.name},
        "opts": admin.opts,
        "delegation": delegation,
        "shown": shown,
        "days": agenda(shown.lines, delegation.edition),
        "holds": Hold.objects.filter(delegation=delegation).select_related("pool__session"),
        "taken_back": delegation.places.exclude(closed_at=None).count(),
        "asked": asked,
        "asked_at": moment_at(asked.asked_at, delegation.edition) if asked else "",
        "form": form if form.is_bound else AddForm(initial={"places": asked.places if asked else 1}),
        "may_change": request.user.has_perm(DESK),
        "leaving": _leaving(request, shown),
        "history": history_of_delegation(delegation),
    }
    return render(request, "admin/registration/delegation.html", context)


def _leaving(request: HttpRequest, shown: Overview) -> PlaceLine | None:
    """The place about to be taken back, which asks first."""
    asked = request.GET.get("take_back", "")
    return next((line for line in shown.free if str(line.place.pk) == asked), None)


def _do(request: HttpRequest, delegation: Delegation, form: AddForm) -> HttpResponse | None:
    by, what = reader(request), request.POST.get("what", "")
    verb, _sep, number = what.partition("-")
    try:
        if what == "add":
            if not form.is_valid():
                return None
            made = add_places(delegation=delegation, count=form.cleaned_data["places"], by=by)
            sentence = ngettext("%(count)d place is added.", "%(count)d places are added.", len(made))
            messages.success(request, sentence % {"count": len(made)})
        elif what == "decline":
            decline_places(delegation=delegation, by=by)
            messages.success(request, _("The coordinator sees that no places could be added."))
        elif verb in ("take_back", "uninvite") and number.isdecimal() and len(number) < 19:
            place = get_object_or_404(Place, pk=int(number), delegation=delegation)
            if verb == "uninvite":
                revoke_invitation(place=place, by=by)
                messages.success(request, _("The invitation is taken back; its link works no more."))
            else:
                take_back_place(place=place, by=by)
                messages.success(request, _("The place is taken back, and its seats are free."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("admin:registration_delegation_city", pk=delegation.pk)


def people_file(delegations: Iterable[Delegation]) -> HttpResponse:
    """Everyone of them on one sheet, safe against formulas."""
    chosen = list(delegations)
    # Of one city its name; of several what they are.
    title = str(chosen[0].organisation) if len(chosen) == 1 else _("Delegations")
    dataset = tablib.Dataset(
        headers=[_("City"), _("Edition"), *headings()], title=sheet_title(title, _("Delegations"))
    )
    for delegation in chosen:
        for row in exported(overview(delegation)):
            cells = [str(delegation.organisation), delegation.edition.slug, *row]
            dataset.append([safe_cell(printable(cell) if isinstance(cell, str) else cell) for cell in cells])
    return HttpResponse(
        dataset.export("xlsx"),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="delegations.xlsx"'},
    )
