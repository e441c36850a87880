"""How to check a declaration and its signatures without believing this site: the page, in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from declarations.log import reading
from declarations.models import Declaration
from efus_conference.kept import do_not_keep, same_for_everyone

SHOWN = 10  # older checkpoints, before all are asked for
ALL = "all"


@same_for_everyone("checkpoints")
@require_safe
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """No clock: the moment of the last checkpoint is said, and how many signatures wait for the next one."""
    shown = get_object_or_404(Declaration.objects.public(), slug=slug)
    asked = request.GET.get("checkpoints", "")
    newest, *older = reading.checkpoints_of(shown)[: None if asked == ALL else SHOWN + 2] or [None]
    keys = reading.keys()
    context = {
        "declaration": shown,
        "newest": newest,
        "root": bytes(newest.root).hex() if newest else "",
        "older": older if asked == ALL else older[:SHOWN],
        "is_cut": asked != ALL and len(older) > SHOWN,
        "waiting": reading.not_logged_yet(shown),
        "alarms": reading.open_alarms(shown),
        "keys": [(key, reading.in_groups(key.fingerprint)) for key in keys],
        "fingerprint": reading.in_groups(keys[0].fingerprint) if keys else "",
        "example_key": keys[0].fingerprint if keys else "",
    }
    response = render(request, "declarations/verify.html", context)
    return response if asked in ("", ALL) else do_not_keep(response)
