from __future__ import annotations

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.editions import record
from archive.home import beside_the_record
from archive.host_maps import maps_of_hosts
from archive.timeline import line
from declarations.models import Declaration
from efus_conference.kept import same_for_everyone
from efus_conference.models import Edition


@same_for_everyone()
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    listed = Edition.objects.published().in_order()
    adopted = Prefetch("declarations", Declaration.objects.public(), to_attr="adopted")
    stops = line(listed.prefetch_related(adopted))
    maps = maps_of_hosts([stop.edition for stop in stops])
    return render(request, "archive/editions.html", {"stops": stops, "maps": maps})


@same_for_everyone()
@require_safe
def edition(request: HttpRequest, slug: str) -> HttpResponse:
    published = list(Edition.objects.published().in_order())
    found = next((place for place, listed in enumerate(published) if listed.slug == slug), None)
    if found is None:
        raise Http404("No published edition has this address.")
    shown = published[found]
    context = {
        "edition": shown,
        "record": record(shown),
        "parts": beside_the_record(shown),
        "phase": shown.phase(),
        "earlier": published[found - 1] if found else None,
        "later": published[found + 1] if found + 1 < len(published) else None,
    }
    return render(request, "archive/edition.html", context)
