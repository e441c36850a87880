"""Whether an entry that nobody signed yet says what the register says: asked where an owner trusts the database."""

from __future__ import annotations

from declarations.log.entries import KIND_OF_EVENT, Opening, canonical, of_event, of_key, of_text, said_in
from declarations.models import LogEntry, LogKey, Signature, SignatureEvent


def is_derived(entry: LogEntry, *, signed: int) -> bool:
    """To the byte, with everything that it commits to opened. `signed`: how many entries of the log are signed.

    An entry whose person was erased meanwhile, or to whose evidence a file was added, is not: the owner takes it out
    and the keeper makes it anew.
    """
    if entry.is_readmitted:
        return False
    if entry.kind == LogEntry.Kind.KEY:
        return entry.body == _of_keys(signed)
    if entry.kind == LogEntry.Kind.TEXT:
        declaration = entry.log.declaration
        is_whole = declaration.published_at is not None and declaration.text_hash
        return bool(is_whole) and entry.body == of_text(declaration).body
    return entry.body == _of_event(entry)


def _of_keys(signed: int) -> str:
    """What an entry about the last change of keys says."""
    new = LogKey.objects.in_use().first()
    old = LogKey.objects.exclude(retired_at=None).order_by("retired_at", "pk").last()
    if new is None or old is None or old.retired_at is None:
        return ""
    return of_key(
        old=old.fingerprint, new=new.fingerprint, size=signed, is_stolen=old.is_stolen, at=old.retired_at
    ).body


def _of_event(entry: LogEntry) -> str:
    """What an entry about its event says, with the salts of its openings."""
    if entry.event is None or SignatureEvent.Kind(entry.event.kind) not in KIND_OF_EVENT:
        return ""
    try:
        draft = of_event(entry.event)
    except Signature.DoesNotExist:
        return ""
    opened = {each.field: Opening(each.salt, each.value) for each in entry.openings.all()}
    if {name: each.value for name, each in opened.items()} != {
        name: each.value for name, each in draft.openings.items()
    }:
        return ""
    said = said_in(draft.body)
    if "commitments" in said:
        said["commitments"] = {name: each.commitment for name, each in opened.items()}
    return canonical(said)
