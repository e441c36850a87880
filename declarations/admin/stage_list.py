"""Before the ceremony: who signs for whom, entered by one officer and cleared by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from declarations.actions import Refusal, change_signer, clear_signer, enter_signer, import_signatories
from declarations.actions.refusals import SENTENCES
from declarations.admin.stage_forms import SignerForm
from declarations.admin.steps import officer
from declarations.models import Ceremony, StageSigning
from declarations.on_stage import Place, signings_of
from efus_conference.admin_base import number

READ = "declarations.view_ceremony"
RUN = "declarations.change_ceremony"


def ceremony_for(request: HttpRequest, pk: int) -> Ceremony:
    """The ceremony, for those who may read it, and on POST for those who may run it."""
    if not request.user.has_perm(RUN if request.method == "POST" else READ):
        raise PermissionDenied
    return get_object_or_404(Ceremony.objects.select_related("declaration"), pk=number(pk))


def phase_of(ceremony: Ceremony) -> Any:
    if ceremony.opened_at is None:
        return gettext_lazy("in preparation")
    return gettext_lazy("open") if ceremony.is_open else gettext_lazy("over")


def context_of(request: HttpRequest, admin: Any, ceremony: Ceremony, title: str) -> dict[str, Any]:
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": title,
        "original": ceremony,
        "subtitle": str(ceremony),
        "ceremony": ceremony,
        "phase": phase_of(ceremony),
        "may_run": request.user.has_perm(RUN),
        "by": officer(request),
    }


def list_page(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """All that are to sign, in the order of protocol. POST clears one, or imports who was invited."""
    ceremony = ceremony_for(request, pk)
    if request.method == "POST":
        try:
            _do(request, ceremony)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:declarations_ceremony_list", pk=ceremony.pk)
    rows = signings_of(ceremony)
    me = officer(request)
    context = {
        **context_of(request, admin, ceremony, _("Who signs on stage")),
        "rows": [(row, row.is_complete and row.signing.entered_by.user_id != me.pk) for row in rows],
        "to_clear": sum(row.place == Place.TO_CLEAR for row in rows),
    }
    return TemplateResponse(request, "admin/declarations/ceremony_list.html", context)


def _do(request: HttpRequest, ceremony: Ceremony) -> None:
    what = request.POST.get("what")
    if what == "import":
        count = len(import_signatories(ceremony=ceremony, by=officer(request)))
        sentence = ngettext(
            "%(count)d invited signatory was put on the list. Enter now who signs.",
            "%(count)d invited signatories were put on the list. Enter now who signs.",
            count,
        )
        messages.success(request, sentence % {"count": count})
    elif what == "clear":
        signing = signing_in(ceremony, request.POST.get("signing"))
        clear_signer(signing=signing, by=officer(request), seen=seen_in(request))
        messages.success(request, _("%(signatory)s is cleared for the stage.") % {"signatory": signing})
    else:
        raise Http404


def signing_in(ceremony: Ceremony, pk: Any) -> StageSigning:
    rows = StageSigning.objects.select_related("signatory__organisation", "signatory__declaration")
    return get_object_or_404(rows, ceremony=ceremony, pk=number(pk))


def seen_in(request: HttpRequest) -> int:
    """What the page was made from; -1, which no row has, where it does not say."""
    seen = request.POST.get("seen", "")
    return number(seen) if seen.isdecimal() else -1


def signer_page(request: HttpRequest, pk: int, admin: Any, signing: int | None = None) -> HttpResponse:
    """Who signs for one signatory. What was cleared before has to be cleared anew after a change."""
    ceremony = ceremony_for(request, pk)
    shown = signing_in(ceremony, signing) if signing is not None else None
    form = SignerForm(request.POST if request.method == "POST" else None, ceremony=ceremony, signing=shown)
    seen = shown.version if shown else 0
    if request.method == "POST" and form.is_valid():
        order = form.cleaned_data["precedence"]
        try:
            if shown is None:
                signatory = form.cleaned_data["signatory"]
                enter_signer(
                    ceremony=ceremony,
                    signatory=signatory,
                    signer=form.signer,
                    by=officer(request),
                    precedence=order,
                )
            else:
                change_signer(
                    signing=shown,
                    signer=form.signer,
                    by=officer(request),
                    seen=seen_in(request),
                    precedence=order,
                )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("This is entered. A second officer clears it now."))
            return redirect("admin:declarations_ceremony_list", pk=ceremony.pk)
    title = _("Who signs for %(signatory)s") % {"signatory": shown} if shown else _("Add a signatory")
    context = {
        **context_of(request, admin, ceremony, title),
        "form": form,
        "signing": shown,
        "seen": str(seen),
        "history": shown.events.select_related("actor__user") if shown else [],
        "is_cleared": shown is not None and shown.cleared_by_id is not None,
        "is_signed": shown is not None and shown.signed_at is not None,
        "signed_sentence": SENTENCES["confirmed_is_undone_first"],
    }
    return TemplateResponse(request, "admin/declarations/ceremony_signer.html", context)
