"""The moments at which something of ours appears by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archive.models import NewsItem, PageVersion
from programme.models import ReleasedSession
from registration.models import Category


def appearing() -> Iterator[datetime]:
    """Those of pages and news, past ones included: the count of those that have passed is part of the version."""
    for rows, field in (
        (PageVersion.objects.all(), "publishes_at"),
        (NewsItem.objects.all(), "published_at"),
    ):
        yield from rows.exclude(**{field: None}).values_list(field, flat=True)


def of_the_current_edition() -> Iterator[datetime]:
    """What its home page says changes there: a session begins or ends, one may register as somebody."""
    sessions = ReleasedSession.objects.filter(
        edition__is_current=True, edition__is_published=True, status=ReleasedSession.Status.CONFIRMED
    )
    for during in sessions.values_list("during", flat=True):
        yield from (during.lower, during.upper)
    windows = Category.objects.filter(edition__is_current=True, edition__is_published=True)
    for moments in windows.values_list("opens_at", "closes_at"):
        yield from filter(None, moments)
