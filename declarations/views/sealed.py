"""The sealed PDF of a declaration: made by the worker, and here only handed out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from declarations.actions.sealing import content_of
from declarations.models import Declaration, SealedDocument
from declarations.views.machine import for_machines
from efus_conference.kept import same_for_everyone

SOON = "60"  # seconds: the worker looks each minute


@same_for_everyone("lang")
@for_machines
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """In the language of `?lang=`. None yet: 503, and when to ask again. Of a text we do not hold: 404."""
    declaration = get_object_or_404(Declaration.objects.public().exclude(text_hash=""), slug=slug)
    language = get_language() or ""
    document = SealedDocument.objects.filter(declaration=declaration, language=language).first()
    content = content_of(document) if document else None
    if document is None or content is None:
        context = {"declaration": declaration}
        waiting = render(request, "declarations/not_sealed_yet.html", context, status=503)
        waiting.headers["Retry-After"] = SOON
        return waiting
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{declaration.slug}-{language}.pdf"',
            "ETag": f'"{document.sha256}"',
        },
    )
