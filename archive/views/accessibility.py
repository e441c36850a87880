"""What of the site everyone can use, and what not yet: the statement that European public bodies publish."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from efus_conference.kept import same_for_everyone

# When somebody last went through the site and this text; change it with the text.
REVIEWED_ON = date(2026, 11, 21)


@same_for_everyone()
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """After the model of Commission Implementing Decision (EU) 2018/1523."""
    return render(request, "archive/accessibility.html", {"reviewed_on": REVIEWED_ON})
