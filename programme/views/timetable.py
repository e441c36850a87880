from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from programme.filters import TimetableFilters
from programme.models import ReleasedSession, Theme
from programme.people import shown_speakers
from programme.timetable import days
from programme.views.editions import EditionPages, on_edition
from programme.wording import session_lines


@on_edition
def timetable(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    names: dict[int, str] = {}
    if request.GET.get("q"):
        rows = list(ReleasedSession.objects.of(pages.edition))
        names = {person.pk: person.name for person in shown_speakers(rows)}
    else:
        rows = ReleasedSession.objects.listed(pages.edition)
    lines = session_lines(rows, pages.edition)
    used = {theme for line in lines for theme in line.row.theme_ids}
    themes = sorted(Theme.objects.filter(pk__in=used), key=lambda theme: theme.name.casefold())
    filters = TimetableFilters(request.GET, lines, themes, names)
    chosen = filters.apply(lines)
    context = {
        **pages.context,
        "has_programme": bool(lines),
        "days": days(chosen),
        "filters": filters,
        "is_filtered": bool(filters.chosen),
        "count": len(chosen),
    }
    return render(request, "programme/timetable.html", context)
