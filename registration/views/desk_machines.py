"""What the desk's page asks for while it is online: who is there, the list, and taking in what it did meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from registration import actions
from registration.actions.desk_refusals import DeskRefusal
from registration.desk.days import closes_at, counted_days
from registration.desk.deliveries import BadDelivery, read_delivery, read_json
from registration.desk.people import changes_since, cursor_at, moment_of, whole_list
from registration.views.desk_access import at_desk, earlier_devices

CLOSED = _("Nobody has opened the desk in this browser, or it is closed for today.")
LONGEST_PASSPHRASE = 200


def in_asked_language(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """`?lang=` as the feeds take it; without it the browser's."""

    @wraps(view)
    def spoken(request: HttpRequest) -> JsonResponse:
        asked = request.GET.get("lang", "")
        with translation.override(asked if asked in dict(settings.LANGUAGES) else translation.get_language()):
            return view(request)

    return spoken


@cache_control(no_store=True)
@require_safe
@in_asked_language
def me(request: HttpRequest) -> JsonResponse:
    """Who is at this device. The token is for what is sent, also of a desk that is closed by now."""
    now = timezone.now()
    desk = at_desk(request)
    if desk is None or not desk.is_open:
        return refusal("closed", CLOSED, 401, csrf=get_token(request), now=now.isoformat())
    edition, link = desk.edition, desk.device.link
    end = closes_at(edition, now)
    return JsonResponse(
        {
            "device": {"id": str(desk.device.pk), "name": desk.device.name},
            "role": desk.role,
            "edition": {
                "number": edition.number,
                "name": edition.name,
                "timezone": edition.timezone,
                "days": [day.isoformat() for day in counted_days(edition, now)],
                "ends_at": end.isoformat() if end else None,
            },
            "until": link.closes_at().isoformat() if link else None,
            "now": now.isoformat(),
            "csrf": get_token(request),
        }
    )


@cache_control(no_store=True)
@require_POST
@in_asked_language
def people_list(request: HttpRequest) -> JsonResponse:
    """Everything the device needs to go on alone, for the passphrase."""
    desk = at_desk(request)
    if desk is None or not desk.is_open:
        return refusal("closed", CLOSED, 401)
    try:
        passphrase = read_json(_body(request)).get("passphrase")
        if not isinstance(passphrase, str) or len(passphrase) > LONGEST_PASSPHRASE:
            raise BadDelivery(_("The passphrase is missing, or is none."))
        actions.open_list(device=desk.device, passphrase=passphrase)
    except BadDelivery as bad:
        return refusal("bad_request", str(bad), 400)
    except DeskRefusal as refused:
        return refusal(refused.kind, str(refused), 403)
    # Before the list is read: what happens meanwhile is told with the first changes.
    now = timezone.now()
    return JsonResponse(
        {"now": now.isoformat(), "cursor": cursor_at(desk.edition, now), **whole_list(desk.edition)}
    )


@cache_control(no_store=True)
@require_POST
@in_asked_language
def sync(request: HttpRequest) -> JsonResponse:
    """Takes in what the device did, also after its link closed; what others did goes to an open one alone.

    Without a cursor, or with one that is not known any more, only takes in: then the list is to be opened again.
    """
    desk = at_desk(request)
    if desk is None:
        return refusal("closed", CLOSED, 401)
    try:
        delivery = read_delivery(_body(request))
    except BadDelivery as bad:
        return refusal("bad_request", str(bad), 400)
    taken = actions.take_delivery(
        device=desk.device, delivery=delivery, by=desk.organiser, others=earlier_devices(request)
    )
    now = timezone.now()  # before the changes are read
    told: dict[str, Any] = {
        "now": now.isoformat(),
        "cursor": None,
        "results": taken.outcomes,
        "open": desk.is_open,
    }
    since = moment_of(delivery.cursor, desk.edition)
    if desk.is_open and since is not None:
        told["changes"] = changes_since(desk.edition, since, taken.people)
        told["cursor"] = cursor_at(desk.edition, now)
    return JsonResponse(told)


def refusal(kind: str, sentence: str | Promise, status: int, **more: object) -> JsonResponse:
    return JsonResponse({"error": kind, "message": str(sentence), **more}, status=status)


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise BadDelivery(_("That is too much at once."))
