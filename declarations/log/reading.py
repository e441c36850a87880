"""What the public reads of a log: all of it up to the last checkpoint, and nothing that stands beyond.

An entry that no checkpoint covers yet can be shown to nobody: there is nothing that is signed to hold it against.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet, Subquery

from declarations.log import notes, pending
from declarations.models import Checkpoint, Declaration, LogAlarm, LogEntry, LogKey, Signature


class NothingLoggedError(LookupError):
    """No checkpoint of this declaration's log was signed yet."""


def last_checkpoint(declaration: Declaration) -> Checkpoint:
    """The head of its log as it was signed last. NothingLoggedError."""
    found = checkpoints_of(declaration).first()
    if found is None:
        raise NothingLoggedError
    return found


def checkpoints_of(declaration: Declaration) -> QuerySet[Checkpoint]:
    """The newest first."""
    return (
        Checkpoint.objects.filter(log__declaration=declaration)
        .select_related("log__declaration")
        .order_by("-size")
    )


def signed_entries(declaration: Declaration) -> QuerySet[LogEntry]:
    """The entries that the last checkpoint covers, in no order."""
    size = checkpoints_of(declaration).values("size")[:1]
    return LogEntry.objects.filter(log__declaration=declaration, index__lt=Subquery(size)).order_by()


def numbers_of(declaration: Declaration, signature: Signature | None = None) -> dict[int, int]:
    """By the ids of signatures (of one alone, if it is given) the number of the last entry about each.

    One query, however many there are; none of those that are not logged yet.
    """
    about = signed_entries(declaration).filter(event__isnull=False)
    if signature is not None:
        about = about.filter(event__signature=signature)
    return dict(about.order_by("index").values_list("event__signature", "index"))


def entry_about(declaration: Declaration, log_id: UUID) -> LogEntry | None:
    """The last that a log says of a signature: that it was published, or how it ended."""
    return (
        signed_entries(declaration)
        .filter(event__signature__log_id=log_id)
        .select_related("log__declaration", "event__signature__signatory__organisation")
        .order_by("-index")
        .first()
    )


def not_logged_yet(declaration: Declaration) -> int:
    """How many changes of the register, new signatures and ends of old ones, no checkpoint covers."""
    unsigned = LogEntry.objects.filter(log__declaration=declaration, event__isnull=False).exclude(
        pk__in=signed_entries(declaration).values("pk")
    )
    return pending.events(declaration).count() + unsigned.count()


def open_alarms(declaration: Declaration) -> QuerySet[LogAlarm]:
    """Why its log is not added to: alarms of its own, and those of all logs."""
    return LogAlarm.objects.filter(Q(log__declaration=declaration) | Q(log=None), settled_at=None).order_by(
        "raised_at"
    )


def keys() -> list[LogKey]:
    """The public keys, the one in use first, then the latest that was."""
    return sorted(
        LogKey.objects.order_by("-first_used_at", "-pk"), key=lambda key: key.retired_at is not None
    )


def key_of(checkpoint: Checkpoint) -> LogKey | None:
    """The key that signed it, the one in use where it is among several; None where none of ours did."""
    note = notes.read(checkpoint.note)
    origin = checkpoint.log.origin
    return next((key for key in keys() if note.is_signed_by(origin, bytes.fromhex(key.public_key))), None)


def in_groups(fingerprint: str) -> str:
    """As people compare it: groups of four."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
