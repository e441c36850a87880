"""The one who adds to the logs and signs them: one process alone, `manage.py keep_log`.

In a round, for each declaration: what the database holds is compared with what is remembered, then what became public
is appended and committed, then the head is signed, remembered on disk, and only then shown. A crash between any two of
these is taken up by the next round. What is signed depends on the entries alone, and these are only added to: two
who both believe that they sign make the same note of a size, or the second finds the row of the first.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from declarations.log import memory as memories
from declarations.log import notes, pending, tree
from declarations.log.alarms import AlarmError, Reason, watched
from declarations.log.entries import said_in
from declarations.log.keys import own_key
from declarations.log.looking import check_before_all, check_log, compare_all
from declarations.log.memory import MemoryUnreadableError
from declarations.log.notes import Checkpoint as Head
from declarations.models import Checkpoint, Declaration, Log, LogAlarm, LogEntry


def keep(memory: Path | None = None, *, trust_database: bool = False) -> list[Checkpoint]:
    """One round over all declarations; the checkpoints it made. What it finds amiss becomes a `LogAlarm`.

    `memory` is `LOG_MEMORY` unless given. Raises KeyElsewhereError on a host without the key.
    """
    folder, key = memory or settings.LOG_MEMORY, own_key()
    with memories.held(folder):
        return sign_all(folder, key, trust_database=trust_database)


def sign_all(
    folder: Path,
    key: Ed25519PrivateKey,
    *,
    before: Ed25519PrivateKey | None = None,
    trust_database: bool = False,
    whole: bool = False,
) -> list[Checkpoint]:
    """The round itself, for who holds the memory. `before`: the key that this one follows, in good order.

    `whole` compares every entry with what is remembered, which takes as long as the logs are.
    """
    with watched(None):
        check_before_all(folder, key, trust_database=trust_database)
        return [each for log in _logs() if (each := _sign_one(folder, log, key, before, whole)) is not None]
    return []


def _logs() -> list[Log]:
    """Those that are begun, and those that begin now."""
    for declaration in Declaration.objects.filter(pk__in=pending.declarations(), log=None):
        Log.objects.get_or_create(declaration=declaration, defaults={"origin": new_origin(declaration)})
    return list(Log.objects.order_by("pk"))


def new_origin(declaration: Declaration) -> str:
    """The name of the log for ever: an address without its scheme, unless a log before has had it."""
    address = f"{settings.SITE_URL.split('://', 1)[1]}/declarations/{declaration.slug}"
    taken = Log.objects.filter(origin=f"{address}/log").exists()
    return f"{address}/log-{declaration.pk}" if taken else f"{address}/log"


def _sign_one(
    folder: Path, log: Log, key: Ed25519PrivateKey, before: Ed25519PrivateKey | None, whole: bool
) -> Checkpoint | None:
    with watched(log):
        try:
            added = _append(folder, log, key, whole)
            return _sign(folder, log, key, before, added)
        except MemoryUnreadableError as error:
            raise AlarmError(Reason.NO_MEMORY, str(error)) from error
    return None


@transaction.atomic
def _append(folder: Path, log: Log, key: Ed25519PrivateKey, whole: bool) -> set[int]:
    """Appends what became public, and commits it before anything of it is signed. The ids of the new entries."""
    tree.lock(log)
    check_log(folder, log, key)
    if whole:
        compare_all(folder, log)
    drafts = pending.drafts(log)
    return {entry.pk for entry in tree.append(log, drafts)} if drafts else set()


@transaction.atomic
def _sign(
    folder: Path, log: Log, key: Ed25519PrivateKey, before: Ed25519PrivateKey | None, added: set[int]
) -> Checkpoint | None:
    tree.lock(log)
    seen = check_log(folder, log, key, known=added)
    size = tree.size_of(log)
    if size == seen.shown:
        return None
    note = seen.note
    if seen.size < size:
        new = list(log.entries.filter(index__gte=seen.size).order_by("index"))
        head = Head(log.origin, size, tree.root(log, size))
        note = notes.signed(head.text, log.origin, _signers(new, key, before))
        memories.remember(folder, log.origin, note, [entry.body for entry in new])
    head = notes.checkpoint_of(notes.read(note))
    return Checkpoint.objects.create(log=log, size=head.size, root=head.root, note=note)


def _signers(
    new: list[LogEntry], key: Ed25519PrivateKey, before: Ed25519PrivateKey | None
) -> list[Ed25519PrivateKey]:
    """The first checkpoint after a key followed another in good order is signed by both."""
    if not any(entry.kind == LogEntry.Kind.KEY and not said_in(entry.body)["is_stolen"] for entry in new):
        return [key]
    if before is None:
        raise AlarmError(Reason.UNKNOWN_KEY, "A change of keys was not brought to its end: rotate again.")
    return [key, before]


def is_stopped(log: Log) -> bool:
    """Whether an alarm is open that keeps this log from being signed."""
    return LogAlarm.objects.filter(log__in=[log], settled_at=None).exists() or (
        LogAlarm.objects.filter(log=None, settled_at=None).exists()
    )
