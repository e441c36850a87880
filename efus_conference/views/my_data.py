"""“Your data”: what is kept of an account, for how long, who reads it and who did; and all of it to take away."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from efus_conference.models import Edition
from efus_conference.secret_links import is_within_limit
from efus_conference.views.kept_data import kinds_of, readings_of
from efus_conference.views.taking import NothingLeft, take_data
from registration.models import Registration
from registration.requests import reader

PER_HOUR = 5
IN_MEMORY = 5_000_000  # bytes; what is larger is written to the disk for the moment


@login_required
@never_cache
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    user = reader(request)
    mine = (
        Registration.objects.told_to(user)
        .filter(erased_at=None)
        .select_related("edition")
        .prefetch_related("edition__hosting__organisation")
        .order_by("-edition__number", "-is_own", "pk")
    )
    context = {
        "problem": problem,
        "account": user,
        "kinds": kinds_of(Edition.objects.current()),
        "readings": readings_of(user),
        "registrations": mine,
        "per_hour": PER_HOUR,
    }
    return render(request, "my_data/my_data.html", context, status=status)


@login_required
@never_cache
@require_POST
def take_my_data(request: HttpRequest) -> HttpResponseBase:
    """The zip; a few times in an hour, since each is some work."""
    user = reader(request)
    if not is_within_limit("my_data", str(user.pk), per_hour=PER_HOUR):
        problem = _("You took your data away several times within the hour. Please wait a little.")
        return _page(request, problem=problem, status=429)
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        take_data(target, user=user)
    except NothingLeft:
        target.close()
        logout(request)
        return render(request, "my_data/nothing_left.html", status=410)
    target.seek(0)
    response = FileResponse(
        target,
        as_attachment=True,
        filename=f"my-data-{timezone.localdate():%Y-%m-%d}.zip",
        content_type="application/zip",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
