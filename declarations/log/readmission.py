"""After an older database was restored: puts back what was signed since, as the keeper remembers it.

The entries come back to the byte, so that every receipt and every checkpoint that was handed out holds again. What they
commit to is not remembered, and the register does not know again what the backup did not: officers record it anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declarations.log import memory as memories
from declarations.log import merkle, notes, pending, tree
from declarations.log.entries import KIND_OF_EVENT, Draft, said_in
from declarations.log.keys import own_key
from declarations.log.memory import MemoryUnreadableError
from declarations.models import Checkpoint, Declaration, Log, LogEntry, LogKey


class ReadmissionRefusedError(Exception):
    """What is stored is no beginning of what is remembered; `str()` says where, in English, for operators."""


@dataclass(frozen=True)
class Readmitted:
    """Of one log: the first number and how many came back, and of these how many the register knows nothing of."""

    log: Log
    first: int
    count: int
    unknown: int


@transaction.atomic
def readmit(memory: Path | None = None) -> list[Readmitted]:
    """All logs, or none. Raises ReadmissionRefusedError, KeyElsewhereError."""
    folder, key = memory or settings.LOG_MEMORY, notes.public_bytes(own_key())
    with memories.held(folder):
        try:
            known = sorted(memories.origins(folder))
            back = [each for origin in known if (each := _readmit(folder, origin)).count]
            _bring_keys_up_to_date(folder, known, key)
            return back
        except MemoryUnreadableError as error:
            raise ReadmissionRefusedError(str(error)) from error


def _readmit(folder: Path, origin: str) -> Readmitted:
    remembered, last = memories.entries(folder, origin), memories.recall(folder, origin)
    assert last is not None
    if merkle.root_of([merkle.leaf_hash(body.encode()) for body in remembered]) != last.head.root:
        raise ReadmissionRefusedError(f"The entries of {origin} in {folder} are not those that were signed.")
    log = Log.objects.filter(origin=origin).first() or _begun_again(origin, remembered)
    tree.lock(log)
    stored = list(log.entries.order_by("index").values_list("body", flat=True))
    if stored[: len(remembered)] != remembered[: len(stored)]:
        raise ReadmissionRefusedError(
            f"What the database holds of {origin} is no beginning of what was signed."
        )
    drafts = [_draft(log, body) for body in remembered[len(stored) :]]
    tree.append(log, drafts)
    if not log.checkpoints.filter(size__gte=last.head.size).exists():
        Checkpoint.objects.create(log=log, size=last.head.size, root=last.head.root, note=last.note)
    of_signatures = KIND_OF_EVENT.values()
    unknown = sum(draft.event is None and draft.kind in of_signatures for draft in drafts)
    return Readmitted(log, len(stored), len(drafts), unknown)


def _begun_again(origin: str, remembered: list[str]) -> Log:
    """The log itself was not in the backup: it is begun under the name it had."""
    slugs = [said_in(body)["declaration"] for body in remembered if said_in(body)["type"] == "text"]
    slug = slugs[0] if slugs else origin.split("/")[-2]
    declaration = Declaration.objects.filter(slug=slug, log=None).first()
    if declaration is None:
        raise ReadmissionRefusedError(f"The database holds no declaration {slug}, to which {origin} belongs.")
    return Log.objects.create(declaration=declaration, origin=origin)


def _draft(log: Log, body: str) -> Draft:
    """With the event it tells of, where the backup knows it."""
    said = said_in(body)
    kinds = [event for event, kind in KIND_OF_EVENT.items() if kind == said["type"]]
    event = None
    if kinds:
        waiting = pending.events(log.declaration).filter(signature__log_id=said["signature"], kind__in=kinds)
        event = waiting.order_by("pk").first()
    return Draft(said["type"], body, event, is_readmitted=True)


def _bring_keys_up_to_date(folder: Path, origins: list[str], key: bytes) -> None:
    """Keys that followed each other since the backup are written down again, as entries remember it.

    Of those between the one that the backup knows and that of LOG_KEY only the fingerprints are remembered.
    """
    in_use, mine = LogKey.objects.in_use().first(), notes.fingerprint(key)
    if in_use is None or in_use.public_key == key.hex():
        return
    said = [
        said_in(body)
        for origin in origins
        for body in memories.entries(folder, origin)
        if f'"type":"{LogEntry.Kind.KEY}"' in body
    ]
    follows = {each["old"]: (each["new"], each["is_stolen"]) for each in said}
    reached, passed = in_use.fingerprint, set()
    while reached != mine and reached in follows and reached not in passed:
        passed.add(reached)
        reached = follows[reached][0]
    if reached != mine:
        raise ReadmissionRefusedError("LOG_KEY is not the key in use, and nothing is remembered of a change.")
    is_stolen = follows[in_use.fingerprint][1]
    LogKey.objects.in_use().update(retired_at=timezone.now(), is_stolen=is_stolen)
    LogKey.objects.create(public_key=key.hex(), fingerprint=mine)
