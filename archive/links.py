"""Where the links that organisers write lead: to the web, to this site, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from archive.models import Block, NewsItem, Page
from efus_conference.former_addresses import Kind, latest_slug

# In Markdown: [words](address) and <address>; what is written there in HTML was tidied into it.
WRITTEN = re.compile(r"\]\(\s*<?\s*([^\s)>]+)|<([a-z][a-z0-9+.-]*:[^\s>]+)>", re.I)
SCHEMES = {"http", "https", "mailto", "tel"}
ONE_S_OWN = re.compile(r"/(?!/)[^\s\\]*")
REFUSED = _(
    "“%(link)s” is no address a reader can follow. Write one that begins with https://, mailto: or tel:, or a path "
    "of this site such as /register/."
)


def check_link(link: str) -> None:
    """Refuses what would run as a program (`javascript:`), or leads nowhere a browser goes."""
    scheme = link.partition(":")[0].lower() if ":" in link else ""
    is_fine = bool(ONE_S_OWN.fullmatch(link)) or (scheme in SCHEMES and not re.search(r"[\s\\<>\"]", link))
    if is_fine and scheme in {"http", "https"} and not ONE_S_OWN.fullmatch(link):
        try:
            is_fine = bool(urlsplit(link).hostname)
        except ValueError:
            is_fine = False
    if not is_fine:
        raise ValidationError(REFUSED, params={"link": link[:100]}, code="link")


def check_links_of(text: str) -> None:
    """The same for every link within a text in Markdown; one to a place of the same page (#…) is fine."""
    for link in written(text):
        if not link.startswith("#"):
            check_link(link)


def written(text: str) -> Iterator[str]:
    for match in WRITTEN.finditer(text):
        yield match[1] or match[2]


def leads_to(link: str) -> str:
    """The address as the page has it, a path of ours in the reader's language; empty where it leads nowhere now."""
    if not link.startswith("/"):
        return link
    path, mark, rest = link.partition("?") if "?" in link else link.partition("#")
    language = get_language() or settings.LANGUAGE_CODE
    for code, _name in settings.LANGUAGES:
        if path == f"/{code}" or path.startswith(f"/{code}/"):
            path = path.removeprefix(f"/{code}") or "/"
    if path == "/":
        return f"/{language}/{mark}{rest}"
    for candidate in (path, f"/{language}{path}"):
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        return f"{candidate}{mark}{rest}" if _is_public(match.view_name, match.kwargs) else ""
    return ""


def _is_public(name: str, kwargs: dict[str, object]) -> bool:
    slug = str(kwargs.get("slug", ""))
    if name == "archive:site_page":
        found = Page.objects.public().filter(edition=None, slug=slug)
        return found.exists() or bool(latest_slug(Kind.PAGE, slug))
    if name == "archive:page":
        edition = str(kwargs.get("edition_slug", ""))
        found = Page.objects.public().filter(edition__slug=edition, slug=slug)
        return found.exists() or bool(latest_slug(Kind.PAGE, slug, edition=edition))
    if name == "archive:news_item":
        return NewsItem.objects.public().filter(slug=slug).exists() or bool(latest_slug(Kind.NEWS, slug))
    return True


def broken(blocks: Iterable[Block]) -> list[str]:
    """The links of blocks, in all languages, that lead to no page of ours, each once."""
    found: dict[str, None] = {}
    for block in blocks:
        texts = [getattr(block, f"text_{code}") or "" for code, _name in settings.LANGUAGES]
        for link in [block.link, *(link for text in texts for link in written(text))]:
            if link.startswith("/") and not leads_to(link):
                found[link] = None
    return list(found)
