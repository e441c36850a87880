"""The one who adds to the logs and signs them: one process alone, `manage.py keep_log`.

What it did not write itself it does not sign. In a round, for each declaration: what the database holds is compared
with what is remembered; what became public is noted on disk, to the byte, then appended and committed; then the head
is signed, remembered on disk, and only then shown. A crash between any two of these is taken up by the next round,
which finds its own words. What another keeper with the same key signed is taken over; anything else stops the log.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Subquery

from declarations.log import memory as memories
from declarations.log import notes, pending, tree
from declarations.log.alarms import AlarmError, Reason, watched
from declarations.log.entries import said_in
from declarations.log.keys import own_key
from declarations.log.looking import Seen, check_before_all, check_log, compare_all, names_of
from declarations.log.memory import MemoryUnreadableError
from declarations.log.notes import Checkpoint as Head
from declarations.models import Checkpoint, Declaration, Log, LogAlarm, LogEntry, Mailbox
from efus_conference.mail import queue

logger = logging.getLogger(__name__)


def keep(
    memory: Path | None = None,
    *,
    trust_database: bool = False,
    whole: bool = False,
    quick: bool = False,
    found: list[AlarmError] | None = None,
) -> list[Checkpoint]:
    """One round over all declarations; the checkpoints it made. What it finds amiss becomes a `LogAlarm`.

    `memory` is `LOG_MEMORY` unless given; what this round found amiss is added to `found`. Raises KeyElsewhereError on
    a host without the key.
    """
    folder, key = memory or settings.LOG_MEMORY, own_key()
    with memories.held(folder):
        one = Round(folder, key, trust_database=trust_database, whole=whole, quick=quick)
        made = one.run()
    if found is not None:
        found += one.found
    return made


def look() -> tuple[int, ...] | None:
    """What changes, by one query, when something became public or a log was added to; None while an alarm is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM declarations_logalarm WHERE settled_at IS NULL), "
            "(SELECT number FROM efus_conference_publicversion), "
            "(SELECT max(id) FROM declarations_logentry), (SELECT max(id) FROM declarations_checkpoint)"
        )
        alarms, *others = cursor.fetchone()
    return None if alarms else tuple(each or 0 for each in others)


@dataclass(frozen=True)
class Round:
    """For who holds the memory. `before`: the key that this one follows, in good order.

    `whole` compares every entry with what is remembered, which takes as long as the logs are. `trust_database` signs
    unsigned entries that another keeper left, where they are what the register says, to the byte. `quick` leaves alone
    the logs in which nothing moved: a few queries, however many there are. `found`: what a round found amiss.
    """

    folder: Path
    key: Ed25519PrivateKey
    before: Ed25519PrivateKey | None = None
    trust_database: bool = False
    whole: bool = False
    quick: bool = False
    found: list[AlarmError] = field(default_factory=list, init=False)

    @property
    def public_key(self) -> bytes:
        return notes.public_bytes(self.key)

    def run(self) -> list[Checkpoint]:
        with self._watched(None):
            check_before_all(self.folder, self.public_key, trust_database=self.trust_database)
            busy = pending.declarations()
            logs = self._logs(busy)
            if self.quick:
                logs = self._moved(logs, busy)
            return [each for log in logs if (each := self._of(log)) is not None]
        return []

    def _watched(self, log: Log | None) -> AbstractContextManager[None]:
        compares = self.whole or not self.quick
        return watched(log, self.folder, self.found, compares=compares, trust_database=self.trust_database)

    def _moved(self, logs: list[Log], busy: set[int]) -> list[Log]:
        """Those of which something is to be logged, or that are not as they are remembered, or were stopped."""
        stopped = set(LogAlarm.objects.filter(settled_at=None).values_list("log", flat=True))
        entries = LogEntry.objects.filter(log=OuterRef("pk")).order_by("-index")
        shown = Checkpoint.objects.filter(log=OuterRef("pk")).order_by("-size")
        found = Log.objects.annotate(
            last=Subquery(entries.values("index")[:1]), note=Subquery(shown.values("note")[:1])
        )
        stored = {pk: (last, note) for pk, last, note in found.values_list("pk", "last", "note")}
        return [
            log
            for log in logs
            if log.declaration_id in busy or log.pk in stopped or stored[log.pk] != self._remembered(log)
        ]

    def _remembered(self, log: Log) -> tuple[int | None, str | None]:
        """The number of the last entry and the note about it."""
        try:
            remembered = memories.recall(self.folder, log.origin)
        except MemoryUnreadableError:
            return None, None
        return (remembered.head.size - 1, remembered.note) if remembered else (None, None)

    def _logs(self, busy: set[int]) -> list[Log]:
        """Those that are begun, and those that begin now."""
        for declaration in Declaration.objects.filter(pk__in=busy, log=None):
            origin = new_origin(declaration)
            memories.begin(self.folder, origin)
            Log.objects.get_or_create(declaration=declaration, defaults={"origin": origin})
        return list(Log.objects.order_by("pk"))

    def _of(self, log: Log) -> Checkpoint | None:
        """One log. What goes wrong with it, foreseen or not, keeps no other one waiting."""
        with self._watched(log):
            try:
                with tree.kept(log):
                    self._append(log)
                    return self._sign(log)
            except AlarmError:
                raise
            except MemoryUnreadableError as error:
                raise AlarmError(Reason.NO_MEMORY, str(error)) from error
            except Exception as error:
                # Somebody was erased while their entry was made: the next round makes it without the name.
                if _rule(error) == "opening_is_of_nobody_erased":
                    return None
                if not _answers():
                    raise
                logger.exception("The keeper broke off at %s.", log)
                raise AlarmError(Reason.FAILED, f"{type(error).__name__}: {error}"[:2000]) from error
        return None

    @transaction.atomic
    def _append(self, log: Log) -> None:
        """Appends what became public, committed before anything of it is signed, and noted before that."""
        tree.lock(log)
        seen = self._check(log)
        self._compare(log)
        drafts = pending.drafts(log)
        if drafts or self.trust_database:
            unsigned = log.entries.filter(index__gte=seen.size).order_by("index")
            bodies = [*unsigned.values_list("body", flat=True), *(draft.body for draft in drafts)]
            memories.intend(self.folder, log.origin, seen.size, bodies)
            tree.append(log, drafts)

    def _compare(self, log: Log) -> None:
        """What a comparison of all entries found is found gone by another one alone, and these are not made quickly.

        Whoever's it was: what another keeper found is said again, and not found again.
        """
        own = memories.doubted(self.folder, log.origin)
        said = log.alarms.filter(reason=Reason.INCONSISTENT, settled_at=None).first()
        if self.whole or ((own or said) and not self.quick):
            compare_all(self.folder, log)
        elif own:
            found, is_memory = own
            raise AlarmError(Reason.NO_MEMORY if is_memory else Reason.INCONSISTENT, found)
        elif said:
            raise AlarmError(Reason.INCONSISTENT, said.details, is_found=False)

    @transaction.atomic
    def _sign(self, log: Log) -> Checkpoint | None:
        tree.lock(log)
        seen, size = self._check(log), tree.size_of(log)
        if size == seen.shown:
            return None
        note = seen.note
        if seen.size < size:
            new = list(log.entries.filter(index__gte=seen.size).order_by("index"))
            text = Head(log.origin, size, tree.root(log, size)).text
            note = notes.signed(text, log.origin, self._signers(new))
            memories.remember(self.folder, log.origin, note, [entry.body for entry in new])
        head = notes.checkpoint_of(notes.read(note))
        made = Checkpoint.objects.create(log=log, size=head.size, root=head.root, note=note)
        _tell(made, seen)
        return made

    def _check(self, log: Log) -> Seen:
        keys = (self.public_key, *([notes.public_bytes(self.before)] if self.before else []))
        return check_log(self.folder, log, keys, trust_database=self.trust_database)

    def _signers(self, new: list[LogEntry]) -> list[Ed25519PrivateKey]:
        """The first checkpoint after a key followed another in good order is signed by both."""
        said = [said_in(entry.body) for entry in new if entry.kind == LogEntry.Kind.KEY]
        olds = {each["old"] for each in said if not each["is_stolen"]}
        if not olds:
            return [self.key]
        if self.before is None or olds != {notes.fingerprint(notes.public_bytes(self.before))}:
            raise AlarmError(Reason.UNKNOWN_KEY, "A change of keys was not brought to its end: rotate again.")
        return [self.key, self.before]


def _rule(error: Exception) -> str:
    """The rule of the database by whose name it refused."""
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def new_origin(declaration: Declaration) -> str:
    """The name of the log for ever: an address without its scheme, unless a log before has had it."""
    first, other = names_of(declaration)
    return other if Log.objects.filter(origin=first).exists() else first


def _tell(checkpoint: Checkpoint, seen: Seen) -> None:
    """The witness of the checkpoint, and each office of what is logged about its signature."""
    if settings.LOG_WITNESS:
        queue("declarations/checkpoint", checkpoint_id=checkpoint.pk)
    has_mailbox = Mailbox.objects.filter(signatory=OuterRef("event__signature__signatory"))
    told = checkpoint.log.entries.filter(
        Exists(has_mailbox), index__gte=seen.shown, index__lt=checkpoint.size
    ).exclude(kind=LogEntry.Kind.HISTORICAL)
    for entry_id in told.order_by("index").values_list("pk", flat=True):
        queue("declarations/proof", entry_id=entry_id)
