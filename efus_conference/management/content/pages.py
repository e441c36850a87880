"""The pages of the site and of the demonstration edition: made and published once, the organisers' ever after."""

from __future__ import annotations

from collections.abc import Iterable

from archive.actions.pages import make_page, publish
from archive.models import Block, Page
from efus_conference.management.content.files import Record, record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition


def load_pages(ledger: Ledger) -> None:
    """Contact, legal notice and data protection, in the languages of the site."""
    _load(ledger, records("pages"), None)


def load_demo_pages(ledger: Ledger) -> None:
    edition = ledger.found(record("demo/edition")["key"], Edition)
    if edition is not None:
        _load(ledger, records("demo/pages"), edition)


def _load(ledger: Ledger, items: Iterable[Record], edition: Edition | None) -> None:
    for item in items:
        # Organisers change pages by versions, not field by field: what they have is never written into.
        if ledger.knows(item["key"]) or Page.objects.filter(edition=edition, slug=item["slug"]).exists():
            continue
        page = Page(
            edition=edition,
            slug=item["slug"],
            kind=item["kind"],
            order=item["order"],
            **translated("title", item["title"]),
            **translated("description", item.get("description")),
        )
        make_page(page=page, by=None, blocks=_blocks(item, edition))
        publish(page=page, by=None)
        ledger.note(item["key"], page)


def _blocks(item: Record, edition: Edition | None) -> list[Block]:
    return [
        Block(
            kind=block["kind"],
            link=block.get("link", "").replace("{edition}", edition.slug if edition else ""),
            order=10 * order,
            **translated("title", block.get("title")),
            **translated("text", block.get("text")),
            **translated("link_label", block.get("link_label")),
        )
        for order, block in enumerate(item["blocks"], start=1)
    ]
