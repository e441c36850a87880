from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from efus_conference.kept import same_for_everyone
from programme.changelog import releases
from programme.views.editions import EditionPages, on_edition


@same_for_everyone()
@on_edition
def changes(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    context = {**pages.context, "releases": releases(pages.edition)}
    return render(request, "programme/changes.html", context)
