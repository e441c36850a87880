"""Which category registrations are moved to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from registration.models import Category, Registration


class CategoryField(forms.ModelChoiceField):
    def label_from_instance(self, category: Any) -> str:
        if category.free is None:
            return gettext("%(category)s: no limit") % {"category": category}
        free = max(category.free, 0)
        sentence = ngettext(
            "%(category)s: %(count)d place is free", "%(category)s: %(count)d places are free", free
        )
        return sentence % {"category": category, "count": free}


class CategoryForm(forms.Form):
    """Those of the editions that the registrations are of; the action refuses what does not fit."""

    category = CategoryField(
        label=_("New category"),
        queryset=Category.objects.none(),
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "required": _("Choose the category."),
            "invalid_choice": _("Choose one of the list."),
        },
    )

    def __init__(self, *args: Any, registrations: QuerySet[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editions = registrations.order_by().values("edition")
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Category.objects.filter(edition__in=editions).order_by(
            "-edition__number", "order", "pk"
        )
