"""The delegations an account coordinates."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registration.models import Booking, Delegation, Place, Registration
from registration.requests import reader


@login_required
@never_cache
@require_safe
def delegation(request: HttpRequest) -> HttpResponse:
    """The coordinator's delegations: their places and people, without the answers that are nobody's business."""
    people = Registration.objects.live().select_related("category").defer("needs").by_name()
    places = (
        Place.objects.annotate(
            seats=Count("bookings", filter=Q(bookings__status__in=Booking.STANDING)),
            is_named=Exists(Registration.objects.live().filter(place=OuterRef("pk"))),
        )
        .prefetch_related(Prefetch("registrations", people, to_attr="people"))
        .order_by("-is_named", "pk")
    )
    delegations = (
        Delegation.objects.filter(coordinator=reader(request))
        .select_related("edition", "organisation")
        .prefetch_related("edition__hosting__organisation", Prefetch("places", places, to_attr="all_places"))
        .order_by("-edition__number", "pk")
    )
    return render(request, "registration/delegation.html", {"delegations": delegations})
