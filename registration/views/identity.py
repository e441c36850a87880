"""The identity document for a secured visit: its person, or who keeps their registration, gives and takes it back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration import actions
from registration.answers import is_readable
from registration.identity_form import IdentityForm
from registration.models import Booking, IdentityDocument, Registration
from registration.models.identity import KEPT_FOR
from registration.requests import reader
from registration.times import spoken_span


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, code: str) -> HttpResponse:
    released = get_object_or_404(
        ReleasedSession.objects.select_related("session", "edition", "room"),
        session__code=code,
        edition__is_published=True,
    )
    registration = _chosen(request, released)
    document = IdentityDocument.objects.filter(
        registration=registration, booking__session=released.pk
    ).first()
    has_seat = Booking.objects.standing().filter(place_id=registration.place_id, session=released.pk).exists()
    if released.identity_by is None or not has_seat:
        messages.info(request, str(actions.IdentityNotAsked() if has_seat else actions.NoSeatForIdentity()))
        return redirect("registration:my_session", code=code)
    is_open = timezone.now() < released.identity_by
    shown = document if is_readable(registration, reader(request)) else None
    form = IdentityForm(registration=registration, document=shown)
    if request.method == "POST":
        if request.POST.get("what") == "take_back":
            actions.take_back_identity(
                registration=registration, session=released.session, by=reader(request)
            )
            messages.success(request, _("The identity document is deleted."))
            return redirect("registration:my_session", code=code)
        form = IdentityForm(request.POST, registration=registration, document=shown)
        if form.is_valid():
            try:
                actions.give_identity(
                    registration=registration,
                    session=released.session,
                    by=reader(request),
                    **form.cleaned_data,
                )
            except actions.Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(
                    request,
                    _("The identity document of %(person)s is saved.") % {"person": registration.name},
                )
            return redirect("registration:my_session", code=code)
    context = {
        "released": released,
        "edition": released.edition,
        "registration": registration,
        "document": document,
        "form": form,
        "is_open": is_open,
        "when": spoken_span(released.starts_at, released.ends_at, released.edition.zone),
        "deadline": moment_at(released.identity_by, released.edition),
        "kept_days": KEPT_FOR.days,
    }
    return render(request, "registration/identity.html", context)


def _chosen(request: HttpRequest, released: ReleasedSession) -> Registration:
    """The one asked for among those the account keeps; without a question, the first with a seat there."""
    asked = (request.POST if request.method == "POST" else request.GET).get("registration", "")
    mine = (
        Registration.objects.live()
        .managed_by(reader(request))
        .select_related("place")
        .filter(edition=released.edition)
        .order_by("-is_own", "pk")
    )
    if asked:
        found = next((one for one in mine if str(one.pk) == asked), None)
    else:
        seats = Booking.objects.standing().filter(session=released.pk).values("place_id")
        found = mine.filter(place_id__in=seats).first()
    if found is None:
        raise Http404
    return found
