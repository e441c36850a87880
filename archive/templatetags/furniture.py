"""What header and footer show of the pages that organisers compose."""

from __future__ import annotations

from django import template
from django.db.models import Q
from django.template import Context

from archive.calendar import may_register
from archive.models import Page

register = template.Library()


@register.simple_tag(takes_context=True)
def pages_in_menu(context: Context) -> dict[str, list[Page]]:
    """`practical`: those of the current edition; `site`: those of the site itself. In one query for each page shown."""
    known: dict[str, list[Page]] | None = context.get("_pages_in_menu")
    if known is not None:
        return known
    of_current = Q(edition__is_current=True, edition__is_published=True) & ~Q(kind=Page.Kind.HOME)
    rows = Page.objects.public().filter(Q(edition=None) | of_current, is_in_menu=True)
    listed = list(rows.select_related("edition").order_by("order", "pk"))
    found = {
        "practical": [page for page in listed if page.edition_id],
        "site": [page for page in listed if not page.edition_id],
    }
    # Header and footer are parts of one page, and ask one after the other.
    context.dicts[0]["_pages_in_menu"] = found
    return found


@register.simple_tag(takes_context=True)
def leads_to_registration(context: Context) -> bool:
    """Whether the header has “Register”; the preview of a home, as its phase of the calendar has it."""
    edition = context.get("current_edition")
    if not edition:
        return False
    if context.get("preview") and context.get("phase"):
        return bool(context["phase"] == "registration")
    return may_register(edition)
