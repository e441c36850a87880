"""Organisers' pages beside the seats: a visit's bus list and visitors, and what interpretation needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from efus_conference.admin_base import edition_asked_for
from efus_conference.models import Edition
from programme.models import ReleasedSession, Session
from registration.actions import Refusal, read_identities
from registration.actions.identity import READ_IDENTITY, note_readings, seated
from registration.bus_lists import bus_list, identity_list
from registration.interpretation import how_it_is_reckoned, in_all, interpretation_list, interpretation_needs
from registration.lists import List
from registration.models import Registration, SeatPool, SensitiveReading
from registration.paper_lists import door_list
from registration.requests import reader

if TYPE_CHECKING:
    from registration.admin.seats import SeatPoolAdmin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READ_NEEDS = "registration.read_needs"
READ_PEOPLE = ("registration.view_booking", "registration.view_registration")


def seats_of(request: HttpRequest, admin: SeatPoolAdmin, pk: int) -> HttpResponse:
    """From a session to its seats; where none are booked yet, to the form that makes them, for those who may."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    session = get_object_or_404(Session, pk=pk)
    if SeatPool.objects.filter(pk=pk).exists():
        return redirect("admin:registration_seatpool_change", pk)
    if admin.has_add_permission(request):
        return redirect(f"{reverse('admin:registration_seatpool_add')}?{urlencode({'session': pk})}")
    messages.info(request, _("Seats in this session are not booked."))
    return redirect("admin:programme_session_change", session.pk)


@never_cache
def bus_list_page(request: HttpRequest, admin: SeatPoolAdmin, pk: int) -> HttpResponse:
    """The list itself is read and downloaded (`?as=pdf`, `?as=xlsx`); what is sensitive is asked for by POST."""
    if not request.user.has_perms(READ_PEOPLE):
        raise PermissionDenied
    pool = get_object_or_404(SeatPool.objects.select_related("session__edition"), pk=pk)
    released = (
        ReleasedSession.objects.select_related("session", "edition", "kind", "room").filter(pk=pk).first()
    )
    if released is None:
        messages.error(request, _("This session is not public yet, so nobody has a seat in it."))
        return redirect("admin:registration_seatpool_change", pk)
    visitors: List | None = None
    if request.method == "POST":
        what, wanted = request.POST.get("what"), request.POST.get("as", "page")
        try:
            if what == "needs":
                return file_of(_with_needs(request, released, pool, wanted), wanted)
            if what == "identity":
                how = {"pdf": "pdf", "xlsx": "sheet"}.get(wanted, "page")
                people = read_identities(session=pool.session, by=reader(request), how=how)
                visitors = identity_list(released, pool, people)
                if wanted in ("pdf", "xlsx"):
                    return file_of(visitors, wanted)
        except Refusal as refusal:
            raise PermissionDenied(str(refusal)) from refusal
    plain = bus_list(released, pool, seated(pool.session))
    if request.method != "POST" and request.GET.get("as") in ("pdf", "xlsx"):
        return file_of(plain, request.GET["as"])
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": plain.heading,
        "opts": admin.opts,
        "pool": pool,
        "list": plain,
        "visitors": visitors,
        "asks_identity": released.identity_by is not None,
        "may_read_needs": request.user.has_perm(READ_NEEDS),
        "may_read_identity": request.user.has_perm(READ_IDENTITY),
    }
    return render(request, "admin/registration/bus_list.html", context)


@transaction.atomic
def _with_needs(request: HttpRequest, released: ReleasedSession, pool: SeatPool, wanted: str) -> List:
    """Each person whose needs are printed is noted as read."""
    if not request.user.has_perm(READ_NEEDS):
        raise PermissionDenied
    people = seated(pool.session)
    needs = dict(
        Registration.objects.filter(pk__in=[person.pk for person in people]).values_list("pk", "needs")
    )
    for person in people:
        person.needs = needs[person.pk]
    note_readings(
        [person for person in people if person.needs],
        session=pool.session,
        by=reader(request),
        what=SensitiveReading.What.NEEDS,
        how=SensitiveReading.How.SHEET if wanted == "xlsx" else SensitiveReading.How.PDF,
    )
    return bus_list(released, pool, people, with_needs=True)


@never_cache
def door_list_page(request: HttpRequest, admin: SeatPoolAdmin, pk: int) -> HttpResponse:
    """Who has a seat, to be ticked at the door: read on the page, or taken along (`?as=pdf`, `?as=xlsx`)."""
    if not request.user.has_perms(READ_PEOPLE):
        raise PermissionDenied
    pool = SeatPool.objects.select_related("session__edition").filter(pk=pk).first()
    released = (
        ReleasedSession.objects.select_related("session", "edition", "kind", "room").filter(pk=pk).first()
    )
    if pool is None or released is None:
        get_object_or_404(Session, pk=pk)
        messages.error(request, _("No seats are booked for this session, so there is no list for its door."))
        return redirect("admin:registration_seatpool_changelist")
    made = door_list(released, pool, seated(pool.session))
    if request.GET.get("as") in ("pdf", "xlsx"):
        return file_of(made, request.GET["as"])
    context = {
        **admin.admin_site.each_context(request),
        "title": made.heading,
        "opts": admin.opts,
        "pool": pool,
        "list": made,
    }
    return render(request, "admin/registration/door_list.html", context)


@never_cache
def interpretation_page(request: HttpRequest, admin: SeatPoolAdmin) -> HttpResponse:
    """`?edition=` (the current one by default), `?as=pdf` or `?as=xlsx`."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    editions = list(
        Edition.objects.filter(released_sessions__isnull=False)
        .distinct()
        .order_by("-number")
        .prefetch_related("hosting__organisation")
    )
    edition = edition_asked_for(request, editions)
    if editions and edition is None:
        raise Http404
    moments = interpretation_needs(edition) if edition else []
    if edition and moments and request.GET.get("as") in ("pdf", "xlsx"):
        return file_of(interpretation_list(edition, moments), request.GET["as"])
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Booths and headsets"),
        "opts": admin.opts,
        "edition": edition,
        "editions": editions,
        "moments": moments,
        "in_all": in_all(moments),
        "how": how_it_is_reckoned(),
    }
    return render(request, "admin/registration/interpretation.html", context)


def file_of(made: List, wanted: str) -> HttpResponse:
    """The list as `pdf` or `xlsx`, to be kept."""
    is_sheet = wanted == "xlsx"
    return HttpResponse(
        made.as_xlsx() if is_sheet else made.as_pdf(),
        content_type=XLSX if is_sheet else "application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{made.file_name}.{"xlsx" if is_sheet else "pdf"}"'
        },
    )
