"""The ticket of one person: on the telephone, as a PDF, and anew when the old one is lost."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference import qr
from efus_conference.templatetags.dates import moment_at
from registration.actions import NoTicket, Refusal, renew_ticket, ticket_for
from registration.models import Ticket
from registration.requests import reader
from registration.ticket_keys import KeyUnusableError, signed
from registration.ticket_pdf import ticket_pdf
from registration.views.mine import kept_by_reader


def kept_ticket(request: HttpRequest, code: str) -> Ticket:
    """A ticket of one of the reader's registrations, void or not; who only knows the code finds nothing."""
    tickets = Ticket.objects.filter(registration__managed_by=reader(request)).select_related(
        "registration__edition", "registration__category", "registration__organisation", "registration__place"
    )
    found = tickets.filter(code=code).first()
    if found is None:
        raise Http404
    found.place = found.registration.place
    found.place.edition = found.registration.edition
    return found


@login_required
@never_cache
@require_safe
def my_ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to the ticket of a registration, which is made when it is first asked for."""
    kept = kept_by_reader(request, pk)
    try:
        return redirect(ticket_for(kept))
    except NoTicket as refusal:
        messages.warning(request, str(refusal))
        return redirect(kept)


@login_required
@never_cache
@require_safe
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    found = kept_ticket(request, code)
    registration = found.registration
    context = {
        "ticket": found,
        "registration": registration,
        "edition": registration.edition,
        "symbol": _symbol(found),
        "read_at": moment_at(timezone.now(), registration.edition),
        "is_over": registration.edition.phase() == "over",
        "has_another": not found.is_standing and registration.is_confirmed,
    }
    # The one that stands instead is on a page of its own: an address that is void shows nothing that lets anyone in.
    return render(request, "registration/ticket.html", context, status=200 if found.is_standing else 410)


@login_required
@never_cache
@require_safe
def pdf(request: HttpRequest, code: str) -> HttpResponse:
    found = kept_ticket(request, code)
    if not found.is_standing:
        return redirect(found)
    try:
        body = ticket_pdf(found)
    except KeyUnusableError:
        messages.warning(
            request, _("The QR code can’t be made at the moment. At the welcome desk your name is enough.")
        )
        return redirect(found)
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="ticket.pdf"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, code: str) -> HttpResponse:
    found = kept_ticket(request, code)
    registration = found.registration
    if request.method == "POST":
        try:
            new = renew_ticket(registration=registration, by=reader(request), instead_of=found)
        except Refusal as refusal:
            messages.warning(request, str(refusal))
            return redirect(registration if isinstance(refusal, NoTicket) else found)
        messages.success(
            request,
            _(
                "This is the new ticket. The old code is void. The new one comes by e-mail too, in a few minutes."
            ),
        )
        return redirect(new)
    if not found.is_standing:
        return redirect(found)
    context = {"ticket": found, "registration": registration, "edition": registration.edition}
    return render(request, "registration/ticket_renew.html", context)


def _symbol(found: Ticket) -> qr.Symbol | None:
    if not found.is_standing:
        return None
    try:
        return qr.symbol(signed(found))
    except KeyUnusableError:
        return None
