"""Pages whose address is the whole authority: `/sign/<token>`, `/speak/<token>/`.

Their views need no token against forged forms (who knows the address needs no forgery) and set no cookie. Of the
token only its hash is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from efus_conference.languages import browser_language

Languages = Sequence[tuple[str, str]]  # codes, and the names they give themselves

HOUR = 60 * 60  # seconds


def hash_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody, found by no search engine, and its address told to no other site."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    # Django would write the address, and with it the secret, of a status from 400 on into the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def language_of(
    request: HttpRequest, own: str | None, languages: Languages = tuple(settings.LANGUAGES)
) -> str:
    """The language asked for by `?lang=`, else the link's own, else the browser's: one of `languages`."""
    codes = dict(languages)
    asked = request.GET.get("lang", "")
    if asked in codes:
        return asked
    if own in codes:
        return own
    # What the site's own middleware found may be a choice made on the site; it knows the site's languages alone.
    return (codes == dict(settings.LANGUAGES) and translation.get_language()) or browser_language(
        request, codes
    )


def language_choices(languages: Languages = tuple(settings.LANGUAGES)) -> list[dict[str, object]]:
    """Links relative to the page itself: their bytes tell nothing of its address."""
    current = translation.get_language()
    return [
        {"code": code, "name": name, "url": f"?lang={code}", "is_current": code == current}
        for code, name in languages
    ]


def in_the_same_language(
    request: HttpRequest, address: str, languages: Languages = tuple(settings.LANGUAGES)
) -> str:
    """The address with the `?lang=` of the request, where it has one."""
    asked = request.GET.get("lang", "")
    return f"{address}?{urlencode({'lang': asked})}" if asked in dict(languages) else address


def is_within_limit(purpose: str, who: str, *, per_hour: int) -> bool:
    """Whether this is one of the first `per_hour` times within an hour; counts it."""
    # A slot for each time, free again after an hour: counting up with incr() would shorten how long the cache
    # keeps the count, and two at once could count as one.
    slots = _slots(purpose, who, per_hour)
    # Asked for all at once: who is refused costs one look, however many slots there are.
    taken = cache.get_many(slots)
    return any(cache.add(slot, True, timeout=HOUR) for slot in slots if slot not in taken)


def is_used_up(purpose: str, who: str, *, per_hour: int) -> bool:
    """Whether `is_within_limit` would say no; counts nothing. For what is limited only when it fails."""
    return len(cache.get_many(_slots(purpose, who, per_hour))) == per_hour


def _slots(purpose: str, who: str, per_hour: int) -> list[str]:
    return [f"{purpose}:{hash_of_token(who)}:{slot}" for slot in range(per_hour)]
