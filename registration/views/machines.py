"""Addresses that programs read: the private calendar, and what the script of the programme fills in."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from efus_conference.models import Edition
from registration.feeds import agenda_calendar
from registration.models import FeedLink
from registration.requests import reader
from registration.state import state_of


@cache_control(private=True, no_cache=True)
@require_safe
def agenda_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The agenda of one registration; an address that was revoked is not told from one that never was."""
    link = (
        FeedLink.objects.filter(token=token, purpose=FeedLink.Purpose.CALENDAR, revoked_at=None)
        .select_related("registration__edition", "registration__managed_by")
        .first()
    )
    if link is None:
        raise Http404
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else link.registration.language
    with translation.override(language):
        body = agenda_calendar(link.registration)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """What `?edition=` (the current one by default) has now, and what the account's registrations have of it.

    Nothing of their own for who is not logged in, and nothing at all for an edition that is not there.
    """
    asked = request.GET.get("lang", "")
    editions = Edition.objects.published()
    slug = request.GET.get("edition", "")
    edition = (editions.filter(slug=slug) if slug else editions.filter(is_current=True)).first()
    person = reader(request) if request.user.is_authenticated else None
    with translation.override(asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return JsonResponse(state_of(edition, person))
