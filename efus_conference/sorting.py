"""Sorting names as readers expect: by the name in their language, accents and case aside."""

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language


def sort_key(field: str) -> Func:
    """An expression to order by one text column: `lower(unaccent(…))`, made immutable in the first migration."""
    return Func(F(field), function="sort_key", output_field=TextField())


def sort_key_of(text: str) -> Func:
    """The same of a text, to compare a column with."""
    return Func(Value(text), function="sort_key", output_field=TextField())


def translated_sort_key(field: str) -> Func:
    """The same for a translated field: the reader's language, else English."""
    column = f"{field}_{(get_language() or 'en')[:2]}"
    shown = Coalesce(NullIf(F(column), Value("")), F(f"{field}_en"))
    return Func(shown, function="sort_key", output_field=TextField())
