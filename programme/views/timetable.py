from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from programme.filters import TimetableFilters
from programme.models import ReleasedSession, Theme
from programme.timetable import days
from programme.views.editions import EditionPages, on_edition
from programme.wording import session_lines


@on_edition
def timetable(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    lines = session_lines(ReleasedSession.objects.of(pages.edition), pages.edition)
    used = {theme for line in lines for theme in line.row.theme_ids}
    themes = sorted(Theme.objects.filter(pk__in=used), key=lambda theme: theme.name.casefold())
    filters = TimetableFilters(request.GET, lines, themes)
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
