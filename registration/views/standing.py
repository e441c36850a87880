"""What a person answers or asks about the state of their registration: an offer, a group, who keeps it."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from efus_conference.accounts import account_for
from efus_conference.admin_base import ids_in
from registration.actions import Refusal, accept_place, decline_place, hand_over, wait_together
from registration.answers import is_readable
from registration.models import Registration
from registration.reason_form import ReasonForm
from registration.requests import reader
from registration.standing import standing_of, standings_of
from registration.states import Status
from registration.views.mine import companions_of, kept_by_reader


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offered_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Accepts (`answer=accept`) or declines (`answer=decline`) the place; asked for, it shows the offer."""
    kept = kept_by_reader(request, pk)
    answer = request.POST.get("answer")
    form = ReasonForm(
        request.POST if answer == "decline" else None,
        hint=_("The organisers read it, if you like to tell them."),
    )
    if request.method == "POST" and (answer == "accept" or form.is_valid()):
        try:
            if answer == "accept":
                accept_place(registration=kept, by=reader(request))
                messages.success(request, _("The place is yours: the registration is confirmed."))
            else:
                reason = form.cleaned_data["reason"].strip()
                decline_place(registration=kept, by=reader(request), reason=reason)
                messages.success(request, _("The place goes to the next one on the list."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect(kept)
    if kept.status != Status.APPROVED:
        return redirect(kept)
    context = {"registration": kept, "edition": kept.edition, "standing": standing_of(kept), "form": form}
    return render(request, "registration/offered_place.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: HttpRequest) -> HttpResponse:
    """Several who wait for one category ask for their places as a group."""
    waiting = (
        Registration.objects.managed_by(reader(request))
        .filter(status=Status.WAITING)
        .select_related("category", "edition", "party")
        .order_by("category_id", "waiting_since", "pk")
    )
    chosen: set[int] = set()
    error = ""
    if request.method == "POST":
        chosen = set(ids_in(",".join(request.POST.getlist("registration"))))
        rows = [row for row in waiting if row.pk in chosen]
        how = request.POST.get("how")
        if how not in ("all", "some"):
            error = _("Choose whether the group takes all places or none, or some.")
        else:
            try:
                wait_together(registrations=rows, wants_all=how == "all", by=reader(request))
            except Refusal as refusal:
                error = str(refusal)
            else:
                messages.success(request, _("They wait together from now on."))
                return redirect("registration:my")
    rows = list(waiting)
    standings = standings_of(rows)
    lists = [
        {"category": category, "rows": [(row, standings[row.pk]) for row in group]}
        for category, group in groupby(rows, key=lambda row: row.category)
    ]
    context = {
        "lists": [one for one in lists if len(one["rows"]) > 1],
        "chosen": chosen,
        "how": request.POST.get("how", "all"),
        "error": error,
    }
    return render(request, "registration/together.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_to_person(request: HttpRequest, pk: int) -> HttpResponse:
    """An assistant gives the registration to the account of its person, by the address in the registration.

    The answer is the same whether that address has an account of its own or not.
    """
    kept = kept_by_reader(request, pk)
    is_theirs = kept.is_own or not kept.email or kept.email.casefold() == kept.managed_by.email.casefold()
    if not kept.is_live or is_theirs:
        messages.warning(request, _("This registration cannot be handed over."))
        return redirect(kept)
    if request.method == "POST":
        to = account_for(email=kept.email, name=kept.name, language=kept.language)
        try:
            hand_over(registration=kept, to=to, by=reader(request))
        except Refusal:
            messages.error(request, _("This registration cannot be handed over."))
            return redirect(kept)
        messages.success(
            request,
            _("%(name)s keeps the registration now and logs in with %(email)s.")
            % {"name": kept.name, "email": kept.email},
        )
        return redirect("registration:my")
    context = {
        "registration": kept,
        "edition": kept.edition,
        "reads_needs": is_readable(kept, reader(request)),
        "companions": companions_of(kept).filter(managed_by=kept.managed_by, is_own=False),
    }
    return render(request, "registration/hand_over.html", context)
