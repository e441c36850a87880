"""What the closing of an edition sets off beyond the registration.

Apps above add to this list in their `AppConfig.ready()`; each is called in the closing's transaction, which holds the
edition's row, whoever closes it: an organiser, or the clock before it deletes the first data. Once names were deleted
it is called too, with the figures as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registration.models import EditionClosing

closing_effects: list[Callable[[EditionClosing], None]] = []
