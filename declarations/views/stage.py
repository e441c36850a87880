"""The stage: the page in the hall and on the telephones there, the same bytes for all of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from declarations import register
from declarations.models import Declaration
from declarations.register import Stage
from declarations.views.machine import for_machines
from efus_conference import qr
from efus_conference.kept import same_for_everyone
from efus_conference.mail import site_address


@same_for_everyone()
@require_safe
def ceremony(request: HttpRequest, slug: str) -> HttpResponse:
    stage = _stage(slug)
    shown = stage.declaration
    note = stage.checkpoint.note if stage.checkpoint else ""
    # Before it begins the hall is led here, to follow it by telephone; at the end it takes the checkpoint home.
    here = site_address(reverse("declarations:ceremony", args=[slug])) if stage.phase == "before" else ""
    return render(
        request,
        "declarations/ceremony.html",
        {
            "declaration": shown,
            "stage": stage,
            "edition": shown.adopted_at_edition,
            "here": _breakable(here),
            "address": _breakable(site_address(reverse("declarations:verify", args=[slug]))),
            "note": note,
            "symbol": qr.symbol(note or here) if note or here else None,
        },
    )


@same_for_everyone("lang")
@for_machines
def ceremony_json(request: HttpRequest, slug: str) -> HttpResponse:
    """What the page asks for every few seconds: whether it is still as it was."""
    stage = _stage(slug)
    return JsonResponse({"version": stage.version, "phase": stage.phase, "count": len(stage.entries)})


def _breakable(address: str) -> SafeString:
    """For whoever types it from a screen: it breaks behind a slash, and not within a word."""
    *before, last = address.split("/")
    return format_html("{}{}", format_html_join("", "{}/<wbr>", ([part] for part in before)), last)


def _stage(slug: str) -> Stage:
    shown = get_object_or_404(Declaration.objects.public().select_related("adopted_at_edition"), slug=slug)
    stage = register.stage_of(shown)
    if stage is None:
        raise Http404
    return stage
