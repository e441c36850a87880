"""Logs as the keeper keeps them, for tests; the memory is a folder of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from declarations.log import keeper
from declarations.log.entries import Draft, canonical, of_key, said_in
from declarations.models import Declaration, Log, LogAlarm


def logged(declaration: Declaration, memory: Path) -> Log:
    """The log of a published declaration, with what became public of it, signed. Fails where an alarm is open."""
    keeper.keep(memory)
    assert not LogAlarm.objects.filter(settled_at=None).exists()
    return Log.objects.get(declaration=declaration)


def stray(number: int = 1, **changes: object) -> Draft:
    """An entry that the database takes anywhere, and that no keeper made."""
    draft = of_key(
        old="f" * 64, new=f"{number:064x}", size=0, is_stolen=False, at=datetime(2027, 5, 1, tzinfo=UTC)
    )
    return Draft(draft.kind, canonical({**said_in(draft.body), **changes}))
