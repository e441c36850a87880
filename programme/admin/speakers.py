from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from efus_conference.admin_base import (
    TranslatedAdmin,
    TranslatedTabularInline,
    in_languages,
)
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.sorting import sort_key
from programme.models import Appearance, Speaker
from programme.speaker_forms import SpeakerForm
from programme.spreadsheets import SpeakerResource


class ShownFilter(admin.SimpleListFilter):
    title = _("named on the site")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("no", _("no, not yet or no longer"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        shown = Speaker.objects.shown().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=shown)
        return queryset.exclude(pk__in=shown) if self.value() == "no" else queryset


class SessionsOfSpeakerInline(TranslatedTabularInline):
    model = Appearance
    fields = ["session", "role", "function", "organisation", "is_to_be_confirmed"]
    autocomplete_fields = ["session", "organisation"]
    verbose_name = _("session")
    verbose_name_plural = _("sessions")
    tab = True


@admin.register(Speaker)
class SpeakerAdmin(SpreadsheetAdmin, TranslatedAdmin):
    form = SpeakerForm
    resource_classes = [SpeakerResource]
    list_display = ["name", "function", "organisation", "sessions_count", "shown"]
    list_select_related = ["organisation"]
    list_filter = [ShownFilter, "basis", ("appearances__session__edition", admin.RelatedOnlyFieldListFilter)]
    search_fields = [
        "name__unaccent",
        "sort_name__unaccent",
        "function_en__unaccent",
        "organisation__name_en__unaccent",
        "email",
    ]
    autocomplete_fields = ["organisation", "user"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SessionsOfSpeakerInline]
    fieldsets = [
        (None, {"fields": ["name", "sort_name", "slug", "organisation", "portrait", "email", "user"]}),
        *in_languages("function", "biography"),
        (
            _("Consent"),
            {
                "fields": ["basis", "consented_at", "consent_withdrawn_at"],
                "classes": ["tab"],
                "description": _(
                    "The site names people who agreed to it, and those whom Efus named at the time. "
                    "A withdrawal acts at once and everywhere, in old programmes too."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Speaker]:
        speakers: QuerySet[Speaker] = super().get_queryset(request)
        return speakers.annotate(session_count=Count("appearances__session", distinct=True))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [sort_key("sort_name").asc(), "pk"]

    @display(description=_("sessions"), ordering="session_count")
    def sessions_count(self, speaker: Speaker) -> int:
        return int(speaker.session_count)  # type: ignore[attr-defined]

    @display(description=_("named on the site"), boolean=True)
    def shown(self, speaker: Speaker) -> bool:
        return speaker.is_shown

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        replaced = form.initial.get("portrait")
        if "portrait" in form.changed_data and replaced:
            # Nobody asks for it any more, and a person may have asked that it go.
            replaced.storage.delete(replaced.name)
