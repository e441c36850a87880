"""What every page of the organisers' admin has in common; the apps' admins build on these classes.

Searches that ignore accents: `search_fields = ["name_en__unaccent"]` finds “Liege” and “LIÈGE” alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from efus_conference.admin_lists import is_asked_for, list_as_sheet
from efus_conference.models import Edition
from efus_conference.writing import only_line_breaks, without_control_characters

WHOLE_ID = ("", "exact", "id__exact", "in", "id__in")


def in_languages(*fields: str) -> list[tuple[str, dict[str, Any]]]:
    """Fieldsets of translated fields, a tab for each language of the site: “English”, “Français” …"""
    return [
        (name, {"fields": [f"{field}_{code}" for field in fields], "classes": ["tab"]})
        for code, name in settings.LANGUAGES
    ]


def edition_asked_for(request: HttpRequest, editions: Sequence[Edition]) -> Edition | None:
    """The one that `?edition=` names, None where there is none; without it the current one, else the first."""
    if slug := request.GET.get("edition", ""):
        return next((edition for edition in editions if edition.slug == slug), None)
    return next((edition for edition in editions if edition.is_current), next(iter(editions), None))


def ids_in(text: str) -> list[int]:
    """The ids in “1,2,3”; what is none is left out."""
    return [int(part) for part in text.split(",") if part.isdecimal() and len(part) < 19]


def number(object_id: int | str | None) -> int:
    """The key an address of the admin names, which may be any text; 0, which no row has, for what is none."""
    key = str(object_id)
    return int(key) if key.isdecimal() and len(key) < 19 else 0


class OnlyIds:
    """Mixed into a widget that looks up what is chosen: what is no id is nobody's, instead of an error.

    The field says beside it that it is no choice, and the rest of the form keeps what was typed.
    """

    field: Any
    choices: Any

    def optgroups(self, name: str, value: Iterable[Any], attrs: Any = None) -> Any:
        target = self.field.remote_field.model._meta.pk
        found = [one for one in value if one in EMPTY_VALUES or _read(target, one) is not None]
        return super().optgroups(name, found, attrs)  # type: ignore[misc]


class FoundByTyping(OnlyIds, AutocompleteSelect):
    pass


class SeveralFoundByTyping(OnlyIds, AutocompleteSelectMultiple):
    pass


def _read(field: Any, value: Any) -> Any:
    """The value as the column holds it; None for what it cannot hold."""
    try:
        read = field.to_python(value)
        if isinstance(field, models.IntegerField):
            field.run_validators(read)  # no larger than the column
    except (ValidationError, ValueError, TypeError):
        return None
    return read


class CarefulFields:
    """What every field of the admin's forms has, in pages and in their inlines.

    Text is writing: no control characters or marks that turn the direction. An address typed without a scheme is
    read as https://.
    """

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        if isinstance(db_field, models.SlugField):
            # Django's sentence speaks of a “slug”, which organisers have no word for.
            sentence = _("Use letters from a to z, digits, hyphens and underscores only.")
            kwargs["error_messages"] = {"invalid": sentence, **kwargs.get("error_messages", {})}
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        texts, column = field, db_field
        if isinstance(db_field, ArrayField):
            texts, column = getattr(field, "base_field", None), db_field.base_field
        if isinstance(texts, forms.CharField):
            is_long = isinstance(column, models.TextField)
            texts.validators.append(only_line_breaks if is_long else without_control_characters)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = FoundByTyping(db_field, self.admin_site, using=kwargs.get("using"))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = SeveralFoundByTyping(db_field, self.admin_site, using=kwargs.get("using"))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class OrganisersAdmin(CarefulFields, ModelAdmin):
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = True
    # The count of all rows beside that of the filtered ones costs a query and tells little.
    show_full_result_count = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, or all of it as a spreadsheet."""
        if is_asked_for(request):
            return list_as_sheet(request, self)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Django looks for the row first, and leads whoever may see none of them to the admin's first page.
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Of the model's own columns, an address filters by what the list offers, or by a whole id.

        Django lets it ask any column letter by letter: also what this reader's form does not show.
        """
        name, _sep, rest = lookup.partition("__")
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            is_offered = True  # no column: a filter's own parameter, or an error that Django reports
        else:
            is_whole_id = bool(field.many_to_one) and rest in WHOLE_ID
            is_offered = is_whole_id or field == self.opts.pk or name in self._offered(request)
        return is_offered and bool(super().lookup_allowed(lookup, value, request))

    def _offered(self, request: HttpRequest) -> set[str]:
        filters = self.get_list_filter(request)
        paths = [one[0] if isinstance(one, tuple | list) else one for one in filters]
        paths += [self.date_hierarchy, *(getattr(one, "parameter_name", None) for one in filters)]
        return {path.partition("__")[0] for path in paths if isinstance(path, str)}

    def _is_of_an_edition(self) -> bool:
        return any(field.name == "edition" and field.related_model is Edition for field in self.opts.fields)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The current edition, and what an address fills in beforehand; what a field cannot hold is left out."""
        initial: dict[str, Any] = {}
        if self._is_of_an_edition() and (current := Edition.objects.current()) is not None:
            initial["edition"] = current.pk
        for name, value in super().get_changeform_initial_data(request).items():
            try:
                field = self.opts.get_field(name)
            except FieldDoesNotExist:
                initial[name] = value
                continue
            if isinstance(field, models.ManyToManyField):
                initial[name] = [
                    one for one in value if _read(field.remote_field.model._meta.pk, one) is not None
                ]
            elif isinstance(field, models.Field) and (read := _read(field, value)) is not None:
                initial[name] = read
        return initial


class TranslatedAdmin(OrganisersAdmin, TranslationAdmin):
    """For models with translated fields; write `fieldsets = [(None, {…}), *in_languages("title", …)]`."""


class OrganisersTabularInline(CarefulFields, TabularInline):
    extra = 0
    show_change_link = True


class OrganisersStackedInline(CarefulFields, StackedInline):
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
