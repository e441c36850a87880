"""How to check a declaration and its signatures without believing this site: the page, in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from declarations.log import reading
from declarations.models import Declaration
from declarations.verifier.verify import SENTENCES
from efus_conference.kept import do_not_keep, same_for_everyone

SHOWN = 10  # older checkpoints, before all are asked for
MOST = 500  # of them on one page; any other is had by its size
ALL = "all"


@same_for_everyone("checkpoints")
@require_safe
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """No clock: the moment of the last checkpoint is said, and how many signatures wait for the next one."""
    shown = get_object_or_404(Declaration.objects.public(), slug=slug)
    asked = request.GET.get("checkpoints", "")
    most = MOST if asked == ALL else SHOWN
    newest, *older = reading.checkpoints_of(shown)[: most + 2] or [None]
    keys = reading.keys()
    words = SENTENCES.get(get_language() or "en", SENTENCES["en"])
    context = {
        "declaration": shown,
        "newest": newest,
        "root": bytes(newest.root).hex() if newest else "",
        "older": older[:most],
        "is_cut": len(older) > most,
        "is_all": asked == ALL,
        # The answers under the names that both verifiers give them, in the reader's language.
        "titles": {
            code.removeprefix("title."): title for code, title in words.items() if code.startswith("title.")
        },
        "waiting": reading.not_logged_yet(shown),
        "alarms": reading.open_alarms(shown),
        "keys": [(key, reading.in_groups(key.fingerprint)) for key in keys],
        "fingerprint": reading.in_groups(keys[0].fingerprint) if keys else "",
        "example_key": keys[0].fingerprint if keys else "",
    }
    response = render(request, "declarations/verify.html", context)
    return response if asked in ("", ALL) else do_not_keep(response)
