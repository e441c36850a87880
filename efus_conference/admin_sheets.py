"""Spreadsheets out of the organisers' admin and into it again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from import_export.forms import ConfirmImportForm
from import_export.tmp_storages import CacheStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from efus_conference.admin_base import OrganisersAdmin
from efus_conference.sheets import CSV, XLSX, SheetRefused

ERRORS_SHOWN = 5
READ = [XLSX, CSV]


class ConfirmForm(ConfirmImportForm):
    """Holds what the first step wrote into it, or is nobody's."""

    import_file_name = forms.RegexField(r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    format = forms.ChoiceField(
        choices=[(str(number), number) for number in range(len(READ))], widget=forms.HiddenInput
    )
    resource = forms.ChoiceField(choices=[("0", "0")], required=False, widget=forms.HiddenInput)


class SpreadsheetAdmin(OrganisersAdmin, ImportExportModelAdmin):
    """Rows out to a spreadsheet and in again. Set `resource_classes` to one `SafeResource`.

    Together with translated fields: `class SessionAdmin(SpreadsheetAdmin, TranslatedAdmin)`.
    """

    import_formats = READ
    # The library knows its own as binary ones, in which a number stays a number.
    export_formats = [base_formats.XLSX, base_formats.CSV]
    import_form_class = ImportForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    # Between its two steps an import lies in the cache, which all processes and hosts share.
    tmp_storage_class = CacheStorage

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        """The library names its exception here; people need a sentence."""
        if not isinstance(e, SheetRefused):
            raise e
        form.add_error("import_file", str(e))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Once for each sheet that was shown: the second half of a double click finds it taken."""
        if request.method == "POST" and self.has_import_permission(request) and not self._takes(request):
            messages.warning(
                request,
                gettext(
                    "This import was done already, or has expired. Look at the list, and upload the sheet again "
                    "if needed."
                ),
            )
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        response: HttpResponse = super().process_import(request, **kwargs)
        return response

    def _takes(self, request: HttpRequest) -> bool:
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return False
        name = form.cleaned_data["import_file_name"]
        kept = CacheStorage(name=name).read() is not None
        # Two requests at the same moment both see the sheet; only one adds the mark.
        return kept and cache.add(f"import-taken-{name}", True, CacheStorage.CACHE_LIFETIME)

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
