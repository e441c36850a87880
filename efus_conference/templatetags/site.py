"""Tags of the base page."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import TypedDict

from django import template
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.template import Context, NodeList
from django.template.loader_tags import BlockNode
from django.urls import is_valid_path
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from efus_conference import languages
from efus_conference.languages import language_shown, site_path
from efus_conference.linked_data import data_block, site_facts, way_facts
from efus_conference.rich_text import as_html

register = template.Library()
# Open Graph asks for a country with the language, as this English is a European's.
OG_LOCALES = {"en": "en_GB", "fr": "fr_FR", "nl": "nl_NL"}

register.filter("rich", as_html)
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


class LanguageLink(TypedDict):
    code: str
    name: str
    url: str
    is_current: bool


def _in_language(request: HttpRequest, path: str, code: str, *, current: str) -> str:
    """The same address with another language before it: nothing else of our addresses is translated."""
    if code == current:
        return path
    if request.resolver_match is None and not is_valid_path(request.path):
        # A page that does not exist, in any language: the home page is the next best one to offer.
        return f"/{code}/"
    return f"/{code}{path.removeprefix(f'/{current}')}"


@register.simple_tag(takes_context=True)
def language_links(context: Context, with_query: bool = True) -> list[LanguageLink]:
    """The address of this page in every language of the site, each under the name it gives itself.

    Of an address that carries no language those that its view gives as `languages`, as pages behind a secret do;
    empty where there is no request (the page for status 500).
    The query stays unless `with_query` is false, as for the canonical addresses that search engines read.
    """
    request = context.get("request")
    if request is None:
        return []
    current = get_language() or settings.LANGUAGE_CODE
    if not request.path.startswith(f"/{current}/"):
        return context.get("languages") or []
    path = request.get_full_path() if with_query else request.path
    return [
        {
            "code": code,
            "name": str(name),
            "url": _in_language(request, path, code, current=current),
            "is_current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]


@register.filter
def og_locale(code: str) -> str:
    return OG_LOCALES.get(code, code)


@register.simple_tag(takes_context=True)
def same_as(context: Context, block: str) -> SafeString:
    """The text of a block of the page once more, for an attribute: a template may hold a block only once."""
    text = " ".join(BlockNode(block, NodeList()).render(context).split())
    return mark_safe(text.replace('"', "&quot;"))  # noqa: S308  the block was escaped where it stands


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Context) -> SafeString:
    """For search engines, what the page's breadcrumb says to readers; nothing on a page without one."""
    shown = BlockNode("breadcrumb", NodeList()).render(context)
    way = [(_plain(name), unescape(path)) for path, name in _LINK.findall(shown)]
    return data_block(way_facts(way, unescape(same_as(context, "title")))) if way else format_html("{}", "")


def _plain(html: str) -> str:
    return " ".join(unescape(strip_tags(html)).split())


@register.simple_tag
def site_data() -> SafeString:
    """Of the site as a whole, for its home page."""
    return data_block(site_facts())


@register.simple_tag
def site_page(name: str, *args: str) -> str:
    """As `url`, on pages in languages that the site itself does not have: there the English page."""
    return site_path(name, *args)


@register.simple_tag
def lang_of(row: Model, field: str) -> SafeString:
    """` lang="en"` where a translated field is shown in another language than the page's, for its element's tag."""
    return lang_is(language_shown(row, field))


@register.simple_tag
def language_of(row: Model, field: str) -> str:
    """In which language a translated field is shown, for a part of the page that is given the text alone."""
    return language_shown(row, field)


@register.simple_tag
def lang_is(language: str) -> SafeString:
    """` lang="en"` where a text is in another language than the page, for its element's tag."""
    if not language or language == get_language():
        return format_html("{}", "")
    return format_html(' lang="{}"', language)


@register.filter
def own_name(organisation: Model) -> str:
    """The organisation's name as its own office reads it."""
    return languages.own_name(organisation)[0]


@register.simple_tag
def lang_of_name(organisation: Model) -> SafeString:
    """` lang="el"` where `own_name` is in another language than the page, for its element's tag."""
    return lang_is(languages.own_name(organisation)[1])


@register.filter
def zone(value: datetime) -> str:
    """The zone's abbreviation, as CET. `date:"T"` leaves it out in the doubled hour, where it matters most."""
    return timezone.localtime(value).tzname() or ""
