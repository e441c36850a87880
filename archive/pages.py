"""What of a page is shown: the version of a moment, and the parts of it that have something to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from archive.block_facts import Facts, facts_of
from archive.links import leads_to
from archive.models import Block, Page, PageVersion
from efus_conference.models import Edition

Kind = Block.Kind
# What is shown of an edition whose home nobody composed yet.
USUAL = (
    Kind.PROGRAMME,
    Kind.SPEAKERS,
    Kind.PARTNERS,
    Kind.FIGURES,
    Kind.DECLARATION,
    Kind.NEWS,
    Kind.EDITIONS,
    Kind.PRACTICAL,
)
# What organisers write; of all others, the site knows what is shown.
WRITTEN = (Kind.TEXT, Kind.QUOTE, Kind.NOTICE, Kind.QUESTIONS, Kind.LINK)
TEMPLATES = {
    Kind.TEXT: "archive/blocks/text.html",
    Kind.QUOTE: "archive/blocks/quote.html",
    Kind.NOTICE: "archive/blocks/notice.html",
    Kind.QUESTIONS: "archive/blocks/questions.html",
    Kind.LINK: "archive/blocks/link.html",
    Kind.PROGRAMME: "archive/blocks/programme.html",
    Kind.SPEAKERS: "archive/blocks/speakers.html",
    Kind.PARTNERS: "archive/blocks/partners.html",
    Kind.FIGURES: "archive/blocks/figures.html",
    Kind.DECLARATION: "archive/blocks/declaration.html",
    Kind.NEWS: "archive/blocks/news.html",
    Kind.EDITIONS: "archive/blocks/editions.html",
    Kind.VENUES: "archive/blocks/venues.html",
    Kind.PRACTICAL: "archive/blocks/practical.html",
}


@dataclass(frozen=True)
class Part:
    """A block as a template draws it. `facts` is what the site itself knows, for the kinds that show that."""

    block: Block
    facts: dict[str, Any] = field(default_factory=dict)
    href: str = ""  # of a button

    @property
    def template(self) -> str:
        return TEMPLATES[Kind(self.block.kind)]


def shown(page: Page, at: datetime | None = None) -> PageVersion | None:
    """The version that is public at a moment (now by default); None where there is none."""
    return page.versions.public(at).order_by("-publishes_at", "-number").first()


def home_of(edition: Edition) -> Page | None:
    """The page that organisers composed for its home, whether anything of it is public or not."""
    return Page.objects.filter(edition=edition, kind=Page.Kind.HOME).first()


def blocks_of(version: PageVersion | None) -> list[Block]:
    """In their order; the usual ones where there is no version."""
    if version is None:
        return [Block(kind=kind, order=order) for order, kind in enumerate(USUAL)]
    return list(version.blocks.select_related("picture"))


def parts_of(blocks: Iterable[Block], edition: Edition | None) -> list[Part]:
    """What there is to draw. A block of which nothing is known yet, such as who speaks, is left out."""
    facts = Facts(edition)
    parts = []
    for block in blocks:
        if block.kind == Kind.LINK:
            # A page that was deleted or is not public yet leaves no button that leads nowhere.
            href = leads_to(block.link)
            if href and block.link_label:
                parts.append(Part(block, href=href))
        elif block.kind in facts_of:
            if any((known := facts_of[Kind(block.kind)](facts)).values()):
                parts.append(Part(block, facts=known))
        elif block.title or block.text or block.picture:
            parts.append(Part(block))
    return parts


def siblings(page: Page) -> QuerySet[Page]:
    """The practical pages of its edition that are public, itself among them."""
    return Page.objects.public().filter(edition=page.edition, is_in_menu=True).exclude(kind=Page.Kind.HOME)
