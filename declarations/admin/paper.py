from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from declarations.forms import SignatureForm
from declarations.models import Signatory


class SignatoryField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Signatory) -> str:
        return f"{obj.declaration} · {obj.organisation}"


class PaperForm(SignatureForm):
    """What an office sent on paper, typed in by an officer."""

    signatory = SignatoryField(
        label=_("Signatory"),
        queryset=Signatory.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": _("Choose the signatory.")},
    )
    field_order = ["signatory"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, published_on=None, **kwargs)
        signatories = Signatory.objects.that_may_sign().select_related("declaration", "organisation")
        self.fields["signatory"].queryset = signatories  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if isinstance(field, forms.FileField):
                field.widget = UnfoldAdminFileFieldWidget(attrs=field.widget.attrs)
            elif isinstance(field, forms.DateField):
                # A plain input of the browser's: no script of the admin's calendar is needed here.
                field.widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
            elif name == "basis":
                field.widget = UnfoldAdminRadioSelectWidget(
                    choices=self.fields["basis"].choices  # type: ignore[attr-defined]
                )
            elif isinstance(field.widget, forms.TextInput):
                field.widget = UnfoldAdminTextInputWidget(attrs=field.widget.attrs)

    def clean_signatory(self) -> Signatory:
        signatory: Signatory = self.cleaned_data["signatory"]
        published_at = signatory.declaration.published_at
        self.published_on = timezone.localdate(published_at) if published_at else None
        return signatory
