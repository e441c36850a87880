"""What the keeper compares before it signs: the database with its memory, and both with its key. Raises AlarmError.

Keys are public ones here, as their 32 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from declarations.log import memory as memories
from declarations.log import merkle, notes, tree
from declarations.log.alarms import AlarmError, Reason
from declarations.log.entries import KIND_OF_EVENT, of_event, of_text, said_in
from declarations.log.memory import MemoryUnreadableError
from declarations.log.notes import NoteError
from declarations.models import Checkpoint, Log, LogEntry, LogKey, LogOpening, Signature, SignatureEvent


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


def check_log(
    folder: Path,
    log: Log,
    key: bytes,
    *,
    known: set[int] | frozenset[int] = frozenset(),
    trust_database: bool = False,
) -> Seen:
    """What is stored goes on from what is remembered; call it with the log locked. `known`: entries just appended."""
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
    for entry in log.entries.filter(index__gte=signed).exclude(pk__in=known).order_by("index"):
        is_trusted = trust_database and shown is not None and entry.index < shown.size
        if not is_trusted and not _is_ours(entry, key):
            raise AlarmError(
                Reason.INCONSISTENT, f"Entry {entry.index} of {log.origin} is none the keeper made."
            )
    if shown and (remembered is None or shown.size > signed):
        _learn(folder, log, key, shown, signed)
        remembered, signed = memories.recall(folder, log.origin), shown.size
    elif (
        shown and remembered and shown.size == signed and not _is_same(shown.note, remembered.note, key, log)
    ):
        raise AlarmError(Reason.FORKED, f"{log.origin} has another checkpoint of {signed} entries.")
    return Seen(signed, remembered.note if remembered else "", shown.size if shown else 0)


def compare_all(folder: Path, log: Log) -> None:
    """Every entry is, to the byte, the one that is remembered."""
    remembered = memories.entries(folder, log.origin)
    stored = list(
        log.entries.filter(index__lt=len(remembered)).order_by("index").values_list("body", flat=True)
    )
    if stored != remembered:
        pairs = enumerate(zip(stored, remembered, strict=False))
        first = next((number for number, (here, there) in pairs if here != there), len(stored))
        raise AlarmError(
            Reason.INCONSISTENT, f"Entry {first} of {log.origin} is not the one that was signed."
        )


def _learn(folder: Path, log: Log, key: bytes, shown: Checkpoint, signed: int) -> None:
    """Takes over a checkpoint that is not remembered: one of the same key, over what is stored."""
    bodies = list(log.entries.filter(index__lt=shown.size).order_by("index").values_list("body", flat=True))
    root = merkle.root_of([merkle.leaf_hash(body.encode()) for body in bodies])
    is_whole = len(bodies) == shown.size and root == bytes(shown.root) == _root(log, shown.size)
    if not is_whole or not _is_of(shown.note, key, log):
        raise AlarmError(
            Reason.FORKED,
            f"The checkpoint of {shown.size} entries of {log.origin} is none that was signed here.",
        )
    memories.remember(folder, log.origin, shown.note, bodies[signed:])


def _is_of(note: str, key: bytes, log: Log) -> bool:
    try:
        return notes.read(note).is_signed_by(log.origin, key)
    except NoteError:
        return False


def _is_same(note: str, remembered: str, key: bytes, log: Log) -> bool:
    """Two notes about one head, which may differ in who else signed."""
    return note == remembered or (
        _is_of(note, key, log) and notes.read(note).text == notes.read(remembered).text
    )


def _root(log: Log, size: int) -> bytes:
    try:
        return tree.root(log, size)
    except LookupError:
        return b""


def _is_ours(entry: LogEntry, key: bytes) -> bool:
    """Whether an entry that is not remembered says what the register says: of a round that did not end, or that
    another host made.

    What it commits to is compared where it can be opened; of evidence, more may have come since.
    """
    said = said_in(entry.body)
    if entry.kind == LogEntry.Kind.KEY:
        return bool(said["new"] == notes.fingerprint(key))
    if entry.kind == LogEntry.Kind.TEXT:
        again = said_in(of_text(entry.log.declaration).body)
        # A title in one more language may have been added, and the address changed.
        return all(said.get(name) == again[name] for name in ("at", "set", "texts", "type", "v"))
    if entry.event is None or SignatureEvent.Kind(entry.event.kind) not in KIND_OF_EVENT:
        return False
    try:
        draft = of_event(entry.event)
    except Signature.DoesNotExist:
        return False
    again = said_in(draft.body)
    said.pop("commitments", None)
    again.pop("commitments", None)
    opened = entry.openings.exclude(field=LogOpening.Field.EVIDENCE)
    return said == again and all(
        draft.openings[each.field].value == each.value for each in opened if each.field in draft.openings
    )
