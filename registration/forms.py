"""What people write about themselves and those they assist."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Hidden, Layout, Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from efus_conference.models.organisations import COUNTRY_CODES, country_name
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks, without_control_characters, without_links
from registration.category_field import CategoryField
from registration.models import Category, Registration

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


# Unicode counts these as letters, and nobody sees them: they fill a place of Korean writing that stays empty.
UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0"


def has_letter(value: str) -> None:
    """A name has a letter, in whichever alphabet."""
    if not any(character.isalpha() and character not in UNSEEN_LETTERS for character in value):
        raise ValidationError(_("Write the name in letters, in any alphabet."), code="letters")


def has_letter_or_digit(value: str) -> None:
    """Something to read on the badge; a number too, as in the organisation “112”."""
    if not any(character.isalnum() and character not in UNSEEN_LETTERS for character in value):
        raise ValidationError(_("Write this in letters or figures, in any alphabet."), code="letters")


def line(
    label: str | _StrPromise,
    *,
    longest: int,
    missing: str | _StrPromise | None = None,
    autocomplete: str = "off",
    hint: str | _StrPromise = "",
    checks: tuple[Callable[[str], None], ...] = (),
) -> forms.CharField:
    """A single line of text of at most `longest` characters; required when `missing` says what to enter."""
    messages: dict[str, Any] = {
        "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
        "null_characters_not_allowed": NOT_PRINTABLE,
    }
    if missing is not None:
        messages["required"] = missing
    return forms.CharField(
        label=label,
        help_text=hint,
        required=missing is not None,
        max_length=longest,
        error_messages=messages,
        validators=[without_control_characters, *checks],
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
    )


@lru_cache(maxsize=8)
def _countries(language: str) -> list[tuple[str, str]]:
    names = [(code, country_name(code, language)) for code in COUNTRY_CODES]
    return sorted(names, key=lambda country: _without_accents(country[1]))


def countries() -> list[tuple[str, str]]:
    """Codes and names in the reader's language, sorted as one looks them up."""
    return [("", ""), *_countries(Locale.parse(get_language() or "en", sep="-").language)]


def _without_accents(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(character for character in plain if not unicodedata.combining(character)).lower()


class WhoForm(forms.Form):
    who = forms.ChoiceField(
        label=_("Whom do you register?"),
        choices=[("own", _("Myself")), ("other", _("Someone I assist, such as an elected official"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whom you register."),
            "invalid_choice": _("Choose one of the two."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.add_input(Submit("continue", _("Continue")))


AT_THE_CONFERENCE = ("category", "function", "organisation_name", "country", "needs")


class RegistrationForm(forms.Form):
    """One person's answers; with `is_own` false also where the mails for them go."""

    given_name = line(
        _("Given name"),
        longest=100,
        missing=_("Enter the given name."),
        autocomplete="given-name",
        hint=_("As on the badge, in any alphabet."),
        checks=(has_letter, without_links),
    )
    family_name = line(
        _("Family name"),
        longest=100,
        missing=_("Enter the family name."),
        autocomplete="family-name",
        checks=(has_letter, without_links),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": _("Enter the e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.org."),
            "max_length": _(
                "An e-mail address has at most %(limit_value)d characters; this has %(show_value)d."
            ),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mails_to = forms.ChoiceField(
        label=_("Who gets the e-mails?"),
        choices=[
            (Registration.MailsTo.MANAGER, _("I do")),
            (Registration.MailsTo.PERSON, _("The person I register")),
            (Registration.MailsTo.BOTH, _("Both of us")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who gets the e-mails."),
            "invalid_choice": _("Choose one of the answers."),
        },
    )
    language = forms.ChoiceField(
        label=_("Language of the e-mails"),
        choices=settings.LANGUAGES,
        error_messages={
            "required": _("Choose the language of the e-mails."),
            "invalid_choice": _("Choose one of the languages."),
        },
    )
    category = CategoryField(label=_("Takes part as"))
    function = line(
        _("Function"),
        longest=200,
        autocomplete="organization-title",
        hint=_("For example deputy mayor."),
        checks=(has_letter_or_digit, without_links),
    )
    organisation_name = line(
        _("City or organisation"),
        longest=200,
        missing=_("Enter the city or organisation."),
        autocomplete="organization",
        checks=(has_letter_or_digit, without_links),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=countries,
        error_messages={
            "required": _("Choose the country."),
            "invalid_choice": _("Choose a country of the list."),
        },
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    needs = forms.CharField(
        label=_("Access needs"),
        required=False,
        max_length=1000,
        help_text=_(
            "What we should prepare: a step-free way, a sign language interpreter, a guide dog, food. "
            "Only the people who arrange it read this."
        ),
        error_messages={
            "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
            "null_characters_not_allowed": _(
                "This has a character that cannot be printed. Type it again instead of pasting it."
            ),
        },
        validators=[only_line_breaks],
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        is_own: bool,
        current: Category | None = None,
        reads_needs: bool = True,
        is_granted: bool = False,
        is_companion: bool = False,
        **kwargs: Any,
    ) -> None:
        """`current` is the category one has, which one may keep. Without `reads_needs` they are left as they are.

        `is_granted` for a place that the organisers gave, of a delegation. A companion's category is not asked for:
        it is that of the person they accompany.
        """
        super().__init__(*args, **kwargs)
        if not reads_needs:
            del self.fields["needs"]
        category = self.fields["category"]
        assert isinstance(category, CategoryField)
        category.offer(edition, current, is_granted=is_granted)
        if is_companion:
            del self.fields["category"]
        self.is_own = is_own
        if is_own and not is_companion:
            category.label = _("You take part as")
            category.error_messages["required"] = _("Choose what you take part as.")
        if is_own:
            del self.fields["mails_to"]
        else:
            self.fields["email"].required = False
            self.fields["email"].help_text = _("Leave it empty if all e-mails go to you.")
            for name in ("given_name", "family_name", "email", "function", "organisation_name", "country"):
                # The browser knows the assistant's own details, which are not the ones asked for.
                self.fields[name].widget.attrs["autocomplete"] = "off"
        person = [
            name
            for name in ("given_name", "family_name", "email", "mails_to", "language")
            if name in self.fields
        ]
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.layout = Layout(
            Fieldset(_("About you") if is_own else _("About the person"), *person),
            Fieldset(
                _("At the conference"),
                *(name for name in AT_THE_CONFERENCE if name in self.fields),
            ),
        )
        self.helper.add_input(Submit("continue", _("Continue")))
        # Two windows may be open, one for oneself and one for another person.
        self.helper.add_input(Hidden("who", "own" if is_own else "other"))

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if self.is_own:
            answers["mails_to"] = Registration.MailsTo.PERSON
        elif (
            answers.get("mails_to") not in (None, Registration.MailsTo.MANAGER)
            and not answers.get("email")
            and "email" not in self.errors
        ):
            self.add_error(
                "email",
                ValidationError(
                    _("Enter the person’s e-mail address, or let all e-mails go to you."), code="needed"
                ),
            )
        return answers


def first_answers(*, user: User, is_own: bool, last: Registration | None) -> dict[str, Any]:
    """What can be filled in beforehand: from the account, and for oneself from the last registration."""
    if not is_own:
        return {
            "mails_to": Registration.MailsTo.MANAGER,
            "language": user.language,
            "organisation_name": last.shown_organisation if last else "",
            "country": last.country if last else "",
        }
    *given, family = user.name.split() or [""]
    answers: dict[str, Any] = {
        "given_name": " ".join(given),
        "family_name": family,
        "email": user.email,
        "language": user.language,
        "organisation_name": str(user.organisation or ""),
        "country": user.organisation.country if user.organisation else "",
    }
    if last is not None:
        for name in ("given_name", "family_name", "email", "language", "function", "country", "needs"):
            answers[name] = getattr(last, name) or answers.get(name, "")
        answers["organisation_name"] = last.shown_organisation or answers["organisation_name"]
    return answers
