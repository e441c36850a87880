"""Receipts of what was logged: for everyone, with what the register shows, and for the office, with all it said.

Both are C2SP `tlog-proof` files against one checkpoint; `declarations.log.proofs` writes and reads them.
"""

from __future__ import annotations

from collections.abc import Mapping

from declarations.log import merkle, notes, tree
from declarations.log.entries import Opening, canonical
from declarations.log.proofs import Proof
from declarations.log.reading import NothingLoggedError, checkpoints_of, signed_entries
from declarations.models import Checkpoint, Declaration, LogEntry, LogOpening, Signature

# What the register shows of who signed. The sums of the evidence are between the office and the organisers.
SHOWN = (LogOpening.Field.PERSON, LogOpening.Field.OFFICE, LogOpening.Field.MANDATE)


class BrokenTreeError(Exception):
    """What the database holds of a log is not what was signed: nothing can be proved by it."""


def receipt_of(entry: LogEntry, checkpoint: Checkpoint, openings: Mapping[str, Opening]) -> Proof:
    """That the entry is in the log, as it was when this checkpoint was signed. ValueError where it was not yet.

    It is checked before it leaves, against what was signed: a proof that fails would accuse the log for ever.
    BrokenTreeError.
    """
    extra = {"entry": entry.body, "openings": {name: written(each) for name, each in openings.items()}}
    head = notes.checkpoint_of(notes.read(checkpoint.note))
    try:
        hashes = tuple(tree.inclusion_proof(entry.log, entry.index, checkpoint.size))
    except LookupError as error:
        raise BrokenTreeError(f"a node of {entry.log} is not there") from error
    leaf = merkle.leaf_hash(entry.body.encode())
    if not merkle.is_included(entry.index, head.size, leaf, hashes, head.root):
        raise BrokenTreeError(f"entry {entry.index} of {entry.log} is not what was signed")
    return Proof(entry.index, hashes, checkpoint.note, canonical(extra).encode())


def public_receipt(entry: LogEntry) -> Proof:
    """Against the last checkpoint, opening what the register shows now. NothingLoggedError where none covers it."""
    shown = shown_openings(entry.log.declaration, index=entry.index).get(entry.index, {})
    return receipt_of(entry, _last(entry), shown)


def office_receipt(entry: LogEntry) -> Proof:
    """The same, opening all that the office said and that was not erased since. NothingLoggedError."""
    kept = {each.field: Opening(each.salt, each.value) for each in entry.openings.all()}
    return receipt_of(entry, _last(entry), kept)


def file_name(entry: LogEntry, *parts: str) -> str:
    """As it lies in a folder: by the declaration, what else tells it apart, and the number of the entry."""
    return f"{'-'.join(['proof', entry.log.declaration.slug, *parts, 'entry', str(entry.index)])}.tlog-proof"


def shown_openings(declaration: Declaration, *, index: int | None = None) -> dict[int, dict[str, Opening]]:
    """By the numbers of entries, what opens what the register shows of who signed; of one entry if it is given."""
    openings = LogOpening.objects.filter(
        entry__in=signed_entries(declaration),
        entry__event__signature__in=Signature.objects.public(),
        field__in=SHOWN,
    )
    if index is not None:
        openings = openings.filter(entry__index=index)
    found: dict[int, dict[str, Opening]] = {}
    rows = openings.order_by("entry__index", "field").values_list("entry__index", "field", "salt", "value")
    for number, name, salt, value in rows:
        found.setdefault(number, {})[name] = Opening(salt, value)
    return found


def written(opening: Opening) -> dict[str, str]:
    return {"salt": opening.salt, "value": opening.value}


def _last(entry: LogEntry) -> Checkpoint:
    checkpoint = checkpoints_of(entry.log.declaration).first()
    if checkpoint is None or checkpoint.size <= entry.index:
        raise NothingLoggedError
    return checkpoint
