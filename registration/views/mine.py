"""The registrations an account keeps."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.models import Edition
from efus_conference.models.organisations import country_name
from efus_conference.sorting import sort_key
from registration.actions import (
    AlreadyRegistered,
    CategoryNotOffered,
    NoLongerRegistered,
    cancel_registration,
    change_registration,
)
from registration.agenda import entries_of
from registration.forms import RegistrationForm
from registration.history import told
from registration.models import Booking, Registration
from registration.requests import reader


def kept_by_reader(request: HttpRequest, pk: int) -> Registration:
    """One of the reader's registrations; anyone else's is not found."""
    mine = Registration.objects.managed_by(reader(request)).select_related(
        "edition", "category", "organisation", "managed_by"
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
        .select_related("edition", "category", "organisation")
        .prefetch_related("edition__hosting__organisation")
        .annotate(
            seats=Count("place__bookings", filter=seats, distinct=True),
            clashes=Count(
                "place__bookings", filter=Q(place__bookings__status=Booking.Status.CLASH), distinct=True
            ),
            stars_count=Count("stars", distinct=True),
        )
        .order_by(
            "-edition__is_current", "-edition__number", "status", "-is_own", sort_key("family_name"), "pk"
        )
    )
    current = Edition.objects.current()
    rows = list(registrations)
    return render(
        request,
        "registration/my.html",
        {
            "live": [row for row in rows if row.is_live and row.edition.phase() != "over"],
            "past": [row for row in rows if not row.is_live or row.edition.phase() == "over"],
            "current": current,
            "is_open": bool(current and current.is_registration_open()),
        },
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
            "is_changeable": kept.is_live and kept.edition.phase() != "over",
        },
    )


@login_required
@never_cache
@require_safe
def registered(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    if not kept.is_live:
        return redirect(kept)
    return render(request, "registration/registered.html", {"registration": kept, "edition": kept.edition})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    if not kept.is_live or kept.edition.phase() == "over":
        return _cannot(request, kept)
    names = [*RegistrationForm.base_fields]
    form = RegistrationForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(kept, name) for name in names},
        edition=kept.edition,
        is_own=kept.is_own,
        current=kept.category,
    )
    form.helper.inputs[0].value = _("Save")
    if request.method == "POST" and form.is_valid():
        try:
            change_registration(registration=kept, by=reader(request), **form.cleaned_data)
        except (AlreadyRegistered, CategoryNotOffered) as refusal:
            form.add_error("email" if isinstance(refusal, AlreadyRegistered) else "category", str(refusal))
        except NoLongerRegistered:
            return _cannot(request, kept)
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect(kept)
    return render(
        request,
        "registration/change.html",
        {"form": form, "registration": kept, "edition": kept.edition, "is_own": kept.is_own},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    if kept.is_live and kept.edition.phase() == "over":
        return _cannot(request, kept)
    if request.method == "POST" or not kept.is_live:
        if kept.is_live:
            cancel_registration(registration=kept, by=reader(request))
            messages.success(request, _("The registration is cancelled, and its seats are free for others."))
        return redirect(kept)
    entries = [entry for entry in entries_of(kept) if entry.is_booked]
    return render(
        request,
        "registration/cancel.html",
        {"registration": kept, "edition": kept.edition, "entries": entries},
    )


def _cannot(request: HttpRequest, kept: Registration) -> HttpResponse:
    """A page that lay open while the registration was cancelled or the edition passed."""
    messages.warning(request, _("Nothing was changed: this registration is over."))
    return redirect(kept)
