"""What the keeper remembers beside the database: of each log its entries and the last note that was signed.

It lies in a folder of its own (`LOG_MEMORY`), which is in no backup of the database, so that a database that goes back
in time is noticed. It is written, to the disk itself, before anybody is shown what was signed. Nothing in it is
personal.

    <folder>/keeper                      a random id: by whatever host, who has this memory is this keeper
    <folder>/<name of the log>/entries   one entry per line, canonical JSON
    <folder>/<name of the log>/head      JSON: origin, the last note, and how many bytes of `entries` it is about
    <folder>/<name of the log>/intent    JSON: what the keeper appends next, from which number on
    <folder>/<name of the log>/doubt     JSON: what a comparison of all entries found amiss, until one finds nothing
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from declarations.log import notes
from declarations.log.notes import Checkpoint, NoteError


class MemoryUnreadableError(Exception):
    """A file of the memory is not as the keeper wrote it; `str()` says which, in English, for operators."""


@dataclass(frozen=True)
class Remembered:
    """The last note that was signed of a log, and how many bytes of the file of entries it is about."""

    note: str
    end: int

    @property
    def head(self) -> Checkpoint:
        return notes.checkpoint_of(notes.read(self.note))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Until the block ends no other process of this host writes here; waits for one that does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not identity(folder):
            _write(folder / "keeper", secrets.token_hex(16))
            _flush(folder)
        yield


def identity(folder: Path) -> str:
    """The id of this memory, made when it is first held; nothing where it has none or can't be read."""
    try:
        said = (folder / "keeper").read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
    return said if re.fullmatch(r"[0-9a-f]{32}", said) else ""


def is_empty(folder: Path) -> bool:
    """Whether nothing that was signed is remembered here."""
    return not any(folder.glob("*/head"))


def origins(folder: Path) -> set[str]:
    """The logs of which something is remembered. Raises MemoryUnreadableError."""
    return {_head(path)["origin"] for path in folder.glob("*/head")}


def recall(folder: Path, origin: str) -> Remembered | None:
    """None where nothing was signed yet. Raises MemoryUnreadableError."""
    path = _place(folder, origin) / "head"
    if not path.exists():
        return None
    said = _head(path)
    remembered = Remembered(said["note"], said["bytes"])
    try:
        known, length = remembered.head.origin, (path.parent / "entries").stat().st_size
    except (NoteError, OSError) as error:
        raise MemoryUnreadableError(f"{path}: {error}") from error
    if known != origin or length < remembered.end:
        raise MemoryUnreadableError(f"{path} does not fit what lies beside it")
    return remembered


def entries(folder: Path, origin: str) -> list[str]:
    """All entries of which a note was signed. Raises MemoryUnreadableError."""
    remembered = recall(folder, origin)
    if remembered is None:
        return []
    path = _place(folder, origin) / "entries"
    try:
        with path.open("rb") as file:
            return file.read(remembered.end).decode().split("\n")[:-1]  # U+2028 ends no line here
    except (OSError, UnicodeDecodeError) as error:
        raise MemoryUnreadableError(f"{path}: {error}") from error


def intend(folder: Path, origin: str, first: int, bodies: Sequence[str]) -> None:
    """Writes what the log will hold from number `first` on, before it does. On the disk on return."""
    place = _placed(folder, origin)
    _replace(place / "intent", {"origin": origin, "first": first, "entries": list(bodies)})
    _flush(place, folder)


def intended(folder: Path, origin: str) -> dict[int, str]:
    """By their numbers, the entries that the keeper was about to append last. Raises MemoryUnreadableError."""
    path = _place(folder, origin) / "intent"
    if not path.exists():
        return {}
    said = _said(path, {"origin": str, "first": int, "entries": list})
    if said["origin"] != origin or not all(isinstance(each, str) for each in said["entries"]):
        raise MemoryUnreadableError(f"{path} is not as the keeper wrote it")
    return dict(enumerate(said["entries"], said["first"]))


def begin(folder: Path, origin: str) -> None:
    """Notes that the keeper gave a log this name."""
    _placed(folder, origin)
    _flush(folder)


def is_begun(folder: Path, origin: str) -> bool:
    """Whether the keeper ever wrote anything of a log of this name."""
    return _place(folder, origin).is_dir()


def doubt(folder: Path, origin: str, found: str, *, is_memory: bool = False) -> None:
    """Notes what only a comparison of all entries can find, so that only such a one finds it gone.

    `is_memory`: it is this memory that can't be read.
    """
    place = _placed(folder, origin)
    _replace(place / "doubt", {"found": found, "is_memory": is_memory})
    _flush(place)


def doubted(folder: Path, origin: str) -> tuple[str, bool] | None:
    """What was found amiss, and whether it is this memory that can't be read."""
    path = _place(folder, origin) / "doubt"
    if not path.exists():
        return None
    try:
        said = _said(path, {"found": str, "is_memory": bool})
    except MemoryUnreadableError as error:
        return str(error), True
    return said["found"], said["is_memory"]


def doubt_no_more(folder: Path, origin: str) -> None:
    (_place(folder, origin) / "doubt").unlink(missing_ok=True)


def remember(folder: Path, origin: str, note: str, new: Sequence[str]) -> None:
    """Writes what is about to be shown: the entries since the last note, then the note. On the disk on return.

    ValueError for an entry that is no line; none that the database takes, or the keeper makes, is.
    """
    if any("\n" in each for each in new):
        raise ValueError("an entry of more than one line")
    last = recall(folder, origin)
    place = _placed(folder, origin)
    with (place / "entries").open("ab") as file:
        # What was written before a crash, and never became part of a note, goes.
        file.truncate(last.end if last else 0)
        file.write("".join(f"{each}\n" for each in new).encode())
        file.flush()
        os.fsync(file.fileno())
        end = file.tell()
    _replace(place / "head", {"origin": origin, "note": note, "bytes": end})
    _flush(place, folder)


def _replace(path: Path, said: dict[str, Any]) -> None:
    _write(path, json.dumps(said, ensure_ascii=False))


def _write(path: Path, text: str) -> None:
    """All of it or nothing; `_flush` its folder afterwards."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _flush(*directories: Path) -> None:
    for directory in directories:
        descriptor = os.open(directory, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _placed(folder: Path, origin: str) -> Path:
    place = _place(folder, origin)
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _place(folder: Path, origin: str) -> Path:
    """A name that a reader recognises, and that no other log has."""
    return (
        folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', origin)[:120]}-{sha256(origin.encode()).hexdigest()[:12]}"
    )


def _head(path: Path) -> dict[str, Any]:
    return _said(path, {"origin": str, "note": str, "bytes": int})


def _said(path: Path, expected: dict[str, type]) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        types = {name: type(value) for name, value in said.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise MemoryUnreadableError(f"{path} can't be read") from error
    if types != expected:
        raise MemoryUnreadableError(f"{path} is not as the keeper wrote it")
    return dict(said)
