"""The agenda, its private calendar, and what one may do about one session."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from efus_conference.mail import site_address
from efus_conference.sorting import sort_key
from programme.models import ReleasedSession
from programme.places import practical_matters
from registration import actions
from registration.agenda import choices_for, days_of
from registration.identities import identity_state
from registration.models import FeedLink, Registration, RegistrationQuerySet, SeatPool
from registration.requests import reader
from registration.times import spoken_span


def _live(request: HttpRequest) -> RegistrationQuerySet:
    return (
        Registration.objects.live()
        .managed_by(reader(request))
        .select_related("edition")
        .order_by("-edition__is_current", "-edition__number", "-is_own", sort_key("family_name"), "pk")
    )


def _chosen(asked: str | None, registrations: list[Registration]) -> Registration:
    for registration in registrations:
        if str(registration.pk) == asked:
            return registration
    raise Http404


@login_required
@never_cache
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    registrations = list(_live(request))
    registration = registrations[0] if registrations else None
    if "registration" in request.GET:
        registration = _chosen(request.GET["registration"], registrations)
    context: dict[str, Any] = {
        "registrations": registrations,
        "registration": registration,
        "edition": registration.edition if registration else None,
    }
    if registration is not None:
        link = FeedLink.objects.filter(registration=registration, revoked_at=None).first()
        days = days_of(registration)
        context |= {
            "days": days,
            "clashes": sum(entry.is_clash for day in days for entry in day.entries),
            "feed_url": site_address(link.get_absolute_url()) if link else "",
        }
    return render(request, "registration/agenda.html", context)


@login_required
@never_cache
@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Makes, renews or revokes the private calendar address of one registration."""
    registration = _chosen(request.POST.get("registration"), list(_live(request)))
    what = request.POST.get("what")
    try:
        if what == "make":
            actions.agenda_link(registration=registration)
        elif what == "renew":
            actions.renew_agenda_link(registration=registration)
        elif what == "revoke":
            actions.revoke_agenda_link(registration=registration)
    except actions.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if what == "renew":
            messages.success(
                request, _("The calendar has a new address; the old one shows nothing any more.")
            )
        elif what == "revoke":
            messages.success(request, _("The calendar’s address is revoked and shows nothing any more."))
    return redirect(f"{reverse('registration:agenda')}?registration={registration.pk}#calendar")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_session(request: HttpRequest, code: str) -> HttpResponse:
    """Star or book one session, for each of the registrations one keeps."""
    released = get_object_or_404(
        ReleasedSession.objects.select_related("session", "edition", "kind", "room"),
        session__code=code,
        edition__is_published=True,
    )
    registrations = list(_live(request).filter(edition=released.edition))
    if request.method == "POST":
        registration = _chosen(request.POST.get("registration"), registrations)
        _do(request, released, registration)
        if request.POST.get("what") == "book" and (address := _identity_address(released, registration)):
            return redirect(address)
        return redirect("registration:my_session", code=code)
    pool = SeatPool.objects.filter(pk=released.pk).first()
    return render(
        request,
        "registration/my_session.html",
        {
            "released": released,
            "edition": released.edition,
            "when": spoken_span(released.starts_at, released.ends_at, released.edition.zone),
            "pool": pool,
            "has_begun": released.starts_at <= timezone.now(),
            "choices": choices_for(released, registrations),
            "is_open": released.edition.is_registration_open(),
            "practical": practical_matters(released, released.edition),
            "identity_by": _identity_deadline(released),
        },
    )


def _identity_deadline(released: ReleasedSession) -> str:
    """Until when a document is asked for; "" where it is not, or no more."""
    state = identity_state(released, is_given=False)
    return state.deadline if state and state.is_open else ""


def _identity_address(released: ReleasedSession, registration: Registration) -> str:
    """Where to give the document that a seat just booked asks for; "" where none is missing."""
    for choice in choices_for(released, [registration]):
        if choice.booking and choice.identity and choice.identity.is_open and not choice.identity.is_given:
            address = reverse("registration:identity", args=[released.session.code])
            return f"{address}?registration={registration.pk}"
    return ""


def _do(request: HttpRequest, released: ReleasedSession, registration: Registration) -> None:
    session, person, title = released.session, registration.name, released.title
    what = request.POST.get("what")
    try:
        if what == "star":
            actions.star(registration=registration, session=session)
            done = _("“%(title)s” is in the agenda of %(person)s.")
        elif what == "unstar":
            actions.unstar(registration=registration, session=session)
            done = _("“%(title)s” is no longer starred in the agenda of %(person)s.")
        elif what == "book":
            with suppress(actions.AlreadyBooked):  # the second of two clicks: the seat is there
                actions.book_seat(place=registration.place, session=session, by=reader(request))
            done = _("%(person)s has a seat in “%(title)s”.")
        elif what == "give_up":
            for choice in choices_for(released, [registration]):
                if choice.booking is not None:
                    actions.give_up_seat(booking=choice.booking, by=reader(request))
            done = _("The seat of %(person)s in “%(title)s” is free for someone else.")
        else:
            return
    except actions.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done % {"person": person, "title": title})
