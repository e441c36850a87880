"""Where the links that organisers write lead: to the web, to this site, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from archive.models import Block
from archive.own_addresses import is_public
from efus_conference.rich_text import is_followable, links_of, tidied

REFUSED = _(
    "“%(link)s” is no address a reader can follow. Write one that begins with https://, mailto: or tel:, or a path "
    "of this site such as /register/."
)


def check_link(link: str) -> None:
    """Refuses what would run as a program (`javascript:`), or leads nowhere a browser goes."""
    if not is_followable(link):
        raise ValidationError(REFUSED, params={"link": link[:100]}, code="link")


def check_links_of(text: str) -> None:
    """The same for every link within a text in Markdown; one to a place of the same page (#…) is fine."""
    for link in links_of(text):
        if not link.startswith("#"):
            check_link(link)


def checked(text: str) -> str:
    """A text that was typed, as it is stored. Raises ValidationError for what no reader could read or follow."""
    text = tidied(text)
    check_links_of(text)
    return text


def leads_to(link: str) -> str:
    """The address as the page has it, a path of ours in the reader's language; empty where it leads nowhere now."""
    if not link.startswith("/"):
        return link
    path = re.split("[?#]", link, maxsplit=1)[0]
    rest = link.removeprefix(path)
    language = get_language() or settings.LANGUAGE_CODE
    for code, _name in settings.LANGUAGES:
        if path == f"/{code}" or path.startswith(f"/{code}/"):
            path = path.removeprefix(f"/{code}") or "/"
    if path == "/":
        return f"/{language}/{rest}"
    for candidate in (path, f"/{language}{path}"):
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        return f"{candidate}{rest}" if is_public(match) else ""
    return ""


def broken(blocks: Iterable[Block]) -> list[str]:
    """The links of blocks, in all languages, that lead to no page of ours, each once."""
    found: dict[str, None] = {}
    for block in blocks:
        texts = [getattr(block, f"text_{code}") or "" for code, _name in settings.LANGUAGES]
        for link in [block.link, *(link for text in texts for link in links_of(text))]:
            if link.startswith("/") and not leads_to(link):
                found[link] = None
    return list(found)
