"""How many files an office may send: each costs seconds of work, and the time of a thread that answers others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.core.exceptions import ValidationError

from efus_conference.foreign_pdfs.sentences import BUSY, TOO_MANY_FILES
from efus_conference.secret_links import is_within_limit

FILES_PER_HOUR = 20
LONGEST = 60  # seconds after which a file is not being opened any more, whatever became of who did


@contextmanager
def one_at_a_time(sender: str) -> Iterator[None]:
    """Room to open one file of this sender; ValidationError where one of theirs is open, or too many were.

    Nobody counts who sends nothing over the public pages: then `sender` is empty.
    """
    if not sender:
        yield
        return
    key = f"declarations:file-open:{sender}"
    if not cache.add(key, True, timeout=LONGEST):
        raise ValidationError(BUSY, code="busy")
    try:
        if not is_within_limit("declarations:files", sender, per_hour=FILES_PER_HOUR):
            raise ValidationError(TOO_MANY_FILES, code="too_many")
        yield
    finally:
        cache.delete(key)
