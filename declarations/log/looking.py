"""What the keeper compares before it signs: the database with its memory, and both with its key. Raises AlarmError.

Keys are public ones here, as their 32 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from declarations.log import memory as memories
from declarations.log import merkle, notes, tree
from declarations.log.alarms import AlarmError, Reason
from declarations.log.derived import is_derived
from declarations.log.entries import said_in
from declarations.log.memory import MemoryUnreadableError
from declarations.log.notes import NoteError
from declarations.models import Checkpoint, Declaration, Log, LogEntry, LogKey


@dataclass(frozen=True)
class Seen:
    """How far a log was signed, as is remembered, with the note; and how far that is shown."""

    size: int
    note: str
    shown: int


def check_before_all(folder: Path, key: bytes, *, trust_database: bool) -> None:
    """The key is the one in use, the memory is there, and no log it knows is gone."""
    try:
        remembered = memories.origins(folder)
        _check_key(folder, key, remembered)
    except MemoryUnreadableError as error:
        raise AlarmError(Reason.NO_MEMORY, str(error)) from error
    gone = remembered - set(Log.objects.values_list("origin", flat=True))
    if gone:
        raise AlarmError(
            Reason.REWOUND, f"The database holds no log {', '.join(sorted(gone))}, which was signed."
        )
    if not remembered and not trust_database and Checkpoint.objects.exists():
        raise AlarmError(
            Reason.NO_MEMORY,
            f"There are checkpoints, and nothing of them is remembered in {folder}: put that folder back, or say once "
            "that the database is to be trusted (keep_log --trust-database).",
        )


def _check_key(folder: Path, key: bytes, remembered: set[str]) -> None:
    in_use, mine = LogKey.objects.in_use().first(), notes.fingerprint(key)
    if in_use is not None and in_use.public_key == key.hex():
        return
    if in_use is not None:
        raise AlarmError(
            Reason.UNKNOWN_KEY,
            f"LOG_KEY makes the key {mine}; in use is {in_use.fingerprint}. A key follows another by log_key rotate.",
        )
    known = [memories.recall(folder, origin) for origin in remembered]
    is_mine = all(each and notes.read(each.note).is_signed_by(each.head.origin, key) for each in known)
    if LogKey.objects.exists() or Checkpoint.objects.exists() or not is_mine:
        raise AlarmError(
            Reason.UNKNOWN_KEY, f"LOG_KEY makes the key {mine}, and no such key is written down as in use."
        )
    LogKey.objects.create(public_key=key.hex(), fingerprint=mine)


def check_log(folder: Path, log: Log, keys: tuple[bytes, ...], *, trust_database: bool = False) -> Seen:
    """What is stored goes on from what is remembered; call it with the log locked.

    A checkpoint that is not remembered is taken over where one of `keys` signed it; the first is the one in use.
    """
    remembered = memories.recall(folder, log.origin)
    size, head = tree.size_of(log), remembered.head if remembered else None
    signed = head.size if head else 0
    if size < signed:
        raise AlarmError(Reason.REWOUND, f"{log.origin} has {size} entries; {signed} were signed.")
    if head and _root(log, signed) != head.root:
        raise AlarmError(
            Reason.INCONSISTENT, f"{log.origin} has another root at {signed} entries than was signed."
        )
    shown = log.checkpoints.order_by("-size").first()
    if shown is None and not memories.is_begun(folder, log.origin):
        _check_name(log)
    if shown and shown.size > signed and _is_of(shown.note, keys, log):
        _learn(folder, log, shown, signed)
        remembered, signed = memories.recall(folder, log.origin), shown.size
    if shown and (
        shown.size > signed
        or (remembered and shown.size == signed and not _is_same(shown.note, remembered.note, keys, log))
    ):
        raise AlarmError(
            Reason.FORKED,
            f"The checkpoint of {shown.size} entries of {log.origin} is none that was signed here.",
        )
    _check_rest(folder, log, keys[0], signed, trust_database=trust_database)
    return Seen(signed, remembered.note if remembered else "", shown.size if shown else 0)


def _check_name(log: Log) -> None:
    """A log of which the keeper knows nothing has the name that it gives."""
    if log.origin not in names_of(log.declaration):
        raise AlarmError(Reason.FOREIGN, f"The keeper did not begin the log {log.origin}.")


def names_of(declaration: Declaration) -> tuple[str, str]:
    """An address without its scheme, and another one, where a log before has had it."""
    address = f"{settings.SITE_URL.split('://', 1)[1]}/declarations/{declaration.slug}"
    return f"{address}/log", f"{address}/log-{declaration.pk}"


def _check_rest(folder: Path, log: Log, key: bytes, signed: int, *, trust_database: bool) -> None:
    """What is not signed yet is what this keeper was about to append, to the byte; else nobody knows who wrote it.

    `trust_database`: or what the register says, to the byte.
    """
    intended = memories.intended(folder, log.origin)
    unsigned = list(log.entries.filter(index__gte=signed).order_by("index"))
    for entry in unsigned:
        is_own = not entry.is_readmitted and intended.get(entry.index) == entry.body
        if not is_own and not (trust_database and is_derived(entry, signed=signed)):
            raise AlarmError(
                Reason.FOREIGN, f"Entry {entry.index} of {log.origin} is none that the keeper wrote."
            )
    changes = [said_in(entry.body)["new"] for entry in unsigned if entry.kind == LogEntry.Kind.KEY]
    if changes and changes[-1] != notes.fingerprint(key):
        raise AlarmError(Reason.UNKNOWN_KEY, f"Another key than that of LOG_KEY follows in {log.origin}.")


def compare_all(folder: Path, log: Log) -> None:
    """Entries, leaves and nodes are, to the byte, those of what is remembered. What is not, is noted until all are."""
    try:
        remembered = memories.entries(folder, log.origin)
    except MemoryUnreadableError as error:
        memories.doubt(folder, log.origin, str(error), is_memory=True)
        raise
    leaves = [merkle.leaf_hash(body.encode()) for body in remembered]
    rows = log.entries.filter(index__lt=len(remembered)).order_by("index").values_list("body", "leaf_hash")
    stored = [(body, bytes(leaf)) for body, leaf in rows]
    found = ""
    if stored != (expected := list(zip(remembered, leaves, strict=True))):
        pairs = enumerate(zip(stored, expected, strict=False))
        first = next((number for number, (here, there) in pairs if here != there), len(stored))
        found = f"Entry {first} of {log.origin} is not the one that was signed."
    else:
        nodes = {
            (level, index): bytes(each)
            for level, index, each in log.nodes.values_list("level", "index", "hash")
            if (index + 1) << level <= len(leaves)
        }
        wrong = sorted(dict(merkle.nodes_of(leaves).items() ^ nodes.items()))
        if wrong:
            level, index = wrong[0]
            found = f"Node {index} of level {level} of {log.origin} is not that of what was signed."
    if found:
        memories.doubt(folder, log.origin, found)
        raise AlarmError(Reason.INCONSISTENT, found)
    memories.doubt_no_more(folder, log.origin)


def _learn(folder: Path, log: Log, shown: Checkpoint, signed: int) -> None:
    """Takes over a checkpoint that is not remembered and bears our signature: of another keeper with the same key."""
    bodies = list(log.entries.filter(index__lt=shown.size).order_by("index").values_list("body", flat=True))
    root = merkle.root_of([merkle.leaf_hash(body.encode()) for body in bodies])
    head = notes.checkpoint_of(notes.read(shown.note))
    is_whole = (
        len(bodies) == shown.size == head.size
        and head.origin == log.origin
        and root == bytes(shown.root) == head.root == _root(log, shown.size)
    )
    if not is_whole:
        raise AlarmError(
            Reason.FORKED,
            f"The checkpoint of {shown.size} entries of {log.origin} is not about what is stored.",
        )
    memories.remember(folder, log.origin, shown.note, bodies[signed:])


def _is_of(note: str, keys: tuple[bytes, ...], log: Log) -> bool:
    try:
        read = notes.read(note)
        notes.checkpoint_of(read)
    except NoteError:
        return False
    return any(read.is_signed_by(log.origin, key) for key in keys)


def _is_same(note: str, remembered: str, keys: tuple[bytes, ...], log: Log) -> bool:
    """Two notes about one head, which may differ in who else signed."""
    return note == remembered or (
        _is_of(note, keys, log) and notes.read(note).text == notes.read(remembered).text
    )


def _root(log: Log, size: int) -> bytes:
    try:
        return tree.root(log, size)
    except LookupError:
        return b""
