"""allauth's forms in the site's words: labels, and what to do where a field is left empty or filled in wrongly.

A label says what to enter, so no field has a placeholder, which vanishes as one types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words = dict[str, tuple["_StrPromise", "_StrPromise"]]
ADDRESS = (_("E-mail address"), _("Enter the e-mail address."))
PASSWORD = (_("Password"), _("Enter the password."))
NEW_PASSWORD = (_("New password"), _("Enter the new password."))
NEW_PASSWORD_AGAIN = (_("New password, once more"), _("Enter the new password once more."))
CODE = (_("Code"), _("Enter the code."))


class InOurWords(forms.Form):
    words: ClassVar[Words]  # by field: its label, and what is said where nothing was entered

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, missing) in self.words.items():
            field = self.fields[name]
            field.label = label
            field.error_messages["required"] = missing
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.validators = [
                    EmailValidator(_("Enter an e-mail address like name@example.org."))
                    if isinstance(validator, EmailValidator)
                    else validator
                    for validator in field.validators
                ]


class LoginForm(InOurWords, account.LoginForm):
    words: ClassVar[Words] = {"login": ADDRESS, "password": PASSWORD}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].label = _("Stay logged in on this device")


class ConfirmLoginCodeForm(InOurWords, account.ConfirmLoginCodeForm):
    words: ClassVar[Words] = {"code": CODE}


class ConfirmAddressForm(InOurWords, account.ConfirmEmailVerificationCodeForm):
    words: ClassVar[Words] = {"code": CODE}


class AddAddressForm(InOurWords, account.AddEmailForm):
    words: ClassVar[Words] = {"email": ADDRESS}


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):
    words: ClassVar[Words] = {
        "oldpassword": (_("Current password"), _("Enter the current password.")),
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD_AGAIN,
    }


class SetPasswordForm(InOurWords, account.SetPasswordForm):
    words: ClassVar[Words] = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD_AGAIN}


class NewPasswordForm(InOurWords, account.ResetPasswordKeyForm):
    words: ClassVar[Words] = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD_AGAIN}


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):
    words: ClassVar[Words] = {"password": PASSWORD}


class SecondFactorForm(InOurWords, second_factor.AuthenticateForm):
    words: ClassVar[Words] = {"code": CODE}


class SecondFactorAgainForm(InOurWords, second_factor.ReauthenticateForm):
    words: ClassVar[Words] = {"code": CODE}
