"""What is typed at the desk: short forms, for a telephone and a queue."""

from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Hidden, Layout, Submit
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from efus_conference.writing import NOT_PRINTABLE, without_control_characters, without_links
from registration.actions.entry import ACCREDIT
from registration.forms import has_letter, has_letter_or_digit, line
from registration.models import Category, Delegation, Registration
from registration.models.desk import PIN_LENGTH

LARGEST_NUMBER = 100_000


def device_name() -> forms.CharField:
    return line(
        _("Name of this device"),
        longest=60,
        missing=_("Name this device, for example “Entrance A, telephone 2”."),
        hint=_("Which desk or door it stands at: organisers read it beside each check-in."),
        checks=(has_letter_or_digit,),
    )


class DeviceForm(forms.Form):
    """An organiser opens the desk."""

    name = device_name()

    def __init__(self, *args: Any, next_address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.add_input(Submit("enter", _("Open the desk")))
        if next_address:
            self.helper.add_input(Hidden("next", next_address))


class VolunteerForm(forms.Form):
    """A volunteer enters by the link of the day."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        help_text=_("Six digits, on the same sheet as the link."),
        error_messages={
            "required": _("Enter the PIN."),
            "max_length": _("A PIN has six digits."),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
        validators=[without_control_characters],
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "input-code", "size": PIN_LENGTH}
        ),
    )
    name = device_name()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.add_input(Submit("enter", _("Open the desk")))


class WalkInForm(forms.Form):
    given_name = line(
        _("Given name"),
        longest=100,
        missing=_("Enter the given name."),
        hint=_("As on the badge, in any alphabet."),
        checks=(has_letter, without_links),
    )
    family_name = line(
        _("Family name"), longest=100, missing=_("Enter the family name."), checks=(has_letter, without_links)
    )
    organisation_name = line(
        _("City or organisation"),
        longest=200,
        missing=_("Enter the city or organisation."),
        checks=(has_letter_or_digit, without_links),
    )
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Takes part as"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what the person takes part as."),
            "invalid_choice": _("This category is no longer offered. Choose another one."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("With it, the person gets the ticket by e-mail and keeps the registration."),
        error_messages={
            "invalid": _("Enter an e-mail address such as name@example.org, or leave it empty."),
            "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the e-mails"),
        choices=settings.LANGUAGES,
        error_messages={
            "required": _("Choose the language of the e-mails."),
            "invalid_choice": _("Choose one of the languages."),
        },
    )
    is_somebody_else = forms.BooleanField(
        label=_("This is somebody else of the same name"), required=False, widget=forms.HiddenInput
    )
    # Of the check-in to be: a form that is sent twice registers once.
    number = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = Category.objects.filter(edition=edition)
        if not by.has_perm(ACCREDIT):  # the press office accredits journalists
            categories = categories.filter(is_press=False)
        category = self.fields["category"]
        assert isinstance(category, forms.ModelChoiceField)
        category.queryset = categories
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "given_name", "family_name", "organisation_name", "category", "email", "language", "number"
        )

    def ask_again(self) -> None:
        """Somebody of that name is registered: now it can be said that this is another person."""
        self.fields["is_somebody_else"].widget = forms.CheckboxInput()
        assert self.helper.layout is not None
        self.helper.layout.fields.insert(0, "is_somebody_else")

    def clean_number(self) -> uuid.UUID:
        return self.cleaned_data["number"] or uuid.uuid4()


class HeadsetForm(forms.Form):
    number = forms.IntegerField(
        label=_("Number of the headset"),
        min_value=1,
        max_value=LARGEST_NUMBER,
        error_messages={
            "required": _("Enter the number on the headset."),
            "invalid": _("Enter the number on the headset, in figures."),
            "min_value": _("Enter the number on the headset, from 1 on."),
            "max_value": _("Enter the number on the headset; none is as large as that."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short", "autocomplete": "off"}),
    )


class HandOutForm(forms.Form):
    """Whom a delegation's badges are given to, and who of it is there."""

    handed_to = forms.ModelChoiceField(
        Registration.objects.none(),
        label=_("The badges are given to"),
        empty_label=_("Choose a person"),
        error_messages={
            "required": _("Choose who takes the badges."),
            "invalid_choice": _("Choose people of this delegation."),
        },
    )
    present = forms.ModelMultipleChoiceField(
        Registration.objects.none(),
        label=_("Who is there now, and is checked in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The others get their badge, and are checked in when they come."),
        error_messages={
            "invalid_choice": _("Choose people of this delegation."),
            "invalid_pk_value": _("Choose people of this delegation."),
            "invalid_list": _("Choose people of this delegation."),
        },
    )

    def __init__(self, *args: Any, delegation: Delegation, people: list[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Registration.objects.filter(pk__in=[person.pk for person in people]).defer("needs").by_name()
        for name in ("handed_to", "present"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.add_input(Submit("hand_out", _("Hand out the badges")))
