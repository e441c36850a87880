from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from efus_conference.former_addresses import moved
from efus_conference.kept import do_not_keep, same_for_everyone
from programme.filters import NAMES, TimetableFilters
from programme.models import ReleasedSession, Theme
from programme.people import shown_speakers
from programme.timetable import days
from programme.views.editions import EditionPages, on_edition
from programme.wording import session_lines


# Not “q”: of words there is no end.
@same_for_everyone(*NAMES)
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
    if filters.ignored and (latest := moved(request)):
        return do_not_keep(HttpResponsePermanentRedirect(latest))
    chosen = filters.apply(lines)
    context = {
        **pages.context,
        "has_programme": bool(lines),
        "days": days(chosen),
        "filters": filters,
        "is_filtered": bool(filters.chosen),
        "count": len(chosen),
    }
    response = render(request, "programme/timetable.html", context)
    return do_not_keep(response) if filters.ignored else response
