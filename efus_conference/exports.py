"""Spreadsheets out and in, safe against formulas.

A spreadsheet program runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return (OWASP, “CSV
injection”). Such a cell leaves with an apostrophe before it, and loses it when the sheet comes back, so that a
sheet that was only opened and saved changes nothing.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export import resources, widgets

from efus_conference.writing import only_line_breaks, without_control_characters

# With any number of apostrophes before: otherwise a name that really begins with one would lose it.
_RUNS = re.compile(r"'*[=+\-@\t\r]")
_IS_GUARDED = re.compile(r"'+[=+\-@\t\r]")
# What no Excel file can hold (XML 1.0, 2.2); people paste such characters without seeing them.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")


def printable(text: str) -> str:
    """Without the characters that no XML and no Excel file can hold: one of them would make all of it unreadable."""
    return _UNSEEN.sub("", text)


def safe_cell(value: Any) -> Any:
    """A value as it may stand in a sheet; what is no text, or is a plain number, stays as it is."""
    if isinstance(value, str):
        value = printable(value)
    if isinstance(value, str) and _RUNS.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


def unsafe_cell(value: Any) -> Any:
    """The inverse of `safe_cell`, for a value that comes back from a sheet."""
    if isinstance(value, str) and _IS_GUARDED.match(value):
        return value[1:]
    return value


def sheet_title(name: str, otherwise: str) -> str:
    """What a workbook takes as the name of a sheet: 31 characters, and some of them not at all."""
    kept = "".join(" " if character in r"[]:*?/\'" else character for character in printable(name))
    return " ".join(kept.split())[:31].strip() or otherwise[:31]


# As they are typed in the languages of the site, and as programs write them.
YES = {"1", "yes", "true", "oui", "vrai", "ja", "waar"}
NO = {"0", "no", "false", "non", "faux", "nee", "onwaar"}


class YesNo(widgets.BooleanWidget):
    """The library reads every word that it doesn't know as no."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        word = str("" if value is None else value).strip().lower().removesuffix(".0")
        if not word:
            return None
        if word not in YES | NO:
            raise ValueError(_("“%(value)s” is neither yes nor no; write 1 or 0.") % {"value": value})
        return word in YES


class SafeResource(resources.ModelResource):
    """A model's rows as a spreadsheet. Rows that would be invalid stop the whole import."""

    class Meta:
        abstract = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    @classmethod
    def widget_from_django_field(cls, f: Any, default: Any = widgets.Widget) -> Any:
        return YesNo if isinstance(f, models.BooleanField) else super().widget_from_django_field(f, default)

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        return safe_cell(super().export_field(field, instance, **kwargs))

    def import_field(self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        """An empty cell of a column that may be null is null: a sheet cannot tell it from an empty text.

        Texts are writing, as in the forms.
        """
        super().import_field(field, instance, row, is_m2m, **kwargs)
        columns = {column.attname: column for column in instance._meta.concrete_fields}
        column = columns.get(field.attribute)
        if column is not None and column.null and getattr(instance, column.attname) == "":
            setattr(instance, column.attname, None)
        if isinstance(column, models.CharField | models.TextField | ArrayField):
            check = only_line_breaks if isinstance(column, models.TextField) else without_control_characters
            value = getattr(instance, column.attname) or ""
            try:
                check(value if isinstance(value, str) else "".join(map(str, value)))
            except ValidationError as refusal:
                raise ValueError(f"{column.verbose_name}: {refusal.messages[0]}") from refusal

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """What `full_clean` does, in half the queries.

        The rows that a line refers to were just found, and all checks of the database are asked as one; only where
        it fails are they asked one by one, for their sentence.
        """
        errors: dict[str, Any] = dict(import_validation_errors or {})
        found = {
            field.name
            for field in instance._meta.fields
            if field.many_to_one and getattr(instance, field.attname) is not None
        }
        try:
            instance.full_clean(exclude={*errors, *found}, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)
        if validate_unique:
            instance.validate_unique()
        self._validate_constraints(instance)

    def _validate_constraints(self, instance: Any) -> None:
        constraints = instance._meta.constraints
        checks = [models.Q(one.condition) for one in constraints if isinstance(one, models.CheckConstraint)]
        if checks and not reduce(and_, checks).check(instance._get_field_expression_map(instance._meta)):
            instance.validate_constraints()
        for one in constraints:
            if not isinstance(one, models.CheckConstraint):
                one.validate(type(instance), instance)

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        # An empty cell is an empty text in CSV and nothing at all in an Excel file, which no text column takes.
        plain = {column: "" if value is None else unsafe_cell(value) for column, value in row.items()}
        return super().import_row(plain, instance_loader, **kwargs)
