"""The public version as one process knows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from django.db import DatabaseError, Error, connection
from django.utils import timezone

from efus_conference import kept
from efus_conference.kept import Version


class VersionClock:
    """Reads the version again when what it knows is as old as `recheck` seconds.

    `seconds` and `moment` are the clocks it looks at.
    """

    def __init__(
        self,
        recheck: float,
        *,
        seconds: Callable[[], float] = time.monotonic,
        moment: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._recheck = recheck
        self._seconds = seconds
        self._moment = moment
        self._lock = Lock()
        self._read_at: float | None = None
        self._failed_at: float | None = None
        self._number: int | None = None
        self._moments: list[datetime] = []

    def version(self) -> Version:
        """Raises django.db.Error where the database does not answer, or did not a moment ago."""
        with self._lock:
            now = self._seconds()
            if self._failed_at is not None and now - self._failed_at < self._recheck:
                # Who waited for the lock while it was asked in vain does not wait for the same once more.
                raise DatabaseError("The database did not answer a moment ago.")
            if self._number is None or self._read_at is None or now - self._read_at >= self._recheck:
                self._read()
                # The moment before it was asked: a slow answer must not count as a fresh one.
                self._read_at = now
            assert self._number is not None
            return kept.version_of(self._number, self._moments, at=self._moment())

    def _read(self) -> None:
        try:
            if self._number is None or self._number != kept.read_number():
                # The number is read first: the moments are then at least as new as it says.
                self._number, self._moments = kept.read_public_version()
            self._failed_at = None
        except Error:
            self._number = None
            self._failed_at = self._seconds()
            raise
        finally:
            # Back to the pool: no request begins or ends here. Not while a transaction is under way.
            connection.close_if_unusable_or_obsolete()
