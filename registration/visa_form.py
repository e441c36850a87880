"""What a visa letter says of its bearer, as the passport has it. Nothing of it is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from efus_conference.folding import bare
from efus_conference.moments import plausible
from registration.forms import countries, has_letter, has_letter_or_digit, line
from registration.models import Registration

LONGEST_STAY = timedelta(
    days=90
)  # a short stay in the Schengen area (Regulation (EC) No 810/2009, article 2)


def _day(label: Any, *, missing: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        validators=[plausible, *options.pop("checks", ())],
        error_messages={
            "required": missing,
            "invalid": _("Enter a day that exists, such as 2027-05-21."),
        },
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off", **options}, format="%Y-%m-%d"),
    )


def _in_the_past(day: date) -> None:
    if day >= timezone.localdate():
        raise ValidationError(_("The date of birth is not in the past. Check the year."), code="future")


class VisaLetterForm(forms.Form):
    name = line(
        _("Name, exactly as in the passport"),
        longest=200,
        missing=_("Enter the name as it stands in the passport"),
        autocomplete="name",
        checks=(has_letter,),
    )
    born_on = _day(_("Date of birth"), missing=_("Enter the date of birth"), checks=(_in_the_past,))
    nationality = forms.ChoiceField(
        label=_("Nationality"),
        choices=countries,
        error_messages={"required": _("Choose the nationality"), "invalid_choice": _("Choose a country.")},
    )
    passport = line(
        _("Number of the passport"),
        longest=30,
        missing=_("Enter the number of the passport"),
        hint=_("Letters and figures, as printed."),
        checks=(has_letter_or_digit,),
    )
    arrives_on = _day(_("Day of arrival"), missing=_("Enter the day of arrival"))
    leaves_on = _day(_("Day of departure"), missing=_("Enter the day of departure"))
    consulate = line(
        _("Embassy or consulate"),
        longest=150,
        hint=_("To whom the letter is written. Left empty, it is written to whom it may concern."),
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"),
        choices=settings.LANGUAGES,
        error_messages={"invalid_choice": _("Choose one of the languages.")},
    )

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        self.registration, self.edition = registration, registration.edition
        initial = {
            "name": registration.name,
            "nationality": registration.country,
            "arrives_on": self.edition.starts_on,
            "leaves_on": self.edition.ends_on,
            "language": get_language(),
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.fields["passport"].widget.attrs["class"] = "input-code"
        self.helper = FormHelper()
        self.helper.form_class = "form"
        names = [
            *("name", "born_on", "nationality", "passport"),
            *("arrives_on", "leaves_on", "consulate", "language"),
        ]
        self.helper.layout = Layout(Fieldset("", *names))
        self.helper.add_input(Submit("make", _("Download the letter")))

    def clean_name(self) -> str:
        """A passport may have more names than a registration, or write them otherwise, but it is the same person."""
        name = str(self.cleaned_data["name"])
        if not set(bare(name).split()) & set(bare(self.registration.name).split()):
            raise ValidationError(
                _(
                    "This is not the name of the registration, %(name)s. If that one is wrong, change it first."
                ),
                code="other",
                params={"name": self.registration.name},
            )
        return name

    def clean_passport(self) -> str:
        return " ".join(str(self.cleaned_data["passport"]).upper().split())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("arrives_on"), data.get("leaves_on")
        if first is None or last is None or self.edition.starts_on is None or self.edition.ends_on is None:
            return data
        if last < first:
            self.add_error("leaves_on", _("The day of departure is before the day of arrival."))
        elif last - first >= LONGEST_STAY:
            self.add_error("leaves_on", _("The letter is for a short stay, of 90 days at most."))
        elif last < self.edition.starts_on or first > self.edition.ends_on:
            self.add_error("arrives_on", _("These days are not those of the conference. Check them."))
        return data
