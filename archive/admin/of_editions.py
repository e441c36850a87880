from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from efus_conference.admin_base import TranslatedAdmin


class OfAnEdition(TranslatedAdmin):
    """The rows of all editions in one list; they are edited with their edition just as well."""

    list_filter = ["edition"]
    list_select_related = ["edition"]
    autocomplete_fields = ["edition"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.prefetch_related("edition__hosting__organisation")
