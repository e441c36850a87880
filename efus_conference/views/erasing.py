"""“Erase me”, by the person and by administrators: what will happen, a confirmation to type, and that it is done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required, login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.erasing import ErasureRefused, erase, is_last_administrator
from efus_conference.models import User
from efus_conference.views.what_erasing_does import what_erasing_does
from efus_conference.writing import NOT_PRINTABLE
from registration.requests import reader


class EraseForm(forms.Form):
    """The account's own address, typed: nobody erases anything by a click too many."""

    address = forms.CharField(
        label=gettext_lazy("E-mail address of the account"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Enter the e-mail address of the account to confirm."),
            "max_length": gettext_lazy("This is not the address of the account."),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
            }
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["address"].help_text = _("To confirm, type %(address)s.") % {"address": user.email}

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        if address.casefold() != self.user.email.casefold():
            raise ValidationError(_("This is not the address of the account. Type it as it stands above."))
        return address


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    form = EraseForm(request.POST if request.method == "POST" else None, user=user)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            erase(user=user, by=user)
        except ErasureRefused as refusal:
            problem = str(refusal)
        else:
            logout(request)
            return redirect("erased")
    context = {
        "account": user,
        "form": form,
        "problem": problem,
        "consequences": what_erasing_does(user),
        "is_last": is_last_administrator(user),
    }
    return render(request, "my_data/erase.html", context, status=409 if problem else 200)


@login_not_required
@never_cache
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Whoever comes here is nobody any more."""
    return render(request, "my_data/erased.html")


@require_http_methods(["GET", "HEAD", "POST"])
def erase_account(request: HttpRequest, pk: int) -> HttpResponse:
    """An administrator, for somebody who asks and cannot log in."""
    by = reader(request)
    if not by.is_superuser:
        raise PermissionDenied
    user = get_object_or_404(User, pk=pk)
    back = redirect("admin:efus_conference_user_change", user.pk)
    if user.erased_at is not None:
        messages.info(request, _("This account was erased already."))
        return back
    form = EraseForm(request.POST if request.method == "POST" else None, user=user)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            erase(user=user, by=by)
        except ErasureRefused as refusal:
            problem = str(refusal)
        else:
            if by.pk == user.pk:
                logout(request)
                return redirect("erased")
            messages.success(request, _("The account and all of its person’s data are erased."))
            return back
    context = {
        **admin.site.each_context(request),
        "title": _("Erase the person of this account?"),
        "opts": User._meta,
        "account": user,
        "form": form,
        "problem": problem,
        "consequences": what_erasing_does(user),
        "is_last": is_last_administrator(user),
    }
    return render(request, "admin/erase_account.html", context, status=409 if problem else 200)
