from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from archive import countries as read
from archive.maps import maps_of
from archive.organisations import has_begun, on_record
from efus_conference.kept import same_for_everyone
from efus_conference.models import Edition, EditionHost


@same_for_everyone()
@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    begun = [edition for edition in Edition.objects.published() if has_begun(edition)]
    hosts = set(EditionHost.objects.filter(edition__in=begun).values_list("organisation", flat=True))
    hosting = on_record().filter(pk__in=hosts).by_name()
    context = {"lines": read.countries(), "maps": maps_of(hosting, hosts=hosts)}
    return render(request, "archive/countries.html", context)


@same_for_everyone()
@require_safe
def country(request: HttpRequest, code: str) -> HttpResponse:
    shown = read.country(code.upper())
    if shown is None:
        raise Http404("Nothing of this country is on record.")
    if code != code.lower():
        query = request.META.get("QUERY_STRING", "")
        return redirect(read.address(code) + (f"?{query}" if query else ""), permanent=True)
    hosts = {place.organisation.pk for place in shown.places if place.hosted}
    signatories = {place.organisation.pk for place in shown.places if place.signed}
    context = {
        "country": shown,
        "maps": maps_of((place.organisation for place in shown.places), hosts=hosts, signatories=signatories),
        "has_hosts": bool(hosts),
        "has_signatories": bool(signatories - hosts),
        "has_others": any(not place.hosted and not place.signed for place in shown.places),
    }
    return render(request, "archive/country.html", context)
