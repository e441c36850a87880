"""The home of an edition: what one can do now, and the blocks that organisers composed or the usual ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from archive.calendar import today_of
from archive.editions import kinds_of_sessions, record
from archive.models import Block, PageVersion, Partner
from archive.pages import WRITTEN, Part, blocks_of, home_of, parts_of, shown
from efus_conference.conference import about
from efus_conference.models import Edition, EditionHost


def home_context(
    edition: Edition | None,
    *,
    at: datetime | None = None,
    phase: str | None = None,
    version: PageVersion | None = None,
) -> dict[str, Any]:
    """For `home.html`. A preview gives a version that is not public, a moment that is not now, or a phase."""
    if edition is None:
        return {"edition": None, "about": about(), "parts": parts_of(blocks_of(None), None)}
    if version is None and (page := home_of(edition)) is not None:
        version = shown(page, at)
    blocks = blocks_of(version)
    today = today_of(edition, at, phase=phase)
    if today.phase == "over":
        blocks = _after_it(blocks, version, edition)
    opening = opening_of(blocks) if version else None
    parts = parts_of([block for block in blocks if block is not opening], edition)
    return {
        "edition": edition,
        "about": about(),
        "phase": today.phase,
        "today": today,
        "co_hosts": [host for host in edition.hosting.all() if host.role == EditionHost.Role.CO_HOST],
        # At a glance only where no block of the page shows them.
        "partners": []
        if any(part.block.kind == Block.Kind.PARTNERS for part in parts)
        else list(edition.partners.filter(kind=Partner.Kind.PARTNER).select_related("organisation")),
        "has_programme": bool(kinds_of_sessions(edition)),
        # What it leaves, first of all, once it is over.
        "record": record(edition) if today.phase == "over" else None,
        "opening": opening,
        "parts": parts,
    }


def beside_the_record(edition: Edition) -> list[Part]:
    """What organisers wrote for its home, for the page of an edition that is not current: that page shows itself what
    the other kinds of blocks show.
    """
    page = None if edition.is_current else home_of(edition)
    version = shown(page) if page else None
    if version is None or (edition.phase() == "over" and _invites(version, edition)):
        return []
    return parts_of([block for block in blocks_of(version) if block.kind in WRITTEN], edition)


def _after_it(blocks: list[Block], version: PageVersion | None, edition: Edition) -> list[Block]:
    """Of an edition that is over: nobody travels to it any more, and what was written before invited to it."""
    left_out = {Block.Kind.PRACTICAL, Block.Kind.VENUES}
    if version and _invites(version, edition):
        left_out.update(WRITTEN)
    return [block for block in blocks if block.kind not in left_out]


def _invites(version: PageVersion, edition: Edition) -> bool:
    """Whether it was written for those who were to come: it was public before the end."""
    end = edition.ends_at()
    return bool(end and version.publishes_at and version.publishes_at < end)


def opening_of(blocks: list[Block]) -> Block | None:
    """The text a page begins with stands beside the facts at a glance, in the place of the usual one."""
    first = blocks[0] if blocks else None
    return first if first is not None and first.kind == Block.Kind.TEXT and first.text else None
