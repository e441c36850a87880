"""The registrations an account keeps."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.models import Edition
from efus_conference.models.organisations import country_name
from efus_conference.sorting import sort_key
from efus_conference.templatetags.dates import in_full
from registration.actions import (
    cancel_registration,
)
from registration.actions.refusals import Erased
from registration.agenda import entries_of
from registration.answers import answers_shown, is_readable
from registration.certificates import days_attended
from registration.history import told
from registration.models import Booking, Registration
from registration.reason_form import ReasonForm
from registration.requests import reader
from registration.standing import standing_of, standings_of
from registration.states import Status
from registration.views.own import TICKET_CODE


def kept_by_reader(request: HttpRequest, pk: int) -> Registration:
    """One of the reader's registrations; anyone else's is not found."""
    mine = (
        Registration.objects.managed_by(reader(request))
        .select_related("edition", "category", "organisation", "managed_by", "party", "place")
        .annotate(ticket_code=TICKET_CODE)
    )
    return get_object_or_404(mine, pk=pk)


@login_required
@never_cache
@require_safe
def my(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    seats = Q(place__bookings__status__in=Booking.STANDING)
    registrations = (
        Registration.objects.managed_by(user)
        .select_related("edition", "category", "organisation", "place")
        .prefetch_related("edition__hosting__organisation")
        .annotate(
            seats=Count("place__bookings", filter=seats, distinct=True),
            clashes=Count(
                "place__bookings", filter=Q(place__bookings__status=Booking.Status.CLASH), distinct=True
            ),
            stars_count=Count("stars", distinct=True),
            ticket_code=TICKET_CODE,
        )
        .order_by(
            "-edition__is_current", "-edition__number", "-is_own", "status", sort_key("family_name"), "pk"
        )
    )
    current = Edition.objects.current()
    rows = list(registrations)
    standings = standings_of(rows)
    accompanied = {row.place.accompanies_id for row in rows if row.place.accompanies_id}
    persons = Registration.objects.live().filter(place__in=accompanied).defer("needs")
    names = {person.place_id: person.name for person in persons}
    lists = Counter(row.category_id for row in rows if row.status == Status.WAITING)
    return render(
        request,
        "registration/my.html",
        {
            "live": [
                (row, standings[row.pk], names.get(row.place.accompanies_id or 0, ""))
                for row in rows
                if row.is_live and row.edition.phase() != "over"
            ],
            "past": [
                (row, standings[row.pk]) for row in rows if not row.is_live or row.edition.phase() == "over"
            ],
            "may_group": any(count > 1 for count in lists.values()),
            "current": current,
            "is_open": bool(current and current.is_registration_open()),
        },
    )


def companions_of(kept: Registration) -> QuerySet[Registration]:
    return (
        Registration.objects.live()
        .filter(place__accompanies=kept.place_id)
        .select_related("place")
        .defer("needs")
        .by_name()
    )


@login_required
@never_cache
@require_safe
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    return render(
        request,
        "registration/registration.html",
        {
            "registration": kept,
            "edition": kept.edition,
            "country": country_name(kept.country),
            "entries": [entry for entry in entries_of(kept) if entry.is_booked],
            "history": told(kept),
            "attended": [in_full(day) for day in days_attended(kept)],
            "answers": answers_shown(kept, by=reader(request)),
            "reads_needs": is_readable(kept, reader(request)),
            "standing": standing_of(kept),
            "companions": companions_of(kept),
            "is_changeable": kept.is_live and kept.edition.phase() != "over",
            "may_hand_over": _may_hand_over(kept),
            "may_register": kept.edition.is_current and kept.edition.is_registration_open(),
        },
    )


@login_required
@never_cache
@require_safe
def registered(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    if not kept.is_live:
        return redirect(kept)
    context = {"registration": kept, "edition": kept.edition, "standing": standing_of(kept)}
    return render(request, "registration/registered.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    if kept.is_live and kept.edition.phase() == "over":
        return _cannot(request, kept)
    if not kept.is_live:
        return redirect(kept)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        hint=_("The organisers read it, if you would like to tell them."),
    )
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"].strip()
        try:
            cancel_registration(registration=kept, by=reader(request), reason=reason)
        except Erased:
            return _cannot(request, kept)
        if kept.place.delegation_id is None:
            said = _("The registration is cancelled, and its seats are free for others.")
        else:
            said = _("The registration is cancelled. Its seats stay with the delegation’s place.")
        messages.success(request, said)
        return redirect(kept)
    entries = [entry for entry in entries_of(kept) if entry.is_booked]
    companions = companions_of(kept)
    return render(
        request,
        "registration/cancel.html",
        {
            "registration": kept,
            "edition": kept.edition,
            "entries": entries,
            "companions": companions,
            "form": form,
        },
    )


def _cannot(request: HttpRequest, kept: Registration) -> HttpResponse:
    """A page that lay open while the registration was cancelled or the edition passed."""
    messages.warning(request, _("Nothing was changed: this registration is over."))
    return redirect(kept)


def _may_hand_over(kept: Registration) -> bool:
    """An assistant's registration of someone who has an address of their own."""
    is_theirs = kept.is_own or not kept.email or kept.email.casefold() == kept.managed_by.email.casefold()
    return kept.is_live and not is_theirs and kept.edition.phase() != "over"
