"""The mails that were sent about a registration, on its page."""

from __future__ import annotations

from typing import Any

from django import template

from efus_conference.models import Mail
from registration.models import Registration

register = template.Library()
SHOWN = 10  # the rest is folded away


@register.inclusion_tag("registration/_mails.html")
def mails_of(registration: Registration) -> dict[str, Any]:
    """All of them, the latest first, in one query."""
    mails = list(Mail.objects.about(registration_id=registration.pk).defer("text", "bounce_diagnostic"))
    return {
        "registration": registration,
        "edition": registration.edition,
        "latest": mails[:SHOWN],
        "earlier": mails[SHOWN:],
        "failed": any(mail.is_failed for mail in mails[:1]),
    }
