"""Blocks of a page: what is public stands, so a translation goes into the page's draft."""

from __future__ import annotations

from dataclasses import replace

from archive.actions.pages import draft_of
from archive.models import Block
from efus_conference.models import User
from efus_conference.views.translations.places import Text


def is_public(text: Text) -> bool:
    return isinstance(text.row, Block) and text.row.version.publishes_at is not None


def in_draft(text: Text, drafts: dict[int, Block], by: User) -> Text | None:
    """The same text in the page's draft, which is made where there is none; None where the draft says something else.

    `drafts` holds the blocks that were found, so that several texts of one are entered together.
    """
    block = text.row
    assert isinstance(block, Block)
    source = f"{text.field}_{text.source_language}"
    for each in draft_of(page=block.version.page, by=by).blocks.order_by("order", "pk"):
        if (
            each.kind == block.kind
            and getattr(each, source) == text.source
            and not getattr(each, text.column)
        ):
            return replace(text, row=drafts.setdefault(each.pk, each))
    return None
