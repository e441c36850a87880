"""The history of a registration on its page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from efus_conference.admin_base import OrganisersTabularInline, ReadOnlyAdmin
from registration.models import RegistrationEvent


class EventInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = RegistrationEvent
    fields = ["at", "verb", "actor", "reason", "detail"]
    readonly_fields = fields
    show_change_link = False
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegistrationEvent]:
        events: QuerySet[RegistrationEvent] = super().get_queryset(request).select_related("actor")
        return events


class WithHistory:
    """Mixed into pages that show the history themselves: the theme's own button leads to an empty one."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {}), "show_history": False}
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)  # type: ignore[misc]
        return response
