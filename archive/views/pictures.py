from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from archive.models import Picture
from archive.pictures import TYPES, endings_of, file_name, widths_of


@require_safe
def picture(request: HttpRequest, digest: str, width: int, ending: str) -> HttpResponse:
    """One file of a picture of the library. Its address says what is in it, so it is never asked for again."""
    found: Picture = get_object_or_404(Picture, digest=digest)
    if width not in widths_of(found.width) or ending not in endings_of(is_drawing=found.is_drawing):
        raise Http404
    try:
        with default_storage.open(file_name(digest, width, ending), "rb") as file:
            response = HttpResponse(file.read(), content_type=TYPES[ending])
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
