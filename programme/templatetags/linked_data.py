"""Facts for search engines as a block of data in the page's head: no browser runs it."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from programme.linked_data import edition_facts, session_facts

register = template.Library()
# Nothing of these ends the element, begins another or ends a line (HTML, 4.12.1.3; JSON allows the escapes).
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def data_block(facts: dict[str, Any]) -> SafeString:
    written = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308  escaped


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
