"""Pages that are the same for everyone, and the version under which they are kept.

`efus_conference.keeping` keeps and answers them; docs/decisions/0012 says why it works as it does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_path

from efus_conference.models import Edition, PublicVersion

# What else changes by itself at moments that are known beforehand, such as a page that is to appear on Monday; each
# app adds its own in its `AppConfig.ready()`. Whatever moves such a moment raises the public version.
moments_ahead: list[Callable[[], Iterable[datetime]]] = []

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Version(NamedTuple):
    """What is public at a moment: two equal versions have equal pages."""

    number: int
    passed: int  # how many of the moments at which something changes by itself have passed

    def __str__(self) -> str:
        return f"{self.number}.{self.passed}"


def same_for_everyone(*parameters: str) -> Callable[[View[P]], View[P]]:
    """For a view whose answer holds nothing of who asks, no clock and no token: it is kept whole.

    `parameters` are those of the query that it knows. An answer is kept when the query has only these, each at
    most once, and its status is 200. The view is called with a request that carries nothing of its reader: no
    header but the host's, so no cookie and no language but the address's, and no address of the client.
    """

    def decorated(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                # Browsers and caches ask each time whether it still stands: a short answer, mostly.
                response.headers.setdefault("Cache-Control", "no-cache")
                patch_vary_headers(response, ["Accept-Encoding"])
                # Else Django would name the reader's language where the address has none.
                language = get_language_from_path(request.path) or settings.LANGUAGE_CODE
                response.headers.setdefault("Content-Language", language)
                response.is_same_for_everyone = getattr(response, "is_same_for_everyone", True)  # type: ignore[attr-defined]
            return response

        wrapped.kept_parameters = frozenset(parameters)  # type: ignore[attr-defined]
        return wrapped

    return decorated


def do_not_keep(response: HttpResponse) -> HttpResponse:
    """Opt out for one answer, such as a page about a value that does not exist, of which there is no end."""
    response.is_same_for_everyone = False  # type: ignore[attr-defined]
    return response


def known_parameters(view: Callable[..., object]) -> frozenset[str] | None:
    """The query parameters of a view that is the same for everyone; None for any other."""
    return getattr(view, "kept_parameters", None)


def public_version(at: datetime | None = None) -> Version:
    """The version at a moment (now by default), read from the database."""
    return version_of(*read_public_version(), at=at)


def version_of(number: int, moments: list[datetime], *, at: datetime | None = None) -> Version:
    return Version(number, bisect_right(moments, at or timezone.now()))


def read_public_version() -> tuple[int, list[datetime]]:
    """The number, and the moments at which something changes by itself, in their order."""
    number = read_number()
    return number, sorted(set(_moments()))


def _moments() -> Iterator[datetime]:
    for edition in Edition.objects.all():
        yield from edition.turning_points()
    for known in moments_ahead:
        yield from known()


def read_number() -> int:
    """The number alone, in one query; 0 where its row is missing."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {PublicVersion._meta.db_table} WHERE id = 1")  # noqa: S608 - our table
        row = cursor.fetchone()
    return row[0] if row else 0
