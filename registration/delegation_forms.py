"""What coordinators write of the people of their delegation, and people of those who accompany them."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks, without_links
from registration.forms import has_letter, has_letter_or_digit, line
from registration.models import Category, Place, PlaceRequest, Registration

MailsTo = Registration.MailsTo


def paragraph(label: Any, *, longest: int, hint: Any = "", rows: int = 3) -> forms.CharField:
    """Several lines of text that may stay empty."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        help_text=hint,
        error_messages={
            "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
        validators=[only_line_breaks],
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def address(label: Any, *, hint: Any = "", is_required: bool = False) -> forms.EmailField:
    return forms.EmailField(
        label=label,
        help_text=hint,
        required=is_required,
        max_length=254,
        error_messages={
            "required": _("Enter the e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.org."),
            "max_length": _(
                "An e-mail address has at most %(limit_value)d characters; this has %(show_value)d."
            ),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


def language_of_mails() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Language of the e-mails"),
        choices=settings.LANGUAGES,
        error_messages={
            "required": _("Choose the language of the e-mails."),
            "invalid_choice": _("Choose one of the languages."),
        },
    )


def reason_why(hint: Any) -> forms.CharField:
    return paragraph(_("Reason"), longest=500, hint=hint)


def categories_to_name(edition: Edition) -> Any:
    """What a coordinator may name people as; by invitation and the press are the organisers' to give."""
    return Category.objects.offered(edition).filter(is_press=False)


class OtherPersonForm(forms.Form):
    """Someone else's name and where the mails for them go."""

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
    email = address(_("E-mail address"), hint=_("Leave it empty if all e-mails go to you."))
    mails_to = forms.ChoiceField(
        label=_("Who gets the e-mails?"),
        choices=[
            (MailsTo.MANAGER, _("I do")),
            (MailsTo.PERSON, _("The person I register")),
            (MailsTo.BOTH, _("Both of us")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who gets the e-mails."),
            "invalid_choice": _("Choose one of the answers."),
        },
    )
    language = language_of_mails()
    function = line(
        _("Function"),
        longest=200,
        hint=_("For example deputy mayor."),
        checks=(has_letter_or_digit, without_links),
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        wants_person = answers.get("mails_to") not in (None, MailsTo.MANAGER)
        if wants_person and not answers.get("email") and "email" not in self.errors:
            self.add_error(
                "email",
                ValidationError(
                    _("Enter the person’s e-mail address, or let all e-mails go to you."), code="needed"
                ),
            )
        return answers


class PersonForm(OtherPersonForm):
    """Who comes on a place of the delegation."""

    category = forms.ModelChoiceField(
        label=_("Takes part as"),
        queryset=Category.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what the person takes part as."),
            "invalid_choice": _("This category is no longer offered. Choose another one."),
        },
    )
    reason = reason_why(_("The person whose place it was reads it, and so do the organisers."))

    def __init__(
        self, *args: Any, edition: Edition, button: Any, replaces: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category"]
        assert isinstance(category, forms.ModelChoiceField)
        category.queryset = categories_to_name(edition)
        parts = [
            Fieldset(_("About the person"), "given_name", "family_name", "email", "mails_to", "language"),
            Fieldset(_("At the conference"), "category", "function"),
        ]
        if replaces:
            parts.append(Fieldset(_("Why someone else comes"), "reason"))
        else:
            del self.fields["reason"]
        self.helper = _helper(Layout(*parts), button)


class InviteForm(forms.Form):
    """Whom to ask, and in which language."""

    email = address(_("E-mail address"), is_required=True)
    language = language_of_mails()
    reason = reason_why(_("The person whose place it was reads it, and so do the organisers."))

    def __init__(self, *args: Any, button: Any, replaces: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].help_text = _("The page behind the link can be read in each of them.")
        if not replaces:
            del self.fields["reason"]
        self.helper = _helper(Layout(*self.fields), button)


class GiveUpForm(forms.Form):
    reason = reason_why(_("The person reads it in the e-mail, and the organisers."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper(Layout("reason"), _("Yes, cancel it"), css="button-danger")


class NoteForm(forms.Form):
    note = line(
        _("For whom the place is meant"),
        longest=100,
        hint=_("Seen by you and the organisers, as long as nobody is named."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper(Layout("note"), _("Save the note"), css="button-secondary")


class MorePlacesForm(forms.Form):
    places = forms.IntegerField(
        label=_("How many more places?"),
        min_value=1,
        max_value=PlaceRequest.MOST,
        error_messages={
            "required": _("Enter a number."),
            "invalid": _("Enter a whole number, like 2."),
            "min_value": _("Ask for at least one place."),
            "max_value": _("Ask for at most %(limit_value)d places; write to the organisers for more."),
        },
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )
    why = paragraph(_("For whom?"), longest=1000, hint=_("What helps the organisers to decide."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper(Layout("places", "why"), _("Ask the organisers"))


class CompanionForm(OtherPersonForm):
    """Who accompanies someone."""

    companion_kind = forms.ChoiceField(
        label=_("Comes as"),
        choices=Place.CompanionKind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what they come as."),
            "invalid_choice": _("Choose one of the answers."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mails_to = self.fields["mails_to"]
        assert isinstance(mails_to, forms.ChoiceField)
        mails_to.choices = [
            (MailsTo.MANAGER, _("I do")),
            (MailsTo.PERSON, _("The companion")),
            (MailsTo.BOTH, _("Both of us")),
        ]
        self.fields["function"].help_text = _("Printed on the badge, for example sign language interpreter.")
        layout = Layout(
            Fieldset(
                _("Name a companion"),
                "companion_kind",
                "given_name",
                "family_name",
                "email",
                "mails_to",
                "language",
                "function",
            )
        )
        self.helper = _helper(layout, _("Name the companion"))


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("Excel (.xlsx) or CSV, at most 5 MB."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty."),
            "missing": _("Choose a file."),
            "invalid": _("Choose a file."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper(Layout("sheet"), _("Check the sheet"))


def _helper(layout: Layout, button: Any, *, css: str = "") -> FormHelper:
    helper = FormHelper()
    helper.form_class = "form"
    helper.layout = layout
    helper.add_input(Submit("send", button, css_class=css))
    return helper
