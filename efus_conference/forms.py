"""The forms of the organisers' pages about accounts."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm

from efus_conference.models import User


class AddressIsFree(forms.ModelForm):
    """Nobody gets an address that another account has, as its login or beside it."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        taken = EmailAddress.objects.filter(email__iexact=email)
        if self.instance.pk:
            taken = taken.exclude(user=self.instance)
        if taken.exists():
            raise forms.ValidationError(_("Another account uses this e-mail address already."))
        return email


class AccountForm(AddressIsFree, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose


class NewAccountForm(AddressIsFree):
    """Without a password: its person logs in with a code sent by e-mail, and may set one."""

    class Meta:
        model = User
        fields = ("email", "name", "language", "organisation")
