"""The certificate of attendance, for who keeps the registration."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.templatetags.dates import in_full
from registration.actions.certificates import NotThere, SealOff, issue_certificate
from registration.actions.refusals import Refusal
from registration.certificates import attendance_of, denied
from registration.downloads import download
from registration.models import Certificate
from registration.requests import reader
from registration.views.mine import kept_by_reader


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of the certificate"),
        choices=settings.LANGUAGES,
        error_messages={"invalid_choice": _("Choose one of the languages.")},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Says whether there is one to be had; sent, it leads to the file, which is made if need be."""
    kept = kept_by_reader(request, pk)
    form = LanguageForm(
        request.POST if request.method == "POST" else None, initial={"language": get_language()}
    )
    refusal: Refusal | None = None
    attendance = attendance_of(kept, language=get_language() or settings.LANGUAGE_CODE)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        try:
            issue_certificate(registration=kept, language=language, by=reader(request))
        except Refusal as error:
            refusal = error
        else:
            return redirect("registration:certificate_pdf", kept.pk, language)
    elif kept.erased_at is None and not attendance.days:
        refusal = NotThere()
    valid = Certificate.objects.valid().filter(registration=kept).order_by("language")
    # One that does not say what is so any more is replaced once the next is asked for.
    not_so = denied(valid, kept)
    context: dict[str, Any] = {
        "registration": kept,
        "edition": kept.edition,
        "attendance": attendance,
        "days": [in_full(day) for day in attendance.days],
        "form": form,
        "refusal": refusal,
        "is_before": kept.edition.phase() in ("unknown", "announced", "registration", "closed"),
        "is_under_way": kept.edition.phase() == "under_way",
        "standing": [row for row in valid if row not in not_so],
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(refusal, SealOff) else HTTPStatus.OK
    return render(request, "registration/certificate.html", context, status=status)


@login_required
@never_cache
@require_safe
def pdf(request: HttpRequest, pk: int, language: str) -> HttpResponseBase:
    """The file that stands in that language."""
    kept = kept_by_reader(request, pk)
    row = Certificate.objects.valid().filter(registration=kept, language=language).first()
    if row is None:
        raise Http404
    return download(row.file, name=f"certificate-{kept.edition.slug}-{language}.pdf")
