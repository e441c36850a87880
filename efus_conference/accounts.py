"""Accounts: what we add to allauth, and making one that is ready to use."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from efus_conference.mail import site_address
from efus_conference.models import User
from efus_conference.writing import NOT_PRINTABLE, without_control_characters, without_links

logger = logging.getLogger(__name__)


class SignupForm(forms.Form):
    """What a new account says of its person beside address and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        error_messages={"null_characters_not_allowed": NOT_PRINTABLE, "required": _("Enter your name.")},
        validators=[without_control_characters, without_links],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.language = (get_language() or settings.LANGUAGE_CODE)[:2]
        user.save(update_fields=["name", "language"])


def code_minutes() -> int:
    """How long a code sent by e-mail is good for, in minutes."""
    return int(settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT) // 60


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "cannot_remove_primary_email": _("Your main e-mail address cannot be removed."),
        "duplicate_email": _("Your account has this e-mail address already."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "email_taken": _("Another account uses this e-mail address already."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right. Enter the code of the newest e-mail."),
        "incorrect_password": _("This password is not right."),
        "invalid_login": _("The e-mail address or the password is not right."),
        "rate_limited": _("That was too often in a short time. Wait a minute, then try again."),
        "same_as_current": _("This is what it was before. Enter another one."),
        "too_many_login_attempts": _(
            "There were too many attempts. Wait a few minutes, or ask for a new code."
        ),
        "unverified_primary_email": _(
            "Only a confirmed e-mail address can be your main address. Confirm it first."
        ),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """With addresses of this site as we know it, not as the request's Host header says.

        A mail server that does not answer costs the person a sentence, never the page.
        """
        if self.request is not None:
            asked = self.request.build_absolute_uri("/")
            context = {
                name: site_address(f"/{value.removeprefix(asked)}")
                if isinstance(value, str) and value.startswith(asked)
                else value
                for name, value in context.items()
            }
        here = SimpleNamespace(
            name=_("Security, Democracy & Cities"), domain=urlsplit(settings.SITE_URL).netloc
        )
        try:
            super().send_mail(
                template_prefix,
                email,
                {
                    **context,
                    "current_site": here,
                    "site_url": settings.SITE_URL,
                    "login_url": site_address(reverse("account_login")),
                    "minutes": code_minutes(),
                    "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
                },
            )
        except (OSError, SMTPException):
            logger.exception("An account's mail could not be sent.")
            if self.request is not None:
                messages.error(
                    self.request,
                    _(
                        "Our mail server does not answer, so no e-mail was sent. Please try again in a few minutes."
                    ),
                )


def has_second_factor(user: User | AnonymousUser) -> bool:
    """A way to log in that needs something one has; the codes for its loss alone are none."""
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return user.is_authenticated and bool(is_mfa_enabled(user, types))


@transaction.atomic
def add_account(*, email: str, password: str | None = None, **fields: Any) -> User:
    """An account whose address counts as verified, for people whom organisers know."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def forget_unproven(*, user: User, name: str = "") -> None:
    """Takes back what was set before anybody proved that they read the account's mail; nothing of an account proven.

    Anyone may sign up with somebody else's address and a password of their own, and wait until that person uses the
    account. So whoever proves the address first, or is given something by it, gets an account that nobody else can
    enter: a new password ends the sessions too. `name` replaces the one that was written at the sign-up.
    """
    # The row serialises this with a second proof at the same moment.
    account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if EmailAddress.objects.filter(user=account, verified=True).exists():
        return
    account.set_unusable_password()
    account.name = name
    account.save(update_fields=["password", "name"])
    Authenticator.objects.filter(user=account).delete()
    user.password, user.name = account.password, account.name


@transaction.atomic
def account_for(*, email: str, name: str, language: str) -> User:
    """Theirs who has the address, else a new one: who reads its mail logs in by a code, nobody else can."""
    if found := User.objects.filter(email__iexact=email).first():
        forget_unproven(user=found, name=name)
        return found
    user = User.objects.create_user(email, None, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    return user


@transaction.atomic
def vouch_for_address(*, user: User) -> EmailAddress:
    """Makes the account's address its one verified, primary one; nothing is sent, an organiser vouches for it."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    address, _made = EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return address
