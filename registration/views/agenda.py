"""The agenda of one registration: its own page, its secret addresses, and the page that is shared by one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from efus_conference.at_hand import at_hand
from efus_conference.mail import site_address
from efus_conference.secret_links import private
from programme.at_hand import editions_at_hand, furniture_at_hand, programme_of
from registration import actions
from registration.agenda import Standing, clashes_of, days_of, entries, offers_of, standing_of
from registration.agenda.words import why_no_seats
from registration.models import FeedLink
from registration.views.own import chosen, live_registrations

Purpose = FeedLink.Purpose


@login_required
@never_cache
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """In eight queries at most, however long."""
    hand = at_hand()
    registrations = live_registrations(request, hand)
    registration = registrations[0] if registrations else None
    if "registration" in request.GET:
        registration = chosen(request.GET["registration"], registrations)
    context: dict[str, Any] = {
        **furniture_at_hand(hand, request),
        "registrations": registrations,
        "registration": registration,
        "edition": registration.edition if registration else None,
    }
    if registration is not None:
        edition = registration.edition
        is_over = edition.phase() == "over"
        programme = programme_of(edition, hand)
        found, seats = standing_of([registration], edition)
        standing = found.get(registration.pk) or Standing()
        listed = entries(registration, standing, programme)
        whose = f"?registration={registration.pk}" if len(registrations) > 1 else ""
        context |= {
            "is_coordinator": getattr(registration, "is_of_coordinator", False),
            "is_over": is_over,
            "why_no_seats": "" if is_over else why_no_seats(registration),
            "company": standing.company,
            "days": days_of(
                listed,
                programme,
                seats=seats,
                now=None if is_over else timezone.now(),
                address=reverse("registration:my_session", args=["000000"]) + whose,
            ),
            "clashes": clashes_of(listed),
            "offers": [] if is_over else offers_of(listed, seats.limits),
            "whose": whose,
            "calendar_url": _calendar_url(standing.links.get(Purpose.CALENDAR)),
            "page_url": _page_url(standing.links.get(Purpose.PAGE)),
        }
    return render(request, "registration/agenda.html", context)


def _calendar_url(token: str | None) -> str:
    return site_address(reverse("registration_machine:agenda_feed", args=[token])) if token else ""


def _page_url(token: str | None) -> str:
    """Without a language: whoever opens it is sent on to the page in theirs."""
    if not token:
        return ""
    path = reverse("registration:shared_agenda", args=[token])
    return site_address(path.removeprefix(f"/{get_language()}"))


@login_required
@never_cache
@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Makes, renews or revokes one secret address of one registration: its calendar's, or that of a page to share."""
    registration = chosen(request.POST.get("registration"), live_registrations(request, at_hand()))
    purpose = Purpose.PAGE if request.POST.get("purpose") == Purpose.PAGE else Purpose.CALENDAR
    what = request.POST.get("what")
    try:
        if what == "make":
            actions.agenda_link(registration=registration, purpose=purpose)
        elif what == "renew":
            actions.renew_agenda_link(registration=registration, purpose=purpose)
        elif what == "revoke":
            actions.revoke_agenda_link(registration=registration, purpose=purpose)
    except actions.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if sentence := _told(purpose, what):
            messages.success(request, sentence)
    return redirect(f"{reverse('registration:agenda')}?registration={registration.pk}#{purpose}")


def _told(purpose: str, what: str | None) -> str:
    if purpose == Purpose.PAGE:
        return {
            "make": _("The page can be shared: its address is below."),
            "renew": _("The page has a new address; the old one shows nothing any more."),
            "revoke": _("The page’s address is revoked and shows nothing any more."),
        }.get(what or "", "")
    return {
        "renew": _("The calendar has a new address; the old one shows nothing any more."),
        "revoke": _("The calendar’s address is revoked and shows nothing any more."),
    }.get(what or "", "")


@require_safe
def shared_agenda(request: HttpRequest, token: str) -> HttpResponse:
    """Whose address it is shared by, and their sessions; nothing else of them, and no word of waits or offers.

    An address that was revoked is not told from one that never was.
    """
    hand = at_hand()
    context: dict[str, Any] = furniture_at_hand(hand, request)
    link = (
        FeedLink.objects.filter(token=token, purpose=Purpose.PAGE, revoked_at=None)
        .select_related("registration__edition")
        .defer("registration__needs")
        .first()
    )
    if link is None or not link.registration.is_live:
        return private(render(request, "registration/shared_agenda_gone.html", context, status=404))
    registration = link.registration
    known = {edition.pk: edition for edition in editions_at_hand(hand)}
    registration.edition = known.get(registration.edition_id, registration.edition)
    programme = programme_of(registration.edition, hand)
    found, _seats = standing_of([registration])
    standing = found.get(registration.pk) or Standing()
    context |= {
        "registration": registration,
        "edition": registration.edition,
        "days": days_of(entries(registration, standing.for_others(), programme), programme),
        "is_shared": True,
    }
    return private(render(request, "registration/shared_agenda.html", context))
