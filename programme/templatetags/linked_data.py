"""Facts for search engines as a block of data in the page's head: no browser runs it."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from efus_conference.linked_data import data_block
from programme.linked_data import edition_facts, session_facts

register = template.Library()
register.filter(data_block)


@register.simple_tag(takes_context=True)
def session_data(context: Context) -> SafeString:
    """Of the session whose page this is."""
    return data_block(session_facts(context["row"], context["edition"], context["people"]))


@register.simple_tag(takes_context=True)
def edition_data(context: Context) -> SafeString:
    """Of the edition whose page this is, with the sessions where the page shows all of them."""
    days = [] if context.get("is_filtered") else context.get("days") or []
    lines = [line for day in days for slot in day.slots for cell in slot.cells for line in cell.lines]
    for line in lines:
        line.row.edition = context["edition"]
    return data_block(edition_facts(context["edition"], lines))
