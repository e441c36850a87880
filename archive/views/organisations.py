from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from archive.organisations import chapters, on_record
from declarations import register
from efus_conference.kept import same_for_everyone


@same_for_everyone()
@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(on_record(), slug=slug)
    context = {"organisation": shown, "chapters": chapters(shown), "signed": register.of_organisation(shown)}
    return render(request, "archive/organisation.html", context)
