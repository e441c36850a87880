"""The two screens of the evening: the operator records, the second officer confirms on another device.

Both ask every few seconds whether something changed (`state`); without scripts a reload does the same. What is done
from a screen that is not up to date is refused, and the page comes back as things stand, with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declarations import actions
from declarations.actions import Refusal
from declarations.admin.stage_forms import BackForm, ScanForm, SendBackForm, SignedForm, SubstituteForm
from declarations.admin.stage_list import ceremony_for, context_of, seen_in, signing_in
from declarations.admin.steps import officer
from declarations.models import Ceremony, StageSigning
from declarations.on_stage import OnStage, Place, seconds_left, signings_of, version_of, with_obstacles

Act = Callable[[StageSigning, Any, dict[str, Any]], Any]


def _sign(signing: StageSigning, form: Any, common: dict[str, Any]) -> None:
    actions.record_on_stage(signing=signing, signed_at=form.signed_at(), **common)


def _substitute(signing: StageSigning, form: Any, common: dict[str, Any]) -> None:
    actions.record_on_stage(signing=signing, signed_at=form.signed_at(), substitute=form.substitute, **common)


def _scan(signing: StageSigning, form: Any, common: dict[str, Any]) -> None:
    actions.add_scan(signing=signing, file=form.cleaned_data["file"], **common)


def _take_back(signing: StageSigning, form: Any, common: dict[str, Any]) -> None:
    actions.take_back(signing=signing, note=form.cleaned_data["note"], **common)


def _undo(signing: StageSigning, form: Any, common: dict[str, Any]) -> None:
    actions.undo_on_stage(signing=signing, note=form.cleaned_data["note"], **common)


Step = tuple[type[forms.Form], Act, Any]

# Name in the form → (form, action, what is said after it).
STEPS: dict[str, Step] = {
    "sign": (SignedForm, _sign, gettext_lazy("%(signatory)s: signed. A second officer confirms it now.")),
    "substitute": (
        SubstituteForm,
        _substitute,
        gettext_lazy("%(signatory)s: signed by the substitute. A second officer confirms it now."),
    ),
    "absent": (
        forms.Form,
        lambda signing, form, common: actions.record_absent(signing=signing, **common),
        gettext_lazy("%(signatory)s: absent."),
    ),
    "scan_follows": (
        forms.Form,
        lambda signing, form, common: actions.let_scan_follow(signing=signing, **common),
        gettext_lazy("%(signatory)s: the scan follows."),
    ),
    "scan": (ScanForm, _scan, gettext_lazy("%(signatory)s: the scan is kept.")),
    "take_back": (BackForm, _take_back, gettext_lazy("%(signatory)s: taken back.")),
    "undo": (
        BackForm,
        _undo,
        gettext_lazy("%(signatory)s: undone. Nothing of it became public in the register."),
    ),
    "call_again": (
        forms.Form,
        lambda signing, form, common: actions.call_again(signing=signing, **common),
        gettext_lazy("%(signatory)s: on the list again. What was withdrawn stays withdrawn."),
    ),
    "confirm": (
        forms.Form,
        lambda signing, form, common: actions.confirm_on_stage(signing=signing, **common),
        gettext_lazy("%(signatory)s: confirmed. The name shows on stage now."),
    ),
}
OPERATOR = {name: step for name, step in STEPS.items() if name != "confirm"}
SECOND: dict[str, Step] = {
    **{name: STEPS[name] for name in ("confirm", "undo", "scan_follows", "scan")},
    "take_back": (SendBackForm, _take_back, gettext_lazy("%(signatory)s: sent back to the operator.")),
}


def operator_page(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    ceremony = ceremony_for(request, pk)
    if request.method == "POST" and request.POST.get("what") in ("open", "end"):
        return _open_or_end(request, ceremony)
    answer, typed = _handled(request, ceremony, OPERATOR, "admin:declarations_ceremony_stage")
    if answer is not None:
        return answer
    rows = signings_of(ceremony)
    groups = [(place, [row for row in rows if row.place == place]) for place in Place]
    context = {
        **_shown(request, admin, ceremony, rows, _("Operator’s screen")),
        "groups": [(place, found) for place, found in groups if found],
        "typed": typed,
        "left_open": sum(row.place in (Place.TO_SIGN, Place.TO_CLEAR) for row in rows),
        "without_scan": sum(row.place == Place.CONFIRMED and row.needs_scan for row in rows),
        "unconfirmed": sum(row.place == Place.RECORDED for row in rows),
        "now": timezone.localtime(),
    }
    return TemplateResponse(request, "admin/declarations/ceremony_stage.html", context)


def confirming_page(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    ceremony = ceremony_for(request, pk)
    answer, typed = _handled(request, ceremony, SECOND, "admin:declarations_ceremony_confirm")
    if answer is not None:
        return answer
    rows = signings_of(ceremony)
    context = {
        **_shown(request, admin, ceremony, rows, _("Second officer’s screen")),
        "waiting": with_obstacles(rows, by=officer(request)),
        "confirmed": [row for row in rows if row.place == Place.CONFIRMED],
        "typed": typed,
    }
    return TemplateResponse(request, "admin/declarations/ceremony_confirm.html", context)


def state(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """What a screen asks: the version of all, and the clock of this machine."""
    ceremony = ceremony_for(request, pk)
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    rows = signings_of(ceremony)
    return JsonResponse(
        {
            "version": version_of(ceremony, rows),
            "clock": f"{timezone.localtime():%H:%M}",
            "undo": {
                str(row.signing.pk): seconds_left(row.signing, timezone.now())
                for row in rows
                if row.place == Place.CONFIRMED
            },
        }
    )


def _shown(
    request: HttpRequest, admin: Any, ceremony: Ceremony, rows: list[OnStage], title: str
) -> dict[str, Any]:
    return {
        **context_of(request, admin, ceremony, title),
        "version": version_of(ceremony, rows),
        "asks": reverse("admin:declarations_ceremony_state", args=[ceremony.pk]),
        "at": timezone.now(),
        "zone": timezone.get_current_timezone_name(),
    }


def _handled(
    request: HttpRequest, ceremony: Ceremony, offered: dict[str, Step], page: str
) -> tuple[HttpResponse | None, dict[str, Any]]:
    """Does what was pressed. Where that is refused, what was typed, by the row and the step it belongs to."""
    if request.method != "POST":
        return None, {}
    what = request.POST.get("what", "")
    if what not in offered:
        raise Http404
    signing = signing_in(ceremony, request.POST.get("signing"))
    make_form, act, done = offered[what]
    by = officer(request)
    options: dict[str, Any] = {"sender": f"stage-{by.pk}"} if make_form is ScanForm else {}
    form = make_form(request.POST, request.FILES, **options)
    typed = {"signing": signing.pk, "what": what, "is": request.POST, "errors": form.errors}
    if not form.is_valid():
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, f"{signing}: {error}")
        return None, typed
    try:
        act(signing, form, {"by": by, "seen": seen_in(request)})
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None, typed
    messages.success(request, str(done) % {"signatory": signing})
    return redirect(f"{reverse(page, args=[ceremony.pk])}#signing-{signing.pk}"), {}


def _open_or_end(request: HttpRequest, ceremony: Ceremony) -> HttpResponse:
    try:
        if request.POST["what"] == "open":
            actions.open_ceremony(ceremony=ceremony, by=officer(request))
            messages.success(request, _("The ceremony is open: what is signed can be recorded."))
        else:
            actions.end_ceremony(ceremony=ceremony, by=officer(request))
            messages.success(request, _("The ceremony is over. Nothing more is recorded on stage."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("admin:declarations_ceremony_stage", pk=ceremony.pk)
