"""What one agreed to: the words, when, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.actions.consents import agree, take_back_consent
from registration.actions.refusals import Refusal
from registration.consent_form import ConsentForm
from registration.consents import agreed_by, may_agree
from registration.models import ConsentText
from registration.requests import reader
from registration.views.mine import kept_by_reader


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a registration one keeps. A coordinator sees only that its person is asked."""
    kept = kept_by_reader(request, pk)
    is_theirs = may_agree(kept, reader(request))
    agreed = agreed_by(kept)
    is_agreeing = request.method == "POST" and request.POST.get("what") == "agree"
    form = ConsentForm(request.POST if is_agreeing else None, texts=agreed.to_ask)
    try:
        if is_agreeing and form.is_valid():
            agree(registration=kept, texts=form.agreed, language=get_language(), by=reader(request))
            messages.success(request, _("It is noted what you agree to."))
            return redirect("registration:consents", pk)
        if request.method == "POST" and not is_agreeing:
            purpose = request.POST.get("what", "")
            if purpose in ConsentText.Purpose.values and take_back_consent(
                registration=kept, purpose=purpose, by=reader(request)
            ):
                messages.success(request, _("It is taken back, from now on."))
            return redirect("registration:consents", pk)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("registration:consents", pk)
    context = {
        "registration": kept,
        "edition": kept.edition,
        "agreed": agreed,
        "form": form,
        "is_theirs": is_theirs,
        "is_asked": is_theirs and bool(agreed.to_ask) and kept.is_live and kept.edition.phase() != "over",
    }
    return render(request, "registration/consents.html", context)
