"""What search engines read of the site itself and of where a page stands in it: schema.org, as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from efus_conference.mail import site_address

SCHEMA = "https://schema.org"
Facts = dict[str, Any]
# Nothing of these ends the element, begins another or ends a line (HTML, 4.12.1.3; JSON allows the escapes).
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def data_block(facts: Facts) -> SafeString:
    """The facts as a block of data in a page: no browser runs it."""
    written = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308  escaped


def site_facts() -> Facts:
    """The site, its search and whose it is."""
    return {
        "@context": SCHEMA,
        "@type": "WebSite",
        "name": _("Security, Democracy & Cities"),
        "url": site_address(reverse("home")),
        "inLanguage": get_language(),
        "publisher": {
            "@type": "Organization",
            "name": _("European Forum for Urban Security"),
            "alternateName": "Efus",
            "url": "https://efus.eu",
        },
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": site_address(reverse("archive:search")) + "?q={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def way_facts(way: Sequence[tuple[str, str]], title: str) -> Facts:
    """From the home page to the page with this title; `way` has the name and the path of each page before it."""
    items: list[Facts] = [
        {"@type": "ListItem", "position": position, "name": name, "item": site_address(path)}
        for position, (name, path) in enumerate(way, start=1)
    ]
    items.append({"@type": "ListItem", "position": len(way) + 1, "name": title})
    return {"@context": SCHEMA, "@type": "BreadcrumbList", "itemListElement": items}
