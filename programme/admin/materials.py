from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from efus_conference.admin_base import TranslatedAdmin, TranslatedStackedInline, in_languages
from efus_conference.languages import in_every_language
from programme.actions import delete_material
from programme.models import Material
from programme.speaker_forms import MaterialForm
from programme.views.materials import material_response


class StoredFile:
    """Mixed in: a link to the file for organisers, published or not."""

    @display(description=_("open the file"))
    def stored_file(self, material: Material) -> str:
        if not material.pk or not material.file:
            return "–"
        address = reverse("admin:programme_material_file", args=[material.pk])
        return format_html('<a href="{}">{}</a>', address, material.ending.upper())


class MaterialInline(StoredFile, TranslatedStackedInline):
    model = Material
    form = MaterialForm
    fields = [
        "kind",
        *in_every_language("title"),
        "language",
        "file",
        "stored_file",
        "address",
        "is_published",
        "order",
    ]
    readonly_fields = ["stored_file"]
    tab = True


class HandedInFilter(admin.SimpleListFilter):
    title = _("where it stands")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", _("handed in, not published")),
            ("unpublished", _("not published")),
            ("published", _("published")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "waiting":
            return queryset.filter(is_published=False, handed_in_by__isnull=False)
        if self.value() in ("published", "unpublished"):
            return queryset.filter(is_published=self.value() == "published")
        return queryset


@admin.register(Material)
class MaterialAdmin(StoredFile, TranslatedAdmin):
    form = MaterialForm
    list_display = [
        "title",
        "kind",
        "session",
        "handed_in_by",
        "added_at",
        "is_published",
        "stored_file",
    ]
    list_select_related = ["session__edition", "handed_in_by"]
    list_filter = [HandedInFilter, "kind", ("session__edition", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["title_en__unaccent", "session__title_en__unaccent", "session__code"]
    autocomplete_fields = ["session"]
    date_hierarchy = "added_at"
    actions = ["publish", "take_back"]
    readonly_fields = ["stored_file", "handed_in_by", "added_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "session",
                    "kind",
                    "language",
                    "file",
                    "stored_file",
                    "address",
                    "is_published",
                    "order",
                    "handed_in_by",
                    "added_at",
                ],
                "description": _(
                    "A file or a web address. A recording is an address: nothing of another site is loaded into "
                    "our pages, they link to it. What a speaker handed in is seen by organisers alone until it is "
                    "published, and again when that speaker withdraws the consent to be named."
                ),
            },
        ),
        *in_languages("title"),
    ]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/file/", wrap(self.open_file), name="programme_material_file"),
            *super().get_urls(),
        ]

    def open_file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file for organisers, published or not."""
        material = get_object_or_404(Material, pk=pk) if pk < 2**63 else None
        if material is None or not material.file:
            raise Http404
        if not self.has_view_permission(request, material):
            raise PermissionDenied
        response = material_response(request, material)
        add_never_cache_headers(response)
        return response

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert isinstance(obj, Material)
        delete_material(material=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for material in queryset:
            delete_material(material=material)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Material]) -> None:
        count = queryset.filter(is_published=False).update(is_published=True)
        sentence = ngettext("%(count)d is published now.", "%(count)d are published now.", count)
        messages.success(request, sentence % {"count": count})

    @admin.action(description=_("Take off the site"), permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Material]) -> None:
        count = queryset.filter(is_published=True).update(is_published=False)
        sentence = ngettext("%(count)d is published no more.", "%(count)d are published no more.", count)
        messages.success(request, sentence % {"count": count})
