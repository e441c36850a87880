"""What every page of the site knows, the same for every visitor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition


def _editions_in_order() -> list[Edition]:
    return list(Edition.objects.published().order_by("number").only("number", "slug", "year"))


def site(request: HttpRequest) -> dict[str, Any]:
    """The header's and the footer's facts. They are lazy: a page without them asks the database nothing."""
    return {
        "conference_name": _("Security, Democracy & Cities"),
        "current_edition": SimpleLazyObject(Edition.objects.current),
        "editions_in_order": SimpleLazyObject(_editions_in_order),
        "is_demonstration_site": settings.DEMONSTRATION,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
    }
