from __future__ import annotations

from allauth.account.views import ConfirmLoginCodeView
from django import forms
from django.http import HttpResponse

from efus_conference.accounts import forget_unproven


class ConfirmLoginCode(ConfirmLoginCodeView):  # allauth has no types
    """A code that was mailed proves the address. allauth keeps the password of whoever signed up with it before."""

    def _verify_form_valid(self, form: forms.Form) -> HttpResponse:
        if self._process.user is not None:
            forget_unproven(user=self._process.user)
        response: HttpResponse = super()._verify_form_valid(form)
        return response
