from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from efus_conference.kept import same_for_everyone
from programme.models import Room
from programme.places import houses_of
from programme.views.editions import EditionPages, on_edition


@same_for_everyone()
@on_edition
def rooms(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    """Where everything takes place: the rooms by building, each with its door's screen."""
    found = Room.objects.filter(edition=pages.edition).select_related("venue").order_by("order", "pk")
    context = {**pages.context, "houses": houses_of(found, pages.edition)}
    return render(request, "programme/rooms.html", context)
