"""The public register of a declaration: its table, the record of each signatory, and the page to embed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from csp.decorators import csp_replace
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from declarations import register
from declarations.log import reading
from declarations.models import Declaration, Signature
from declarations.models.signatures import RECORDED_STATES
from declarations.register import Entry, RegisterForm
from declarations.views.public import language_name
from efus_conference.kept import do_not_keep, same_for_everyone
from efus_conference.mail import site_address

ON_A_PAGE = 250
EMBED_HEIGHT = 660  # pixels that the page to embed takes where it is 600 wide


@same_for_everyone("country", "kind", "from", "until", "page")
@require_safe
def signatories(request: HttpRequest, slug: str) -> HttpResponse:
    shown = _published(slug)
    everybody = register.entries(shown)
    form = RegisterForm(request.GET, everybody)
    chosen = form.chosen()
    page, is_a_page = _page_of(chosen, request.GET.get("page", ""))
    response = render(
        request,
        "declarations/signatories.html",
        {
            "declaration": shown,
            "everybody": everybody,
            "form": form,
            "page": page,
            "numbers": page.paginator.get_elided_page_range(page.number),
            "filters": _without_page(request),
            "embed": _embedding(shown),
            **_overview(chosen),
        },
    )
    return response if form.may_be_kept and is_a_page else do_not_keep(response)


@same_for_everyone()
@require_safe
def signatory(request: HttpRequest, slug: str, organisation_slug: str) -> HttpResponse:
    shown = _published(slug)
    if entry := register.entry_of(shown, organisation_slug):
        language = entry.signature.language
        context = {
            "declaration": shown,
            "entry": entry,
            "text_language": language_name(language) if language else "",
            **_in_the_log(shown, entry.signature),
        }
        return render(request, "declarations/signatory.html", context)
    if left := register.leaving_of(shown, organisation_slug):
        # Gone, and known to be: who follows an old link learns that it was taken back.
        context = {"declaration": shown, "left": left, **_in_the_log(shown, left.entry.signature)}
        return render(request, "declarations/signatory_left.html", context, status=410)
    raise Http404


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@same_for_everyone()
@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The one page that other sites may show in a frame: no script, no form, nothing to be clicked by mistake."""
    shown = _published(slug)
    return render(
        request, "declarations/embed.html", {"declaration": shown, **_overview(register.entries(shown))}
    )


def _published(slug: str) -> Declaration:
    return get_object_or_404(Declaration.objects.public(), slug=slug)


def _in_the_log(shown: Declaration, signature: Signature) -> dict[str, Any]:
    """Where the log tells of a signature, as `declarations/_proof.html` shows it; None where it does not yet."""
    return {
        "signature": signature,
        "log_number": reading.numbers_of(shown, signature).get(signature.pk),
        "is_logged_soon": signature.state not in RECORDED_STATES,
    }


def _overview(chosen: Sequence[Entry]) -> dict[str, Any]:
    """What sums up entries: they all are in it, on whatever page of the table they stand."""
    return {
        "entries": chosen,
        "counted": register.counted(chosen),
        "maps": register.maps_of(chosen),
        "without_place": register.without_place(chosen),
        "timeline": register.timeline(chosen),
    }


def _page_of(chosen: Sequence[Entry], asked: str) -> tuple[Page[Entry], bool]:
    """The page of the table that is asked for, else the first; and whether there is such a one."""
    paginator = Paginator(chosen, ON_A_PAGE)
    page = paginator.get_page(asked if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1)
    return page, asked == "" or asked == str(page.number)


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""


def _embedding(shown: Declaration) -> dict[str, Any]:
    """What a city writes into a page of its own, in the language of the reader."""
    address = site_address(reverse("declarations:embed", args=[shown.slug]))
    return {"address": address, "height": EMBED_HEIGHT, "language": get_language()}
