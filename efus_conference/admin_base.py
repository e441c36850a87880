"""What every page of the organisers' admin has in common; the apps' admins build on these classes.

Searches that ignore accents: `search_fields = ["name_en__unaccent"]` finds “Liege” and “LIÈGE” alike.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from unfold.admin import ModelAdmin, StackedInline, TabularInline


def in_languages(*fields: str) -> list[tuple[str, dict[str, Any]]]:
    """Fieldsets of translated fields, a tab for each language of the site: “English”, “Français” …"""
    return [
        (name, {"fields": [f"{field}_{code}" for field in fields], "classes": ["tab"]})
        for code, name in settings.LANGUAGES
    ]


class HttpsAddresses:
    """An address typed without a scheme is read as https://, in every form of the admin."""

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class OrganisersAdmin(HttpsAddresses, ModelAdmin):
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = True
    # The count of all rows beside that of the filtered ones costs a query and tells little.
    show_full_result_count = False


class TranslatedAdmin(OrganisersAdmin, TranslationAdmin):
    """For models with translated fields; write `fieldsets = [(None, {…}), *in_languages("title", …)]`."""


class OrganisersTabularInline(HttpsAddresses, TabularInline):
    extra = 0
    show_change_link = True


class OrganisersStackedInline(HttpsAddresses, StackedInline):
    extra = 0
    show_change_link = True


class TranslatedTabularInline(OrganisersTabularInline, TranslationTabularInline):
    pass


class TranslatedStackedInline(OrganisersStackedInline, TranslationStackedInline):
    pass


class ReadOnlyAdmin:
    """Mixed in first: the rows are there to be read. Actions and the site itself write them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
