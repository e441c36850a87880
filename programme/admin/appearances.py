from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from efus_conference.admin_base import TranslatedAdmin, in_languages
from efus_conference.admin_sheets import SpreadsheetAdmin
from programme.models import Appearance
from programme.spreadsheets import AppearanceResource


@admin.register(Appearance)
class AppearanceAdmin(SpreadsheetAdmin, TranslatedAdmin):
    """Who is in which session, of all sessions at once: above all to come and go as a sheet."""

    resource_classes = [AppearanceResource]
    list_display = ["speaker", "code", "session", "role", "organisation", "answer"]
    list_filter = [("session__edition", admin.RelatedOnlyFieldListFilter), "role", "answer"]
    search_fields = ["speaker__name__unaccent", "session__code", "session__title_en__unaccent"]
    autocomplete_fields = ["session", "speaker", "organisation"]
    ordering = ["-session__edition__number", "session__starts_at", "session__code", "order", "pk"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "session",
                    "speaker",
                    "role",
                    "organisation",
                    "is_to_be_confirmed",
                    "answer",
                    "order",
                ]
            },
        ),
        *in_languages("function"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appearance]:
        appearances: QuerySet[Appearance] = super().get_queryset(request)
        return appearances.select_related("session", "speaker", "organisation")

    @display(description=_("code"), ordering="session__code")
    def code(self, appearance: Appearance) -> str:
        return appearance.session.code
