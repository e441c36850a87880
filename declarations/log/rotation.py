"""How a key of the logs follows another.

In good order who has both keys signs one checkpoint with both. Of a stolen key nothing is signed any more: the entry
says up to where it was ours, and a reader believes it because the new fingerprint is published elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declarations.log import entries, notes, tree
from declarations.log import memory as memories
from declarations.log.alarms import AlarmError
from declarations.log.keeper import Round
from declarations.log.keys import own_key
from declarations.log.looking import check_before_all, check_log
from declarations.log.memory import MemoryUnreadableError
from declarations.models import Checkpoint, Log, LogKey


class RotationRefusedError(Exception):
    """The key cannot follow; `str()` says why, in English, for operators."""


def rotate(before: Ed25519PrivateKey, memory: Path | None = None) -> list[Checkpoint]:
    """The key of `LOG_KEY` follows this one, which signs everything that waits, and then once more beside it.

    Run again, it brings to its end what was broken off. Raises RotationRefusedError, KeyElsewhereError.
    """
    folder, key = memory or settings.LOG_MEMORY, own_key()
    with memories.held(folder):
        in_use = LogKey.objects.in_use().first()
        if in_use is None or in_use.public_key != notes.public_bytes(key).hex():
            made = _round(Round(folder, before, whole=True))
            _follow(folder, before=notes.public_bytes(before), new=notes.public_bytes(key), is_stolen=False)
            return made + _round(Round(folder, key, before))
        return _round(Round(folder, key, before))


def replace_stolen(memory: Path | None = None) -> list[Checkpoint]:
    """The key of `LOG_KEY` takes the place of the one in use, which signs nothing more: it is known to others.

    Raises RotationRefusedError, KeyElsewhereError.
    """
    folder, key = memory or settings.LOG_MEMORY, own_key()
    with memories.held(folder):
        in_use, new = LogKey.objects.in_use().first(), notes.public_bytes(key)
        if in_use is None:
            raise RotationRefusedError("No key is in use.")
        if in_use.public_key == new.hex():
            # Whoever is told in a hurry that this went well publishes the thief's key. What broke off midway needs no
            # second run: the keeper signs it with the new key alone.
            raise RotationRefusedError("LOG_KEY still makes the key that is in use: set another one first.")
        _follow(folder, before=bytes.fromhex(in_use.public_key), new=new, is_stolen=True)
        return _round(Round(folder, key))


def _round(one: Round) -> list[Checkpoint]:
    made = one.run()
    # What another keeper found, and this one does not, is open for a while: the key followed all the same.
    if one.found:
        raise RotationRefusedError(f"An alarm is open: {one.found[0].details}")
    return made


@transaction.atomic
def _follow(folder: Path, *, before: bytes, new: bytes, is_stolen: bool) -> None:
    """Writes down, in all logs at once, that another key signs from here on."""
    if LogKey.objects.filter(public_key=new.hex()).exists():
        raise RotationRefusedError("LOG_KEY makes a key that was retired: set another one.")
    try:
        check_before_all(folder, before, trust_database=False)
        now, old = timezone.now(), notes.fingerprint(before)
        for log in Log.objects.order_by("pk"):
            tree.lock(log)
            size = check_log(folder, log, (before,)).size
            if not tree.size_of(log):
                continue  # nothing of it was ever signed, and its text comes first
            draft = entries.of_key(
                old=old, new=notes.fingerprint(new), size=size, is_stolen=is_stolen, at=now
            )
            unsigned = log.entries.filter(index__gte=size).order_by("index").values_list("body", flat=True)
            memories.intend(folder, log.origin, size, [*unsigned, draft.body])
            tree.append(log, [draft])
    except (AlarmError, MemoryUnreadableError) as error:
        raise RotationRefusedError(str(error)) from error
    LogKey.objects.in_use().update(retired_at=now, is_stolen=is_stolen)
    LogKey.objects.create(public_key=new.hex(), fingerprint=notes.fingerprint(new))
