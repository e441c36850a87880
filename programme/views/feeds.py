"""What other programs read. No language in the address: `?lang=` says which, English otherwise."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from efus_conference.models import Edition
from programme.calendars import calendar, event_for
from programme.models import ReleasedSession


@require_safe
def schedule_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """An edition's whole programme as a calendar to subscribe to, or with `?session=` one session of it.

    It blocks no time of its reader's.
    """
    language = request.GET.get("lang", "") or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        return _nothing_here(f"There is no language “{language[:20]}” here. Use one of these: {known}.")
    edition = (
        Edition.objects.published()
        .filter(slug=slug.lower())
        .prefetch_related("hosting__organisation")
        .first()
    )
    if edition is None:
        return _nothing_here("There is no such edition.")
    released = ReleasedSession.objects.of(edition)
    if code := request.GET.get("session", ""):
        released = released.filter(session__code=code.upper())
    rows = list(released)
    if code and not rows:
        return _nothing_here(f"There is no session “{code[:20]}” in this programme.")
    for row in rows:
        row.edition = edition
    with translation.override(language):
        name = f"{_('Security, Democracy & Cities')}, {edition.name}"
        content = calendar(
            name,
            [event_for(row, language=language, transparency="TRANSPARENT") for row in rows],
        )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{edition.slug}.ics"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _nothing_here(sentence: str) -> HttpResponse:
    response = HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=404)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
