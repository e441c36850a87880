"""What every page of the organisers' admin has in common; the apps' admins build on these classes.

Searches that ignore accents: `search_fields = ["name_en__unaccent"]` finds “Liege” and “LIÈGE” alike.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, XLSX
from import_export.tmp_storages import CacheStorage
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.import_export.forms import ExportForm, ImportForm

ERRORS_SHOWN = 5


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


class SpreadsheetAdmin(OrganisersAdmin, ImportExportModelAdmin):
    """Rows out to a spreadsheet and in again. Set `resource_classes` to a `SafeResource`.

    Together with translated fields: `class SessionAdmin(SpreadsheetAdmin, TranslatedAdmin)`.
    """

    formats = [XLSX, CSV]
    import_form_class = ImportForm
    export_form_class = ExportForm
    # Between its two steps an import lies in the cache, which all processes and hosts share.
    tmp_storage_class = CacheStorage

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def process_dataset(self, dataset: Any, form: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """All rows or none: what was sound when it was shown may not be any more when it is confirmed."""
        with transaction.atomic():
            result = super().process_dataset(dataset, form, request, **kwargs)
            if result.has_errors() or result.has_validation_errors():
                transaction.set_rollback(True)
        return result

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Left alone, the library reports success here even when the database refused every row."""
        problems = [str(error.error) for error in result.base_errors]
        problems += [
            gettext("Row %(number)s: %(problem)s") % {"number": number, "problem": error.error}
            for number, errors in result.row_errors()
            for error in errors
        ]
        problems += [
            gettext("Row %(number)s: %(problem)s")
            % {"number": row.number, "problem": " ".join(row.error.messages)}
            for row in result.invalid_rows
        ]
        if not problems:
            response: HttpResponse = super().process_result(result, request)
            return response
        messages.error(request, gettext("Nothing was imported."))
        for problem in problems[:ERRORS_SHOWN]:
            messages.error(request, problem)
        left = len(problems) - ERRORS_SHOWN
        if left > 0:
            messages.error(
                request,
                ngettext("… and %(count)d more problem.", "… and %(count)d more problems.", left)
                % {"count": left},
            )
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
