"""News: written, looked at, and public from the moment it is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from archive.models import NewsItem
from archive.news_forms import NewsItemForm
from archive.views.news import item_context
from efus_conference.admin_base import TranslatedAdmin, in_languages, number
from efus_conference.languages import in_every_language


class StateFilter(admin.SimpleListFilter):
    title = _("stands at")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("draft", _("draft")), ("scheduled", _("scheduled")), ("public", _("public"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "draft":
            return queryset.filter(published_at=None)
        if self.value() == "scheduled":
            return queryset.filter(published_at__gt=timezone.now())
        if self.value() == "public":
            return queryset.filter(published_at__lte=timezone.now())
        return queryset


@admin.register(NewsItem)
class NewsItemAdmin(TranslatedAdmin):
    form = NewsItemForm
    actions_detail = ["see_preview"]
    list_display = ["title", "state", "published_at", "is_press_release", "edition", "languages"]
    list_filter = [StateFilter, "is_press_release", "edition"]
    list_select_related = ["edition"]
    search_fields = [*in_every_language("title", ending="__unaccent"), "slug"]
    autocomplete_fields = ["edition", "picture"]
    prepopulated_fields = {"slug": ["title"]}
    date_hierarchy = "published_at"
    fieldsets = [
        (None, {"fields": ["slug", "published_at", "is_press_release", "edition", "picture", "seen"]}),
        *in_languages("title", "lead", "text"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[NewsItem]:
        items: QuerySet[NewsItem] = super().get_queryset(request)
        return items.prefetch_related("edition__hosting__organisation")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/preview/", page, name="archive_newsitem_preview"), *super().get_urls()]

    def view_on_site(self, obj: NewsItem) -> str | None:
        """Of what is not public yet there is the preview alone."""
        return obj.get_absolute_url() if NewsItem.objects.public().filter(pk=obj.pk).exists() else None

    @display(description=_("stands at"), label={"draft": "warning", "scheduled": "info", "public": "success"})
    def state(self, item: NewsItem) -> tuple[str, Any]:
        if item.published_at is None:
            return "draft", _("draft")
        return (
            ("scheduled", _("scheduled")) if item.published_at > timezone.now() else ("public", _("public"))
        )

    @display(description=_("languages"))
    def languages(self, item: NewsItem) -> str:
        """Those in which its title and its text, if it has one, can be read."""
        has_text = any(getattr(item, f"text_{code}") for code, _name in settings.LANGUAGES)
        return ", ".join(
            code
            for code, _name in settings.LANGUAGES
            if getattr(item, f"title_{code}") and (getattr(item, f"text_{code}") or not has_text)
        )

    @action(description=_("Preview"), url_path="to-preview", icon="visibility")
    def see_preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:archive_newsitem_preview", pk=number(object_id))

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page as readers will see it, in any language; for organisers, and kept by nobody."""
        item = get_object_or_404(self.get_queryset(request), pk=pk) if pk < 2**63 else None
        if item is None:
            raise Http404
        if not self.has_view_permission(request, item):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        codes = dict(settings.LANGUAGES)
        asked = request.GET.get("language", "")
        current = asked if asked in codes else translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(current):
            context = {
                **item_context(item),
                "is_preview": True,
                "is_public": NewsItem.objects.public().filter(pk=item.pk).exists(),
                "languages": [
                    {"code": code, "name": name, "url": f"?language={code}", "is_current": code == current}
                    for code, name in settings.LANGUAGES
                ],
                "change_url": reverse("admin:archive_newsitem_change", args=[item.pk]),
            }
            response = render(request, "archive/news_item.html", context)
        add_never_cache_headers(response)
        return response
