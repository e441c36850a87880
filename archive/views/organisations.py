from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from archive.maps import maps_of
from archive.organisations import chapters, has_begun, on_record
from declarations import register
from efus_conference.kept import same_for_everyone


@same_for_everyone()
@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(on_record(), slug=slug)
    story, signed = chapters(shown), register.of_organisation(shown)
    context = {
        "organisation": shown,
        "chapters": story,
        "signed": signed,
        "maps": maps_of(
            [shown],
            hosts=[shown.pk] if any(chapter.host and has_begun(chapter.edition) for chapter in story) else [],
            signatories=[shown.pk] if signed else [],
        ),
    }
    return render(request, "archive/organisation.html", context)
