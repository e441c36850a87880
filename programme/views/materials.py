from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from efus_conference.kept import same_for_everyone
from efus_conference.stored_files import file_response
from programme.after import TYPES, materials_by_session, public_name
from programme.models import Material
from programme.views.editions import EditionPages, on_edition
from programme.wording import session_lines


@same_for_everyone()
@on_edition
def materials(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    """Recordings, slides and documents of an edition's sessions."""
    found = materials_by_session(pages.edition)
    lines = session_lines([row for row, _materials in found], pages.edition)
    listed = [(line, kept) for line, (_row, kept) in zip(lines, found, strict=True)]
    return render(request, "programme/materials.html", {**pages.context, "sessions": listed})


@require_safe
def material(request: HttpRequest, number: int, filename: str) -> HttpResponseBase:
    """A file of a session, only while it is published; asked again each time, so that taking it back acts at once."""
    if number > 2**63 - 1:
        raise Http404
    found = Material.objects.public().exclude(file="").filter(pk=number).first()
    if found is None:
        raise Http404
    if filename != public_name(found):
        return HttpResponsePermanentRedirect(
            reverse("programme_machine:material", args=[number, public_name(found)])
        )
    return material_response(request, found)


def material_response(request: HttpRequest, found: Material) -> HttpResponseBase:
    """The file in pieces, under the type its content was judged to be."""
    return file_response(
        request,
        found.file,
        name=public_name(found),
        content_type=TYPES.get(found.ending, "application/octet-stream"),
        # Browsers show a PDF themselves, in a reader that no script of ours or theirs reaches.
        as_attachment=found.ending != "pdf",
    )
