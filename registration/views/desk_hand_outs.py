"""What organisers do at the desk: register who walks in, hand out a delegation's badges, lend headsets."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registration import actions
from registration.consent_form import ConsentForm
from registration.consents import texts_of
from registration.desk.days import day_of
from registration.desk.delegations import delegations_at, members_of
from registration.desk_forms import HandOutForm, HeadsetForm, WalkInForm
from registration.models import ConsentText, Delegation, HeadsetLoan
from registration.views.desk_access import AtDesk, for_organisers

ASKED_AT_THE_DESK = (ConsentText.Purpose.NOTICE, ConsentText.Purpose.PHOTOS)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def walk_in(request: HttpRequest, desk: AtDesk) -> HttpResponse:
    assert desk.organiser is not None
    texts = [text for text in texts_of(desk.edition) if text.is_required or text.purpose in ASKED_AT_THE_DESK]
    posted = request.POST if request.method == "POST" else None
    first = {"language": translation.get_language(), "number": uuid.uuid4()}
    form = WalkInForm(posted, edition=desk.edition, by=desk.organiser, initial=first)
    agreeing = ConsentForm(posted, texts=texts)
    context = {"desk": desk, "edition": desk.edition, "form": form, "agreeing": agreeing}
    # Both are asked, so that all that is wrong is said at once.
    if posted is not None and all([form.is_valid(), agreeing.is_valid()]):
        fields = dict(form.cleaned_data)
        try:
            registration = actions.register_walk_in(
                id=fields.pop("number"),
                edition=desk.edition,
                by=desk.organiser,
                device=desk.device,
                agreed=agreeing.agreed,
                **fields,
            )
        except actions.SeemsRegistered as refusal:
            if not refusal.is_certain:
                form.ask_again()
            context |= {"refusal": refusal}
            return render(request, "registration/desk/walk_in.html", context, status=409)
        except actions.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s is registered and checked in. Print the badge now.")
                % {"name": registration.name},
            )
            return redirect("registration:desk_person", registration.pk)
    return render(request, "registration/desk/walk_in.html", context)


@never_cache
@require_safe
@for_organisers
def delegations(request: HttpRequest, desk: AtDesk) -> HttpResponse:
    lines = delegations_at(desk.edition, day_of(desk.edition, timezone.now()))
    context = {"desk": desk, "edition": desk.edition, "lines": lines}
    return render(request, "registration/desk/delegations.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def delegation(request: HttpRequest, desk: AtDesk, pk: int) -> HttpResponse:
    assert desk.organiser is not None
    rows = Delegation.objects.filter(edition=desk.edition).select_related("organisation", "edition")
    found = get_object_or_404(rows, pk=pk)
    members = members_of(found, day_of(desk.edition, timezone.now()))
    form = HandOutForm(
        request.POST if request.method == "POST" else None,
        delegation=found,
        people=[member.registration for member in members],
    )
    if form.is_valid():
        try:
            count = actions.hand_out_badges(
                delegation=found,
                handed_to=form.cleaned_data["handed_to"],
                present=list(form.cleaned_data["present"]),
                by=desk.organiser,
                device=desk.device,
            )
        except actions.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            done = ngettext(
                "%(count)d badge is handed to %(name)s.", "%(count)d badges are handed to %(name)s.", count
            )
            messages.success(request, done % {"count": count, "name": form.cleaned_data["handed_to"].name})
            return redirect(reverse("registration:desk_delegation", args=[pk]))
    context = {
        "desk": desk,
        "edition": desk.edition,
        "delegation": found,
        "members": members,
        "form": form,
        "open": [member for member in members if member.ticket is None or member.ticket.handed_at is None],
    }
    return render(request, "registration/desk/delegation.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def headsets(request: HttpRequest, desk: AtDesk) -> HttpResponse:
    """Which are out, and taking one back by its number."""
    form = HeadsetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            loan = actions.take_back_headset(edition=desk.edition, number=form.cleaned_data["number"])
        except actions.Refusal as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(
                request,
                _("Headset %(number)s is back. Return the badge of %(name)s.")
                % {"number": loan.number, "name": loan.registration.name},
            )
            return redirect("registration:desk_headsets")
    out = HeadsetLoan.objects.filter(edition=desk.edition, returned_at=None)
    loans = out.select_related("registration__organisation").order_by("number")
    context = {"desk": desk, "edition": desk.edition, "form": form, "loans": loans}
    return render(request, "registration/desk/headsets.html", context)
