"""The home of an edition: what one can do now, and the blocks that organisers composed or the usual ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from archive.calendar import today_of
from archive.editions import kinds_of_sessions
from archive.models import Block, PageVersion, Partner
from archive.pages import blocks_of, home_of, parts_of, shown
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
    opening = opening_of(blocks) if version else None
    today = today_of(edition, at, phase=phase)
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
        "opening": opening,
        "parts": parts,
    }


def opening_of(blocks: list[Block]) -> Block | None:
    """The text a page begins with stands beside the facts at a glance, in the place of the usual one."""
    first = blocks[0] if blocks else None
    return first if first is not None and first.kind == Block.Kind.TEXT and first.text else None
