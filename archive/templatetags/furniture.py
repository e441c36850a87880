"""What header and footer show of the pages that organisers compose."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Min, Q
from django.template import Context
from django.utils import timezone

from archive.calendar import may_register
from archive.models import Page

register = template.Library()


@register.simple_tag(takes_context=True)
def pages_in_menu(context: Context) -> dict[str, list[Page]]:
    """`practical`: those of the current edition; `site`: those of the site itself. In one query for each page shown.

    Pages of one's own have it at hand; what is to appear at a moment is in it already, and left out until then.
    """
    known: dict[str, list[Page]] | None = context.get("_pages_in_menu")
    if known is not None:
        return known
    hand, now = context.get("at_hand"), timezone.now()
    rows = hand.get("pages in the menu", _that_appear) if hand else _that_appear()
    listed = [page for page in rows if page.appears_at <= now]
    found = {
        "practical": [page for page in listed if page.edition_id],
        "site": [page for page in listed if not page.edition_id],
    }
    # Header and footer are parts of one page, and ask one after the other.
    context.dicts[0]["_pages_in_menu"] = found
    return found


def _that_appear() -> list[Any]:
    """With `appears_at`, from when on a version of each is public."""
    of_current = Q(edition__is_current=True, edition__is_published=True) & ~Q(kind=Page.Kind.HOME)
    rows = Page.objects.filter(Q(edition=None) | of_current, is_in_menu=True)
    known = rows.annotate(appears_at=Min("versions__publishes_at")).exclude(appears_at=None)
    return list(known.select_related("edition").order_by("order", "pk"))


@register.simple_tag(takes_context=True)
def leads_to_registration(context: Context) -> bool:
    """Whether the header has “Register”; the preview of a home, as its phase of the calendar has it."""
    edition = context.get("current_edition")
    if not edition:
        return False
    if context.get("preview") and context.get("phase"):
        return bool(context["phase"] == "registration")
    return may_register(edition)
