from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from efus_conference.kept import same_for_everyone
from programme.after import materials_of
from programme.changelog import session_history
from programme.models import ReleasedSession, Theme
from programme.people import people_of
from programme.places import place_of, practical_matters
from programme.views.editions import EditionPages, Elsewhere, NotThere, on_edition
from programme.wording import session_lines


@same_for_everyone()
@on_edition
def session(request: HttpRequest, pages: EditionPages, code: str) -> HttpResponse:
    row = (
        ReleasedSession.objects.filter(session__code=code.upper(), edition__is_published=True)
        .select_related("session", "kind", "room__venue", "edition")
        .first()
    )
    if row is None:
        raise NotThere(session_code=code)
    if row.session.code != code or row.edition_id != pages.edition.pk:
        raise Elsewhere("programme:session", row.edition.slug, row.session.code)
    [line] = session_lines([row], pages.edition, with_year=True)
    context = {
        **pages.context,
        "line": line,
        "row": row,
        "code": row.session.code,
        "subtitle": row.text("subtitle"),
        "abstract": row.text("abstract"),
        "place": place_of(row.room, pages.edition) if row.room else None,
        "practical": practical_matters(row, pages.edition),
        "people": people_of(row, pages.edition),
        "themes": sorted(Theme.objects.filter(pk__in=row.theme_ids), key=lambda theme: theme.name.casefold()),
        "materials": materials_of(row),
        "history": session_history(row, pages.edition),
        "can_be_planned": pages.edition.phase() != "over" and not row.is_cancelled,
    }
    return render(request, "programme/session.html", context)
