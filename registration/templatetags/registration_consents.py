"""What is agreed to and what is still asked, on the page of a registration."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from registration.consents import agreed_by, may_agree
from registration.models import Registration
from registration.requests import reader

register = template.Library()


@register.inclusion_tag("registration/_consents.html", takes_context=True)
def consents_of(context: Context, registration: Registration) -> dict[str, Any]:
    """For who may agree; to a coordinator the page says nothing of it."""
    if not may_agree(registration, reader(context["request"])):
        return {"registration": registration, "agreed": None}
    is_open = registration.is_live and registration.edition.phase() != "over"
    return {"registration": registration, "agreed": agreed_by(registration), "is_open": is_open}
