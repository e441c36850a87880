from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from efus_conference.admin_base import (
    TranslatedAdmin,
    in_languages,
)
from registration.admin.base import EditionFilter
from registration.models import Category


@admin.register(Category)
class CategoryAdmin(TranslatedAdmin):
    list_display = ["name", "edition", "is_by_invitation", "order"]
    list_filter = [EditionFilter, "is_by_invitation"]
    list_select_related = ["edition"]
    search_fields = ["name_en__unaccent", "name_fr__unaccent", "name_nl__unaccent", "slug"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["edition", "slug", "is_by_invitation", "order"]}),
        *in_languages("name", "hint"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        rows: QuerySet[Category] = super().get_queryset(request)
        return rows.prefetch_related("edition__hosting__organisation")
