from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from programme.models import ReleasedSession


@admin.register(ReleasedSession)
class ReleasedSessionAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """What the public sees now; a release alone writes it."""

    list_display = ["shown_title", "kind", "room", "starts", "status", "last_release"]
    list_filter = ["edition", "status", "kind"]
    search_fields = ["session__code", "session__title_en__unaccent"]
    ordering = ["-edition__number", "during"]
    fields = [
        "session",
        "edition",
        "kind",
        "room",
        "during",
        "status",
        "sequence",
        "floor_languages",
        "interpretation_languages",
        "first_release",
        "last_release",
        "changed_at",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReleasedSession]:
        rows: QuerySet[ReleasedSession] = super().get_queryset(request)
        return rows.select_related("kind", "room", "session", "edition").prefetch_related(
            "edition__hosting__organisation", "last_release__edition__hosting__organisation"
        )

    @display(description=_("title"))
    def shown_title(self, released: ReleasedSession) -> str:
        return released.title

    @display(description=_("starts"), ordering="during")
    def starts(self, released: ReleasedSession) -> str:
        return f"{released.starts_at.astimezone(released.edition.zone):%Y-%m-%d %H:%M}"
