"""The moments at which something of ours appears by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archive.models import NewsItem, PageVersion


def appearing() -> Iterator[datetime]:
    """Those of pages and news, past ones included: the count of those that have passed is part of the version."""
    for rows, field in (
        (PageVersion.objects.all(), "publishes_at"),
        (NewsItem.objects.all(), "published_at"),
    ):
        yield from rows.exclude(**{field: None}).values_list(field, flat=True)
