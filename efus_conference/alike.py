"""Known and unknown addresses are answered alike: in the same words, with the same work and as many mails.

allauth says the same to both, and does not do the same: it hashes no password where an account exists already, and
looks twice for an address it does not know. Who measures would read there who takes part.
"""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from allauth.account import forms
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from efus_conference.account_forms import ADDRESS, PASSWORD, InOurWords, Words
from efus_conference.models import User

NOBODY = "nobody.invalid"  # RFC 2606: never anyone's


class AuthenticationBackend(AllauthBackend):
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if getattr(self, "_did_check_password", False):
            _look_again(credentials.get("email", ""))
        return user


class SignupForm(InOurWords, forms.SignupForm):
    words: ClassVar[Words] = {"email": ADDRESS, "password1": PASSWORD}

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            self._make_and_forget(request)
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def _make_and_forget(self, request: HttpRequest) -> None:
        """An account of nobody's, taken back at once: hashing its password takes the most time of all."""
        email = self.cleaned_data["email"]
        self.cleaned_data["email"] = f"{secrets.token_hex(8)}@{NOBODY}"
        self.account_already_exists = False
        try:
            with transaction.atomic():
                user = self.save(request)
                EmailAddress.objects.filter(user=user, primary=True).first()
                transaction.set_rollback(True)
        finally:
            self.cleaned_data["email"] = email
            self.account_already_exists = True


class ResetPasswordForm(InOurWords, forms.ResetPasswordForm):
    words: ClassVar[Words] = {"email": ADDRESS}

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if self.users:
            _look_again(email)
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = super().save(request, **kwargs)
        if not self.users:
            # As allauth reads which addresses of the account are verified.
            EmailAddress.objects.filter(email=email, verified=True).exists()
            EmailAddress.objects.filter(email=email, primary=True).first()
        return email


class RequestLoginCodeForm(InOurWords, forms.RequestLoginCodeForm):
    words: ClassVar[Words] = {"email": ADDRESS}

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if self._user:
            _look_again(email)
        return email


def _look_again(email: str) -> None:
    """Where no address is found, allauth looks for an account of that name too."""
    User.objects.filter(email=email.lower()).first()
