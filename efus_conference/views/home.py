"""The home page: the current edition, or what comes next. The same bytes for every visitor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe

from archive.home import home_context
from efus_conference.kept import same_for_everyone
from efus_conference.models import Edition


@require_safe
def to_the_reader_s_language(request: HttpRequest) -> HttpResponse:
    """`/` has no language: sends on to the home page in the reader's."""
    with translation.override(translation.get_language_from_request(request)):
        response = redirect("home")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@same_for_everyone()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", home_context(Edition.objects.current()))
