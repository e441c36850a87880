"""What machines read of a text: its exact bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from declarations.models import Declaration, TextVersion
from efus_conference.kept import do_not_keep, same_for_everyone

View = Callable[..., HttpResponse]
PLAIN = "text/plain; charset=utf-8"


def for_machines(view: View) -> View:
    """Any site may read it, in the language of `?lang=` (English otherwise).

    Whoever sends something to it is told so in plain text; nothing is done with it, so no form needs its token.
    """

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            if request.method in ("GET", "HEAD"):
                response = view(request, *args, **kwargs)
            else:
                sentence = _("This can only be read.")
                response = HttpResponseNotAllowed(["GET", "HEAD"], f"{sentence}\n", content_type=PLAIN)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Content-Language"] = language
        return response if asked in ("", language) else do_not_keep(response)

    return wrapped


@same_for_everyone("lang")
@for_machines
def text(request: HttpRequest, slug: str, lang: str) -> HttpResponse:
    """The bytes that the published hash is over."""
    version = get_object_or_404(
        TextVersion.objects.exclude(declaration__text_hash=""),
        declaration__in=Declaration.objects.public(),
        declaration__slug=slug,
        language=lang,
    )
    return HttpResponse(version.body.encode(), content_type=PLAIN)
