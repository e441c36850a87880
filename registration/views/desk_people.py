"""The desk without a script: find somebody, check them in, and what organisers do for one person."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration import actions
from registration.actions.desk_refusals import NotInThisEdition
from registration.desk.card import Card, card_of, sessions_today
from registration.desk.days import day_of
from registration.desk.finding import MOST, find
from registration.desk_forms import HeadsetForm
from registration.models import CheckIn, DeskAlert, Registration
from registration.ticket_keys import KeyUnusableError, Kind
from registration.views.desk_access import AtDesk, for_all_at_the_desk, for_organisers
from registration.views.desk_words import words

LONGEST_QUESTION = 300
ALERTING = {
    Kind.FORGED: DeskAlert.Kind.FORGED,
    Kind.STALE: DeskAlert.Kind.STALE,
    Kind.RETIRED: DeskAlert.Kind.RETIRED,
    Kind.REVOKED: DeskAlert.Kind.RETIRED,
}
WORDS = {Kind.REVOKED: "retired"}  # one sentence for both, as on the devices


@never_cache
@require_safe
@for_all_at_the_desk
def people(request: HttpRequest, desk: AtDesk) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    found = find(desk.edition, asked[:LONGEST_QUESTION], for_organisers=desk.organiser is not None)
    # Showing it is what organisers are told of, so it is noted on reading too: a page that is loaded again within a
    # minute adds none, and nothing on the desk's pages links here with a code that a browser could fetch ahead.
    if found.ticket is not None and found.ticket.voided_at is not None:
        actions.raise_alert(device=desk.device, kind=DeskAlert.Kind.VOID, ticket=found.ticket)
    if found.wrong in ALERTING:
        actions.raise_alert(device=desk.device, kind=ALERTING[found.wrong])
    wrong = WORDS.get(found.wrong, str(found.wrong)) if found.wrong else ""
    day = day_of(desk.edition, timezone.now())
    there = set(
        CheckIn.objects.standing()
        .at_the_entrance()
        .filter(registration__in=found.people, day=day)
        .values_list("registration_id", flat=True)
    )
    context = {
        "desk": desk,
        "edition": desk.edition,
        "asked": asked,
        "found": found,
        "wrong": words()[wrong] if wrong else "",
        "wrong_hint": words()[f"{wrong}_hint"] if wrong else "",
        "most": MOST,
        "there": there,
    }
    return render(request, "registration/desk/people.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_all_at_the_desk
def person(request: HttpRequest, desk: AtDesk, pk: int) -> HttpResponse:
    """POST `what`: check_in, undo; of organisers also reprint, lend, give_back."""
    registration = _of_the_edition(desk, pk)
    form = HeadsetForm(request.POST if request.POST.get("what") == "lend" else None)
    if request.method == "POST":
        answer = _do(request, desk, registration, form)
        if answer is not None:
            return answer
    card: Card = card_of(registration, timezone.now())
    context = {
        "desk": desk,
        "edition": desk.edition,
        "registration": registration,
        "card": card,
        "sessions": sessions_today(registration, timezone.now()),
        "form": form,
        "scope": request.GET.get("scope", ""),
        "may_print": desk.organiser is not None and desk.organiser.has_perm("registration.print_badges"),
    }
    return render(request, "registration/desk/person.html", context)


@never_cache
@require_POST
@for_organisers
def badge(request: HttpRequest, desk: AtDesk, pk: int) -> HttpResponse:
    """The badge as a PDF, for the printer beside the desk."""
    assert desk.organiser is not None
    registration = _of_the_edition(desk, pk)
    try:
        pdf = actions.print_badges(registrations=[registration], form="a6", by=desk.organiser)
    except actions.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("registration:desk_person", pk)
    except KeyUnusableError:
        messages.error(request, _("The QR code can’t be made at the moment. Write the badge by hand."))
        return redirect("registration:desk_person", pk)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="badge.pdf"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _of_the_edition(desk: AtDesk, pk: int) -> Registration:
    """A volunteer has those who take part alone; whoever walks through the numbers reads of nobody else."""
    rows = Registration.objects.filter(edition=desk.edition, erased_at=None)
    if desk.organiser is None:
        rows = rows.confirmed()
    return get_object_or_404(
        rows.select_related("edition", "category", "organisation", "place__delegation__organisation").defer(
            "needs"
        ),
        pk=pk,
    )


def _do(
    request: HttpRequest, desk: AtDesk, registration: Registration, form: HeadsetForm
) -> HttpResponse | None:
    """None where the form says what is wrong."""
    what = request.POST.get("what", "")
    scope = request.POST.get("scope", "")
    try:
        if what == "check_in":
            messages.success(request, _check_in(desk, registration, scope))
        elif what == "undo":
            row = get_object_or_404(registration.check_ins, pk=_uuid(request.POST.get("check_in", "")))
            actions.undo_check_in(check_in=row, by=desk.organiser, device=desk.device)
            messages.success(request, _("The check-in is taken back."))
        elif desk.organiser is None:
            messages.error(request, _("Only organisers do this."))
        elif what == "reprint":
            actions.reprint_badge(registration=registration, by=desk.organiser)
            messages.success(request, _("The old code is void. Print the new badge now."))
        elif what == "lend":
            if not form.is_valid():
                return None
            loan = actions.lend_headset(
                registration=registration, number=form.cleaned_data["number"], device=desk.device
            )
            messages.success(request, _("Headset %(number)s is lent.") % {"number": loan.number})
        elif what == "give_back":
            for loan in registration.headset_loans.filter(returned_at=None):
                actions.take_back_headset(edition=desk.edition, number=loan.number)
            messages.success(request, _("The headset is back. Return the badge."))
    except actions.Refusal as refusal:
        messages.error(request, str(refusal))
    address = reverse("registration:desk_person", args=[registration.pk])
    return redirect(f"{address}?{urlencode({'scope': scope})}" if scope else address)


def _check_in(desk: AtDesk, registration: Registration, scope: str) -> str:
    now = timezone.now()
    session = None
    if scope:
        # No code of a session has a character that the database would not take.
        known = scope.isascii() and scope.isalnum()
        session = desk.edition.sessions.filter(code=scope[:6]).first() if known else None
        if session is None:
            raise NotInThisEdition
    ticket = registration.tickets.standing().first() if registration.is_confirmed else None
    actions.check_in(
        registration=registration,
        day=day_of(desk.edition, now),
        session=session,
        at=now,
        device=desk.device,
        by=desk.organiser,
        how=CheckIn.How.NAME,
        ticket=ticket,
    )
    return _("%(name)s is checked in.") % {"name": registration.name}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text[:40])
    except ValueError:
        return None
