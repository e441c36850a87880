"""Addresses that programs read."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from efus_conference.icons import ICONS
from efus_conference.kept import same_for_everyone
from efus_conference.mail import site_address

# As base.html has it, for the light scheme: a manifest knows only one.
THEME_COLOUR = "#fbf9f4"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 only when the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@same_for_everyone()
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /sign/", "Disallow: /speak/", "Disallow: /my/"]
    lines += [
        f"Disallow: /{code}/{part}/" for code, _name in settings.LANGUAGES for part in ("accounts", "my")
    ]
    lines.append(f"Sitemap: {site_address(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@same_for_everyone()
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a telephone needs to have the site among its programs, in the language of the address (W3C's manifest)."""
    facts = {
        "id": "/",
        "name": gettext("Security, Democracy & Cities"),
        "short_name": "SDC",
        "description": gettext("The conference of Efus"),
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME_COLOUR,
        "background_color": THEME_COLOUR,
        "icons": [
            {"src": static(name), "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}
            for name, size, purpose in ICONS
        ],
        "shortcuts": [
            {"name": gettext("My agenda"), "url": reverse("registration:agenda")},
            {"name": gettext("Search"), "url": reverse("archive:search")},
        ],
    }
    return JsonResponse(
        facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); where nobody is to be told there is no such file."""
    if not settings.CONTACT_EMAIL:
        raise Http404("No contact is set.")
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {_end_of_the_next_half_year(timezone.now()):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {site_address(reverse('security_txt'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _end_of_the_next_half_year(now: datetime) -> datetime:
    """Six to twelve months ahead, and the same for half a year: a file that changes each second could not be kept."""
    return (
        datetime(now.year, 12, 31, tzinfo=UTC)
        if now.month <= 6
        else datetime(now.year + 1, 6, 30, tzinfo=UTC)
    )
