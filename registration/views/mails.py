"""A mail that was sent about one of the reader's registrations, as it is kept: links and codes masked."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registration.requests import reader
from registration.sent_mails import sent_mails
from registration.views.mine import kept_by_reader


@login_required
@never_cache
@require_safe
def mail(request: HttpRequest, pk: int, mail_pk: int) -> HttpResponse:
    """Anyone else's, and one about somebody else, is not found."""
    kept = kept_by_reader(request, pk)
    found = get_object_or_404(sent_mails(kept, by=reader(request)), pk=mail_pk)
    return render(
        request, "registration/mail.html", {"mail": found, "registration": kept, "edition": kept.edition}
    )
