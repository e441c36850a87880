from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive import news
from archive.editions import side_by_side
from declarations.models import Declaration
from efus_conference.conference import about
from efus_conference.kept import same_for_everyone
from efus_conference.models import Edition

LATEST = 10
DECLARATIONS = 3


@same_for_everyone()
@require_safe
def press(request: HttpRequest) -> HttpResponse:
    """What a journalist looks for: whom to call, how to come, what was said, what it looks like."""
    editions = Edition.objects.published()
    current = editions.filter(is_current=True).first()
    counted = (
        editions.filter(figures__isnull=False)
        .distinct()
        .order_by("-number")
        .prefetch_related("hosting__organisation", "figures")
        .first()
    )
    context = {
        "edition": current,
        "phase": current.phase() if current else "",
        "about": about(),
        "releases": news.listed().filter(is_press_release=True)[:LATEST],
        "declarations": Declaration.objects.public().order_by("is_demonstration", "-adopted_on")[
            :DECLARATIONS
        ],
        "counted": counted,
        "figures": side_by_side(list(counted.figures.all())) if counted else [],
    }
    return render(request, "archive/press.html", context)
