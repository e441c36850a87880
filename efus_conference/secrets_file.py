"""Secrets made at first use and kept in DATA_DIR/secrets.json, readable by its owner alone.

For the demonstration and the embedded database; with DATABASE_URL a site's secrets come from its environment.
No Django here: the settings and the launcher of the database both read it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def _random_text() -> str:
    return secrets.token_urlsafe(48)


def secret(data_dir: Path, name: str, make: Callable[[], str] = _random_text) -> str:
    """The secret of that name; at first use it is made (64 random characters, or what `make` gives) and kept.

    Processes that start at once get the same one. Raises OSError where DATA_DIR can't be written and
    ValueError where the file is no JSON object of texts.
    """
    path = data_dir / "secrets.json"
    known = _read(path)
    if name in known:
        return known[name]
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = os.open(data_dir / "secrets.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _read(path)
        if name not in known:
            known[name] = make()
            _write(path, known)
        return known[name]
    finally:
        os.close(lock)


def _read(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        known = None
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise ValueError(f"{path} is no JSON object of texts: restore it from the backup.")
    return known


def _write(path: Path, known: dict[str, str]) -> None:
    # Whole file, then rename: a reader without the lock, or a crash, never meets half a file.
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(known, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
