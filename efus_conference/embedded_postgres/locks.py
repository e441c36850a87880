"""Two locks per cluster: one for starting and stopping, one that every user of it shares.

The kernel lets go of them when a process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import EmbeddedPostgresError

PATIENCE = 300  # seconds; making a cluster or recovering one on a slow disk happens under the lock


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Only one process at a time starts or stops the cluster."""
    lock = _open(path)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _try(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Another process has held {path} for {PATIENCE // 60} minutes: end it, then start again."
                )
            time.sleep(0.02)
        yield
    finally:
        os.close(lock)


class Membership:
    """One process's share in the lock of the users. A forked child gets a share of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._share = self._take()

    def _take(self) -> int:
        share = _open(self._path)
        fcntl.flock(share, fcntl.LOCK_SH)
        return share

    def renew_in_child(self) -> None:
        # The inherited descriptor is the parent's very lock: closing it is harmless, using it is not.
        inherited, self._share = self._share, self._take()
        os.close(inherited)

    def end(self) -> bool:
        """Give the share back; True when nobody else holds one. Call it under the exclusive lock."""
        os.close(self._share)
        return is_unused(self._path)


def is_unused(path: Path) -> bool:
    lock = _open(path)
    try:
        return _try(lock, fcntl.LOCK_EX)
    finally:
        os.close(lock)


def _try(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
