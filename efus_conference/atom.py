"""Atom feeds (RFC 4287): what their entries hold is for the apps to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from lxml import etree

from efus_conference.exports import printable

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
MEDIA_TYPE = "application/atom+xml"
WITHOUT_PREFIX: dict[str, Any] = {namespace: {None: namespace} for namespace in (ATOM, XHTML)}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Of a feed in which nothing was ever published.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """`content` is an element of XHTML or, as text, HTML; `language` where it is not that of its feed."""

    guid: UUID
    title: str
    address: str
    updated_at: datetime
    content: Any
    published_at: datetime | None = None
    summary: str = ""
    language: str = ""


@dataclass(frozen=True)
class Feed:
    """`page` shows the same to people; `own` is where the feed itself is."""

    guid: UUID
    title: str
    page: str
    own: str
    language: str


def written(feed: Feed, entries: Iterable[Entry]) -> bytes:
    entries = list(entries)
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=WITHOUT_PREFIX[ATOM])
    root.set(LANG, feed.language)
    _text(root, "id", feed.guid.urn)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(max((entry.updated_at for entry in entries), default=NEVER)))
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    _text(author, "name", _("European Forum for Urban Security"))
    _link(root, rel="self", type=MEDIA_TYPE, href=feed.own)
    _link(root, rel="alternate", type="text/html", hreflang=feed.language, href=feed.page)
    for entry in entries:
        root.append(_written(entry))
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content


def paragraphs(sentences: Iterable[str]) -> Any:
    """As the content of an entry."""
    content = etree.Element(f"{{{XHTML}}}div", nsmap=WITHOUT_PREFIX[XHTML])
    for sentence in sentences:
        etree.SubElement(content, f"{{{XHTML}}}p").text = printable(sentence)
    return content


def _written(entry: Entry) -> Any:
    made = etree.Element(f"{{{ATOM}}}entry")
    if entry.language:
        made.set(LANG, entry.language)
    _text(made, "id", entry.guid.urn)
    _text(made, "title", entry.title)
    if entry.published_at:
        _text(made, "published", _moment(entry.published_at))
    _text(made, "updated", _moment(entry.updated_at))
    _link(made, rel="alternate", type="text/html", href=entry.address)
    if entry.summary:
        _text(made, "summary", entry.summary)
    if isinstance(entry.content, str):
        _text(made, "content", entry.content, type="html")
    else:
        etree.SubElement(made, f"{{{ATOM}}}content", type="xhtml").append(entry.content)
    return made


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _link(parent: Any, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", attributes)


def _text(parent: Any, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes).text = printable(text)
