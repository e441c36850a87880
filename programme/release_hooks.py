"""What a release asks and sets off beyond the programme.

The programme knows no participant, so it cannot import `registration`; apps above add to these lists in their
`AppConfig.ready()`. Checks say what a release would do (shown before it), effects do it, in its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from programme.models import Release, ReleasedSession


@dataclass(frozen=True)
class SessionChange:
    """One session's difference: `before` is None when it is new, `after` the row as the release writes it."""

    kind: str
    before: ReleasedSession | None
    after: ReleasedSession


@dataclass(frozen=True)
class ReleaseWarning:
    """A sentence an organiser reads before releasing, about one session or about the whole."""

    message: str
    session_id: int | None = None


release_checks: list[Callable[[Sequence[SessionChange]], list[ReleaseWarning]]] = []
release_effects: list[Callable[[Release, Sequence[SessionChange]], None]] = []
