"""The links between the pages of one's own."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from registration.models import Delegation
from registration.requests import reader

register = template.Library()


@register.inclusion_tag("registration/_nav.html", takes_context=True)
def my_conference_nav(context: Context) -> dict[str, Any]:
    """The same links on each of these pages; a coordinator's delegation among them.

    A view that knows already whether the reader is one says so as `is_coordinator`.
    """
    request = context["request"]
    is_coordinator = context.get("is_coordinator")
    if is_coordinator is None:
        is_coordinator = Delegation.objects.filter(coordinator=reader(request)).exists()
    return {"request": request, "is_coordinator": is_coordinator}
