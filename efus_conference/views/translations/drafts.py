"""Blocks of a page: what is public stands, so a translation goes into the page's draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archive.actions.pages import draft_of
from archive.models import Block, Page, PageVersion
from efus_conference.models import User
from efus_conference.views.translations.places import Text


def is_public(text: Text) -> bool:
    return isinstance(text.row, Block) and text.row.version.publishes_at is not None


class Drafts:
    """The drafts of the pages that a sheet speaks of; each is read once, and made where there is none."""

    def __init__(self, by: User) -> None:
        self._by = by
        self._blocks: dict[int, list[Block]] = {}  # by page
        self._made: list[PageVersion] = []
        self._taken: set[tuple[int, str]] = set()  # (block, column) that a translation was found for

    def text_in(self, text: Text) -> Text | None:
        """The same text in the page's draft; None where the draft says something else.

        Of several blocks that say the same each takes one translation, first that in the same place.
        """
        block = text.row
        assert isinstance(block, Block)
        source = f"{text.field}_{text.source_language}"
        for each in sorted(self._blocks_of(block.version.page), key=lambda one: one.order != block.order):
            place = (each.pk, text.column)
            if (
                each.kind == block.kind
                and getattr(each, source) == text.source
                and not getattr(each, text.column)
                and place not in self._taken
            ):
                self._taken.add(place)
                return replace(text, row=each)
        return None

    def discard_those_without(self, entered: Iterable[Text]) -> None:
        """Takes the drafts away again that were made for texts of which none was entered."""
        used = {text.row.version_id for text in entered if isinstance(text.row, Block)}
        for draft in self._made:
            if draft.pk not in used:
                draft.delete()

    def _blocks_of(self, page: Page) -> list[Block]:
        if page.pk not in self._blocks:
            # Held from here: nobody else begins a draft between the question and ours.
            Page.objects.select_for_update(of=("self",), no_key=True).get(pk=page.pk)
            is_new = not page.versions.filter(publishes_at=None).exists()
            draft = draft_of(page=page, by=self._by)
            if is_new:
                self._made.append(draft)
            self._blocks[page.pk] = list(draft.blocks.order_by("order", "pk"))
        return self._blocks[page.pk]
