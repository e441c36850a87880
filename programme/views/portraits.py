from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from programme.models import Speaker
from programme.portraits import LARGE, SIZES, TYPES, file_name


@require_safe
def portrait(request: HttpRequest, slug: str, size: int = LARGE, ending: str = "jpg") -> HttpResponse:
    """The picture of a person whom the site may show; asked again each time, so that a withdrawal acts at once."""
    found = Speaker.objects.shown().filter(slug=slug).exclude(portrait="").first()
    if found is None:
        raise Http404
    return picture_response(request, found, size, ending)


def picture_response(request: HttpRequest, speaker: Speaker, size: int, ending: str) -> HttpResponse:
    """One of the stored pictures; Http404 for a size or format that is not there."""
    name = file_name(speaker, size, ending) if size in SIZES and ending in TYPES else ""
    if not name:
        raise Http404
    # The name is made from the content, so nothing need be read to know that it is the same.
    etag = quote_etag(name.rpartition("/")[2])
    answered = get_conditional_response(request, etag=etag)
    if isinstance(answered, HttpResponseNotModified):
        response: HttpResponse = answered
    else:
        try:
            with speaker.portrait.storage.open(name, "rb") as file:
                response = HttpResponse(file.read(), content_type=TYPES[ending])
        except FileNotFoundError:
            raise Http404 from None
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
