"""Who stands at the desk: a device in the session, of a volunteer by a link or of an organiser."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from registration.desk.days import is_over
from registration.models import DeskDevice
from registration.requests import reader

KEY = "desk_device"
ALL = "desk_devices"  # those that this browser was before, the latest last
MOST_DEVICES = 20
CHECK_IN = "registration.check_in"


@dataclass(frozen=True)
class AtDesk:
    device: DeskDevice
    # None for a volunteer.
    organiser: User | None
    is_open: bool

    @property
    def edition(self) -> Edition:
        return self.device.edition

    @property
    def role(self) -> str:
        return "organiser" if self.organiser else "volunteer"


def may_organise(request: HttpRequest) -> bool:
    """As in the admin: staff with the right, and a second factor where organisers need one."""
    return admin.site.has_permission(request) and reader(request).has_perm(CHECK_IN)


def remember(request: HttpRequest, device: DeskDevice) -> None:
    """From now on the browser is this device; what it did as another, and did not send yet, it still delivers."""
    request.session.cycle_key()
    before = [*request.session.get(ALL, []), request.session.get(KEY)]
    known = [one for one in dict.fromkeys(before) if isinstance(one, str)]
    request.session[ALL] = known[-MOST_DEVICES:]
    request.session[KEY] = str(device.pk)


def earlier_devices(request: HttpRequest) -> list[DeskDevice]:
    """What this browser was before; an organiser's only with its organiser's login."""
    rows = DeskDevice.objects.select_related("edition", "link").filter(pk__in=request.session.get(ALL, []))
    return [
        _with_edition(row)
        for row in rows
        if row.link is not None or (row.user_id == request.user.pk and may_organise(request))
    ]


def at_desk(request: HttpRequest) -> AtDesk | None:
    """None where nobody entered, and for an organiser's device without its organiser's login."""
    try:
        key = uuid.UUID(str(request.session.get(KEY)))
    except ValueError:
        return None
    device = DeskDevice.objects.select_related("edition", "link").filter(pk=key).first()
    if device is None:
        return None
    is_open = device.closed_at is None
    if (link := _with_edition(device).link) is not None:
        return AtDesk(device, None, is_open and link.is_open())
    if not request.user.is_authenticated or request.user.pk != device.user_id or not may_organise(request):
        return None
    return AtDesk(device, reader(request), is_open and not is_over(device.edition, timezone.now()))


def _with_edition(device: DeskDevice) -> DeskDevice:
    if device.link is not None:
        device.link.edition = device.edition
    return device


DeskView = Callable[..., HttpResponse]


def for_organisers(view: DeskView) -> DeskView:
    """A page of the desk that volunteers may not see; the view's second argument is who is there."""
    return _guarded(view, organisers_only=True)


def for_all_at_the_desk(view: DeskView) -> DeskView:
    return _guarded(view, organisers_only=False)


def _guarded(view: DeskView, *, organisers_only: bool) -> DeskView:
    @wraps(view)
    def guarded(request: HttpRequest, *arguments: object, **named: object) -> HttpResponse:
        desk = at_desk(request)
        if desk is not None and desk.is_open and (desk.organiser or not organisers_only):
            return view(request, desk, *arguments, **named)
        if (desk is None or not desk.is_open) and may_organise(request):
            asked = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('registration:desk_enter')}?{asked}")
        return closed_page(request, desk)

    return guarded


def closed_page(request: HttpRequest, desk: AtDesk | None, reason: str | Promise = "") -> HttpResponse:
    """Says why nothing is shown, and how to get in."""
    if not reason:
        if desk is None:
            reason = _("Nobody has opened the desk in this browser.")
        elif not desk.is_open:
            reason = _(
                "The desk is closed here: a link for volunteers works on its day alone. What this device has "
                "not sent yet is not lost: it is sent as soon as the desk’s page is open and has a connection."
            )
        else:
            reason = _("This page is for organisers. With the link for volunteers people are checked in.")
    context = {"reason": reason, "is_in": desk is not None and desk.is_open}
    return render(request, "registration/desk/closed.html", context, status=403)
