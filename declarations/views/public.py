"""The public pages: the same bytes for every visitor, so no session, no token of a form, no clock."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from declarations import register
from declarations.documents import ALL, document, language_name, lineage_of, text_for_reader, texts_of
from declarations.models import Declaration, DeclarationPoint
from efus_conference.kept import do_not_keep, same_for_everyone

# The office's pages show the same texts.
__all__ = ["declaration", "declarations", "language_name", "text_for_reader", "texts_of"]


@same_for_everyone()
@require_safe
def declarations(request: HttpRequest) -> HttpResponse:
    listed = (
        Declaration.objects.public()
        .annotate(signature_count=register.signature_count())
        .order_by("is_demonstration", "order", "-adopted_on", "pk")
    )
    return render(request, "declarations/declarations.html", {"declarations": listed})


@same_for_everyone("text")
@require_safe
def declaration(request: HttpRequest, slug: str) -> HttpResponse:
    shown = _published(slug)
    texts = texts_of(shown)
    asked = request.GET.get("text", "")
    points = list(shown.points.all())
    entries = register.entries(shown)
    context = {
        **document(texts, asked, get_language() or ""),
        "declaration": shown,
        "lineage": lineage_of(shown),
        "ceremony": getattr(shown, "ceremony", None),
        "entries": entries,
        "counted": register.counted(entries),
        "maps": register.maps_of(entries),
        "principles": [point for point in points if point.kind == DeclarationPoint.Kind.PRINCIPLE],
        "calls": [point for point in points if point.kind == DeclarationPoint.Kind.CALL],
    }
    response = render(request, "declarations/declaration.html", context)
    known = {"", ALL, *(each.code for each in texts)}
    return response if asked in known else do_not_keep(response)


def _published(slug: str) -> Declaration:
    return get_object_or_404(
        Declaration.objects.public().select_related(
            "adopted_at_edition", "project", "based_on", "supersedes", "ceremony"
        ),
        slug=slug,
    )
