"""What the programme's pages share: the edition in the address, and a helpful answer where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from efus_conference.models import Edition, EditionHost

P = ParamSpec("P")


@dataclass(frozen=True)
class EditionPages:
    """The edition asked for, and all editions for header and footer, read at once."""

    edition: Edition
    editions: list[Edition]

    @property
    def context(self) -> dict[str, Any]:
        return {"edition": self.edition, **furniture(self.editions)}


class NotThere(Exception):  # noqa: N818 - no error
    """The edition has no such session or speaker: a page that says so, with status 404."""

    def __init__(self, **context: Any) -> None:
        super().__init__()
        self.context = context


class Elsewhere(Exception):  # noqa: N818 - no error
    """What is asked for has another address."""

    def __init__(self, *address: str) -> None:
        super().__init__()
        self.address = address


def published_editions() -> list[Edition]:
    """All of them with their hosts, in two queries, which also serve header and footer."""
    hosts = Prefetch("hosting", EditionHost.objects.select_related("organisation"))
    return list(Edition.objects.published().order_by("number").prefetch_related(hosts))


def furniture(editions: list[Edition]) -> dict[str, Any]:
    current = next((edition for edition in editions if edition.is_current), None)
    return {"editions_in_order": editions, "current_edition": current}


def on_edition(
    view: Callable[Concatenate[HttpRequest, EditionPages, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """For a view of a published edition: `view(request, pages, …)`; unknown addresses get a helpful 404.

    The pages hold nothing of who asks, so they are the same bytes for every visitor.
    """

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        editions = published_editions()
        edition = next((edition for edition in editions if edition.slug == slug.lower()), None)
        if edition is None:
            context = {"asked": slug, **furniture(editions)}
            return render(request, "programme/no_edition.html", context, status=404)
        if edition.slug != slug:
            assert request.resolver_match
            name = request.resolver_match.view_name
            return redirect(name, *args, permanent=True, **{"slug": edition.slug, **kwargs})
        pages = EditionPages(edition, editions)
        try:
            return view(request, pages, *args, **kwargs)
        except Elsewhere as elsewhere:
            return redirect(*elsewhere.address, permanent=True)
        except NotThere as missing:
            context = {**pages.context, **missing.context}
            return render(request, "programme/not_there.html", context, status=404)

    return wrapped
