"""News as its pages and its feed show it: each text in the reader's language or, marked so, in another."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid5

from django.db.models import QuerySet
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive.models import NewsItem
from archive.pictures import largest
from efus_conference.atom import Entry, Feed, written
from efus_conference.languages import language_shown
from efus_conference.mail import site_address
from efus_conference.rich_text import as_html
from programme.linked_data import SCHEMA, Facts
from programme.schedule import NAMESPACE

IN_FEED = 30


def listed() -> QuerySet[NewsItem]:
    """What is public now, with all that a row of a list shows."""
    return NewsItem.objects.public().select_related("picture")


def years() -> list[int]:
    """Those of which there is news, by the clocks of the office, the latest first."""
    public = NewsItem.objects.public().order_by()
    found = public.annotate(year=ExtractYear("published_at")).values_list("year", flat=True)
    return sorted(set(found), reverse=True)


def changed_at(item: NewsItem) -> datetime:
    """When readers could first read it as it is: what is changed before it appears is new when it appears."""
    assert item.published_at is not None
    return max(item.published_at, item.changed_at)


def news_feed(language: str) -> bytes:
    """The latest news as Atom; the language of the moment is the one that was asked for."""
    page = site_address(reverse("archive:news"))
    own = f"{site_address(reverse('archive_machine:news_atom'))}?{urlencode({'lang': language})}"
    feed = Feed(
        uuid5(NAMESPACE, f"news/{language}"), _("News of Security, Democracy & Cities"), page, own, language
    )
    return written(feed, [_entry(item, language) for item in listed()[:IN_FEED]])


def _entry(item: NewsItem, language: str) -> Entry:
    shown = language_shown(item, "title")
    return Entry(
        guid=uuid5(NAMESPACE, f"news/{item.pk}/{language}"),
        title=item.title,
        address=site_address(item.get_absolute_url()),
        updated_at=changed_at(item),
        published_at=item.published_at,
        summary=item.lead,
        # Readers of feeds know no base address.
        content=as_html(item.text or item.lead).replace(' href="/', f' href="{site_address("/")}'),
        language=shown if shown != language else "",
    )


def article_facts(item: NewsItem) -> Facts:
    """What search engines read of it: schema.org, as the page says it."""
    facts: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "NewsArticle",
        "headline": item.title,
        "description": item.lead,
        "url": site_address(item.get_absolute_url()),
        "mainEntityOfPage": site_address(item.get_absolute_url()),
        "inLanguage": language_shown(item, "title") if item.title else get_language(),
        "datePublished": item.published_at.isoformat(timespec="seconds") if item.published_at else "",
        "dateModified": changed_at(item).isoformat(timespec="seconds") if item.published_at else "",
        "image": site_address(largest(item.picture)) if item.picture else "",
        "author": {"@type": "Organization", "name": _("European Forum for Urban Security")},
        "publisher": {"@type": "Organization", "name": _("European Forum for Urban Security")},
    }
    return {name: value for name, value in facts.items() if value}
