from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from registration.admin.base import SessionEditionFilter
from registration.models import AgendaChange


@admin.register(AgendaChange)
class AgendaChangeAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """What releases changed for whom, and when a digest told them; empty while it waits for its hour."""

    list_display = ["session", "registration", "had_seat", "made_at", "told_at"]
    list_filter = [SessionEditionFilter, "told_at"]
    list_select_related = ["session", "registration"]
    search_fields = ["session__title_en__unaccent", "session__code", "registration__family_name__unaccent"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgendaChange]:
        rows: QuerySet[AgendaChange] = super().get_queryset(request)
        return rows.order_by("-pk")
