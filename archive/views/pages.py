from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from archive.models import Page, PageVersion
from archive.pages import blocks_of, parts_of, shown, siblings
from efus_conference.kept import same_for_everyone


@same_for_everyone()
@require_safe
def page(request: HttpRequest, edition_slug: str, slug: str) -> HttpResponse:
    """A practical page of an edition."""
    found = get_object_or_404(_public(), edition__slug=edition_slug, slug=slug)
    if (
        found.kind == Page.Kind.HOME
    ):  # it has an address of its own, another one once the next edition is current
        return redirect(found.get_absolute_url())
    return render(request, "archive/page.html", page_context(found, _shown(found)))


@same_for_everyone()
@require_safe
def site_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the site itself: contact, legal notice, data protection."""
    found = get_object_or_404(_public(), edition=None, slug=slug)
    return render(request, "archive/page.html", page_context(found, _shown(found)))


def page_context(page: Page, version: PageVersion | None) -> dict[str, Any]:
    """For `archive/page.html`, of any version."""
    return {
        "page": page,
        "edition": page.edition,
        "is_practical_page": page.edition is not None and page.edition.is_current,
        "siblings": list(siblings(page).select_related("edition")) if page.edition else [],
        "parts": parts_of(blocks_of(version) if version else [], page.edition),
    }


def _public() -> Any:
    hosting = "edition__hosting__organisation"
    return Page.objects.public().select_related("edition").prefetch_related(hosting)


def _shown(page: Page) -> PageVersion:
    version = shown(page)
    if version is None:
        raise Http404("Nothing of this page is public.")
    return version
