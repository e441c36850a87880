"""Anyone checks a certificate of attendance: by its code, or by the file itself.

The pages belong to nobody and set no cookie: nothing is changed by them. Who reads them has the paper in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.seal import SealError, SealKey, examined, seal_key
from efus_conference.secret_links import (
    in_the_same_language,
    is_within_limit,
    language_choices,
    language_of,
    private,
)
from efus_conference.templatetags.dates import in_full
from registration.certificates import certificate_at, compared, days_in_words, read_code
from registration.models import Certificate

MOST_BYTES = 2 * 1024 * 1024  # ten times what a certificate has
# Of one address, and only what finds nothing: who has certificates to check is never kept from it.
MOST_UNKNOWN_AN_HOUR = 40
MOST_FILES_AN_HOUR = 60
NO_CODE = _("This is no code of a certificate: it has twelve letters and digits, such as 7QK2-M9XD-4TAB.")

CheckView = Callable[..., HttpResponse]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the certificate"),
        help_text=_(
            "It stands at the foot of the page, and at the end of the address beside the square code. Dashes and small "
            "letters do not matter."
        ),
        max_length=100,
        error_messages={"required": _("Enter the code of the certificate"), "max_length": NO_CODE},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(NO_CODE, code="no_code")
        return code


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The certificate as a PDF"),
        help_text=_("It is compared and not kept."),
        error_messages={
            "required": _("Choose the PDF of the certificate"),
            "empty": _("This file is empty. Choose the PDF of the certificate"),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than any certificate. Choose the PDF that was issued.")
            )
        content: bytes = upload.read()
        if not content.startswith(b"%PDF-"):
            raise forms.ValidationError(
                _("This is no PDF. Choose the PDF that was issued, not a scan of it.")
            )
        return content


def checking_page(view: CheckView) -> CheckView:
    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, **arguments: str) -> HttpResponse:
        language = language_of(request, None)
        with translation.override(language):
            response = view(request, **arguments)
        response.headers["Content-Language"] = language
        return private(response)

    return wrapped


@checking_page
def check(request: HttpRequest) -> HttpResponse:
    """Asks for the code or the file."""
    if request.method == "POST" and "code" in request.POST:
        codes = CodeForm(request.POST)
        if codes.is_valid():
            address = reverse("registration_machine:check_certificate", args=[codes.cleaned_data["code"]])
            return redirect(in_the_same_language(request, address))
        return _asked(request, codes=codes, form=codes)
    if request.method == "POST":
        return _with_file(request, None)
    return _asked(request)


@checking_page
def check_certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Whether there is a certificate with this code, and what it says; sent with a file, whether it is that one."""
    certificate = certificate_at(code)
    if certificate is None:
        if not _is_allowed(request, "unknown", MOST_UNKNOWN_AN_HOUR):
            return _too_often(request)
        return _asked(request, unknown=read_code(code) or code[:40], status=HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        return _with_file(request, certificate)
    return _told(request, certificate)


@require_safe
def seal_certificate(request: HttpRequest) -> HttpResponse:
    """The public certificate of the seal, for programs that are to trust it."""
    try:
        content = seal_key().der()
    except SealError:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    response = HttpResponse(content, content_type="application/pkix-cert")
    response.headers["Content-Disposition"] = 'attachment; filename="efus-seal.cer"'
    return response


def _with_file(request: HttpRequest, certificate: Certificate | None) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not _is_allowed(request, "file", MOST_FILES_AN_HOUR):
        return _too_often(request)
    if not form.is_valid():
        if certificate is None:
            return _asked(request, files=form, form=form)
        return _told(request, certificate, files=form, form=form)
    content = form.cleaned_data["file"]
    found = compared(content)
    context: dict[str, Any]
    if found.certificate is None:
        context = {"file": "unknown"}
    elif not found.is_issued:
        context = {"file": "changed"}
    elif certificate is not None and certificate != found.certificate:
        context = {"file": "another"}
    else:
        context = {"file": "issued", "verdict": examined(content)}
    if found.is_issued and found.certificate is not None:
        certificate = certificate or certificate_at(found.certificate.code)
    if certificate is None:
        return _asked(request, **context)
    return _told(request, certificate, **context)


def _told(request: HttpRequest, certificate: Certificate, **more: Any) -> HttpResponse:
    address = reverse("registration_machine:check_certificate", args=[certificate.code])
    context = {
        "certificate": certificate,
        "edition": certificate.edition,
        "days": days_in_words(certificate),
        "issued_on": in_full(certificate.issued_at.astimezone(certificate.edition.zone).date()),
        "withdrawn_on": certificate.withdrawn_at
        and in_full(certificate.withdrawn_at.astimezone(certificate.edition.zone).date()),
        "address": in_the_same_language(request, address),
        **_common(request),
        **more,
    }
    return render(request, "registration/check_certificate.html", context)


def _asked(request: HttpRequest, status: int = HTTPStatus.OK, **more: Any) -> HttpResponse:
    return render(request, "registration/check.html", {**_common(request), **more}, status=status)


def _too_often(request: HttpRequest) -> HttpResponse:
    return _asked(request, is_too_often=True, status=HTTPStatus.TOO_MANY_REQUESTS)


def _common(request: HttpRequest) -> dict[str, Any]:
    key: SealKey | None
    try:
        key = seal_key()
    except SealError:
        key = None
    return {
        "codes": CodeForm(),
        "files": FileForm(),
        "languages": language_choices(),
        "seal": key,
        "check_address": in_the_same_language(request, reverse("registration_machine:check")),
    }


def _is_allowed(request: HttpRequest, what: str, most: int) -> bool:
    who = get_adapter().get_client_ip(request)
    return is_within_limit(f"registration.check.{what}", who, per_hour=most)
