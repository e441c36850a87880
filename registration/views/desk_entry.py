"""Coming in at the desk: volunteers by the link of the day and its PIN, organisers by their login."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from efus_conference.models import Edition
from efus_conference.secret_links import private
from registration import actions
from registration.actions.desk import check_link
from registration.desk.days import is_over
from registration.desk_forms import DeviceForm, VolunteerForm
from registration.models import DeskLink
from registration.requests import reader
from registration.views.desk_access import at_desk, closed_page, may_organise, remember


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """An organiser names the device."""
    if not may_organise(request):
        return closed_page(
            request,
            None,
            _("The desk is for organisers with the right to check people in, and for volunteers."),
        )
    edition = Edition.objects.current()
    if edition is None or is_over(edition, timezone.now()):
        return closed_page(request, None, _("There is no edition whose desk could be opened."))
    asked = (request.POST if request.method == "POST" else request.GET).get("next", "")
    here = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    form = DeviceForm(request.POST if request.method == "POST" else None, next_address=asked if here else "")
    if form.is_valid():
        device = actions.enter_as_organiser(
            edition=edition, name=form.cleaned_data["name"], by=reader(request)
        )
        remember(request, device)
        return redirect(asked if here else "registration:desk")
    return render(request, "registration/desk/enter.html", {"form": form, "edition": edition})


@require_http_methods(["GET", "HEAD", "POST"])
def enter_by_link(request: HttpRequest, token: str) -> HttpResponse:
    link = DeskLink.objects.by_token(token).select_related("edition").first()
    if link is None:
        raise Http404
    context = {"link": link, "edition": link.edition}
    form = VolunteerForm(request.POST if request.method == "POST" else None)
    try:
        check_link(link)
        if form.is_valid():
            device = actions.enter_by_link(
                link=link, pin=form.cleaned_data["pin"], name=form.cleaned_data["name"]
            )
            remember(request, device)
            return _private(redirect("registration:desk"))
    except actions.DeskRefusal as refusal:
        if refusal.kind != "pin":
            desk = at_desk(request)
            return _private(closed_page(request, desk, str(refusal)))
        form.add_error("pin", str(refusal))
    return _private(render(request, "registration/desk/enter_by_link.html", {**context, "form": form}))


def _private(response: HttpResponse) -> HttpResponse:
    """Browsers send no Origin from a page that is “no-referrer”, and without one its form is refused as forged."""
    response = private(response)
    response.headers["Referrer-Policy"] = "same-origin"
    return response
