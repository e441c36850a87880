"""The letter for a visa, for who keeps the registration. What is typed goes into the file and nowhere else."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registration.actions.refusals import Refusal
from registration.actions.visa_letters import LetterOff, issue_visa_letter
from registration.requests import reader
from registration.views.mine import kept_by_reader
from registration.visa_form import VisaLetterForm
from registration.visa_letters import may_be_had


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visa_letter(request: HttpRequest, pk: int) -> HttpResponse:
    kept = kept_by_reader(request, pk)
    is_offered = may_be_had(kept)
    form = VisaLetterForm(request.POST if request.method == "POST" else None, registration=kept)
    status, refusal = HTTPStatus.OK, ""
    if request.method == "POST" and is_offered and form.is_valid():
        try:
            content = issue_visa_letter(registration=kept, said=form.cleaned_data, by=reader(request))
        except Refusal as error:
            status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, LetterOff) else HTTPStatus.OK
            refusal = str(error)
        else:
            return _file(content, f"visa-letter-{kept.edition.slug}-{form.cleaned_data['language']}.pdf")
    context = {
        "registration": kept,
        "edition": kept.edition,
        "form": form if is_offered else None,
        "refusal": refusal,
    }
    return render(request, "registration/visa_letter.html", context, status=status)


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
