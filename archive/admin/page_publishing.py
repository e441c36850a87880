"""Where a page is made public: its draft and its preview, when, what is scheduled, and what was there before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from archive.actions.pages import PageRefusal, discard_draft, draft_of, publish, put_back, unschedule
from archive.admin.editions import PHASES as PHASE_NAMES
from archive.calendar import PHASES, moment_in
from archive.home import home_context
from archive.links import broken
from archive.models import Page, PageVersion
from archive.page_forms import MomentForm
from archive.pages import shown
from archive.views.pages import page_context
from efus_conference.admin_base import number
from efus_conference.models import User

if TYPE_CHECKING:
    from archive.admin.pages import PageAdmin


def publishing_page(request: HttpRequest, admin: PageAdmin, pk: int) -> HttpResponse:
    page = _page(pk)
    if not admin.has_view_permission(request, page):
        raise PermissionDenied
    may_change = admin.has_change_permission(request, page)
    zone = _zone(page)
    form = MomentForm(zone=zone)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        form = MomentForm(request.POST, zone=zone) if request.POST.get("do") == "schedule" else form
        if not form.is_bound or form.is_valid():
            try:
                return _do(request, admin, page, form)
            except PageRefusal as refusal:  # of the moment: what was typed stays
                form.add_error(None, refusal.message)
    public = shown(page)
    versions = list(page.versions.select_related("made_by").order_by("-number"))
    draft = next((version for version in versions if version.publishes_at is None), None)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": page.title,
        "page": page,
        "public": public,
        "draft": draft,
        "scheduled": [version for version in versions if version.state() == "scheduled"],
        "earlier": [version for version in versions if version.state() == "public" and version != public],
        "broken": broken(draft.blocks.all()) if draft else [],
        "languages": settings.LANGUAGES,
        "zone": zone.key,
        "form": form,
        "may_change": may_change,
        # Its home is the site's only while it is current.
        "is_beside_the_record": page.kind == Page.Kind.HOME
        and not (page.edition and page.edition.is_current),
        "asks_discard": bool(draft) and may_change and "discard" in request.GET,
    }
    with timezone.override(zone):
        return render(request, "admin/archive/publishing.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, admin: PageAdmin, page: Page, form: MomentForm) -> HttpResponse:
    assert isinstance(request.user, User)
    what = request.POST.get("do", "")
    here = redirect("admin:archive_page_publishing", pk=page.pk)
    try:
        if what == "draft":
            return redirect("admin:archive_pageversion_change", draft_of(page=page, by=request.user).pk)
        done = _done(what, page, request, form)
    except PageRefusal as refusal:
        if refusal.kind == PageRefusal.Kind.IN_THE_PAST:
            raise
        messages.error(request, refusal.message)
        return here
    if done is None:
        raise Http404("No page of ours asks for this.")
    admin.log_change(request, page, done)
    messages.success(request, done)
    return here


def _done(what: str, page: Page, request: HttpRequest, form: MomentForm) -> str | None:
    """What was done, in a sentence; None for what is nothing we do."""
    by = request.user if isinstance(request.user, User) else None
    if what == "publish":
        publish(page=page, by=by)
        _tell_what_is_scheduled(page, request)
        return _("The page is public as the draft had it.")
    if what == "schedule":
        publish(page=page, by=by, at=form.cleaned_data["at"])
        return _("The draft will be public at that moment by itself.")
    if what == "discard":
        discard_draft(page=page)
        return _("The draft is gone; what is public stays.")
    if what in ("unschedule", "put_back"):
        version = get_object_or_404(PageVersion, pk=number(request.POST.get("version", "")), page=page)
        if what == "unschedule":
            unschedule(version=version)
            return _("Nothing will change by itself: that version is the draft again.")
        put_back(version=version, by=by)
        _tell_what_is_scheduled(page, request)
        return _("What that version said is public again.")
    return None


def _tell_what_is_scheduled(page: Page, request: HttpRequest) -> None:
    if later := page.versions.filter(publishes_at__gt=timezone.now()).order_by("publishes_at").first():
        messages.warning(
            request,
            _("Version %(number)d is still scheduled, and will take the place of this one.")
            % {"number": later.number},
        )


@never_cache
def preview_page(request: HttpRequest, admin: PageAdmin, pk: int) -> HttpResponse:
    """`?language=&phase=&version=`: the page as the public will see it; the draft, else what is public."""
    page = _page(pk)
    if not admin.has_view_permission(request, page):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    version = _version(page, request.GET.get("version", ""))
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    phase = request.GET.get("phase", "")
    with translation.override(language):
        return _preview(request, page, version, language, phase if phase in PHASES else None)


def _preview(
    request: HttpRequest, page: Page, version: PageVersion | None, language: str, phase: str | None
) -> HttpResponse:
    address = reverse("admin:archive_page_preview", args=[page.pk])
    query: dict[str, str | int] = {"version": version.number} if version else {}
    is_home = page.kind == Page.Kind.HOME and page.edition is not None
    at: datetime | None = None
    context: dict[str, Any]
    if is_home and page.edition:
        at = moment_in(page.edition, phase) if phase else None
        context = home_context(page.edition, at=at, phase=phase, version=version)
    else:
        context = page_context(page, version)
    preview = {
        "back": reverse("admin:archive_page_publishing", args=[page.pk]),
        "broken": broken(version.blocks.all()) if version else [],
        "lacks_moment": bool(phase) and at is None,
        "phases": [
            {
                "name": name,
                "url": f"{address}?{urlencode({**query, 'language': language, 'phase': key})}",
                "is_current": key == context.get("phase"),
            }
            for key, name in PHASE_NAMES.items()
            # Of an edition without days no other phase is now.
            if is_home and (key != "unknown" or context.get("phase") == key)
        ],
    }
    languages = [
        {
            "code": code,
            "name": str(name),
            "url": f"{address}?{urlencode({**query, 'language': code, 'phase': phase or ''})}",
            "is_current": code == language,
        }
        for code, name in settings.LANGUAGES
    ]
    template = "home.html" if is_home else "archive/page.html"
    return render(request, template, {**context, "preview": preview, "languages": languages})


def _page(pk: int) -> Page:
    pages = Page.objects.select_related("edition").prefetch_related("edition__hosting__organisation")
    return get_object_or_404(pages, pk=number(pk))


def _version(page: Page, asked: str) -> PageVersion | None:
    if asked:
        return get_object_or_404(PageVersion, page=page, number=min(number(asked), 2**31 - 1))
    return page.versions.filter(publishes_at=None).first() or shown(page)


def _zone(page: Page) -> ZoneInfo:
    return page.edition.zone if page.edition else ZoneInfo(settings.TIME_ZONE)
