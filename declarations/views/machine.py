"""What machines read of a text: its exact bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from declarations.models import Declaration, TextVersion
from efus_conference.kept import do_not_keep, same_for_everyone

View = Callable[..., HttpResponse]


def for_machines(view: View) -> View:
    """Any site may read it, in the language of `?lang=` (English otherwise)."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request, *args, **kwargs)
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
    return HttpResponse(version.body.encode(), content_type="text/plain; charset=utf-8")
