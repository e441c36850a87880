"""Addresses that programs read: the private calendar, and what the script of the programme fills in."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from registration.feeds import agenda_calendar
from registration.models import Booking, FeedLink, Registration, Star
from registration.requests import reader


@cache_control(private=True, no_cache=True)
@require_safe
def agenda_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The agenda of one registration; an address that was revoked is not told from one that never was."""
    link = (
        FeedLink.objects.filter(token=token, revoked_at=None)
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
    """The codes of what the account's registrations have starred and booked; empty for who is not logged in."""
    starred: set[str] = set()
    booked: set[str] = set()
    if request.user.is_authenticated:
        live = Registration.objects.live().managed_by(reader(request)).for_current_edition()
        starred.update(Star.objects.filter(registration__in=live).values_list("session__code", flat=True))
        booked.update(
            Booking.objects.standing()
            .filter(place__in=live.values("place"))
            .values_list("session__code", flat=True)
        )
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        labels = {"starred": _("In my agenda"), "booked": _("Seat booked")}
    return JsonResponse({"starred": sorted(starred), "booked": sorted(booked), "labels": labels})
