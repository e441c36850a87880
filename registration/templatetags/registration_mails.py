"""The mails that were sent about a registration, on its page."""

from __future__ import annotations

from typing import Any

from django import template

from efus_conference.models import User
from registration.models import Registration
from registration.sent_mails import sent_mails

register = template.Library()
SHOWN = 10  # the rest is folded away


@register.inclusion_tag("registration/_mails.html")
def mails_of(registration: Registration, by: User) -> dict[str, Any]:
    """All that the reader may read, the latest first."""
    mails = list(sent_mails(registration, by=by).defer("text", "bounce_diagnostic"))
    return {
        "registration": registration,
        "edition": registration.edition,
        "latest": mails[:SHOWN],
        "earlier": mails[SHOWN:],
        "failed": any(mail.is_failed for mail in mails[:1]),
    }
