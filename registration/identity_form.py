"""The page on which someone says which document they will show at a secured visit."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Hidden, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from efus_conference.moments import plausible
from registration.forms import countries, has_letter, has_letter_or_digit, line
from registration.models import IdentityDocument, Registration


def _in_the_past(day: date) -> None:
    if day >= timezone.localdate():
        raise ValidationError(_("The date of birth is not in the past. Check the year."), code="future")


class IdentityForm(forms.Form):
    name = line(
        _("Name, exactly as in the document"),
        longest=200,
        missing=_("Enter the name as it stands in the document"),
        autocomplete="name",
        checks=(has_letter,),
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        validators=[plausible, _in_the_past],
        error_messages={
            "required": _("Enter the date of birth"),
            "invalid": _("Enter the date of birth as a day that exists, such as 1975-05-21."),
        },
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(
        label=_("Kind of document"),
        choices=lambda: [(kind.value, capfirst(str(kind.label))) for kind in IdentityDocument.Kind],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the kind of document")},
    )
    number = line(
        _("Number of the document"),
        longest=30,
        missing=_("Enter the number of the document"),
        hint=_("Letters and figures, as printed."),
        checks=(has_letter_or_digit,),
    )
    country = forms.ChoiceField(
        label=_("Issued by"),
        choices=countries,
        error_messages={"required": _("Choose the country that issued it")},
    )

    def __init__(
        self, *args: Any, registration: Registration, document: IdentityDocument | None, **kwargs: Any
    ) -> None:
        """What was given before is filled in: it is the person's own."""
        initial = (
            {name: getattr(document, name) for name in ("name", "born_on", "kind", "number", "country")}
            if document
            else {"name": registration.name, "country": registration.country}
        )
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.fields["number"].widget.attrs["class"] = "input-code"
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.layout = Layout(
            Hidden("registration", str(registration.pk)),
            Fieldset("", "name", "born_on", "kind", "number", "country"),
        )
        self.helper.add_input(Submit("give", _("Save the document")))

    def clean_number(self) -> str:
        return " ".join(str(self.cleaned_data["number"]).upper().split())
