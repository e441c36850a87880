"""Logs as the keeper keeps them, for tests; the memory is a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

from declarations.log import keeper
from declarations.models import Declaration, Log, LogAlarm


def logged(declaration: Declaration, memory: Path) -> Log:
    """The log of a published declaration, with what became public of it, signed. Fails where an alarm is open."""
    keeper.keep(memory)
    assert not LogAlarm.objects.filter(settled_at=None).exists()
    return Log.objects.get(declaration=declaration)
