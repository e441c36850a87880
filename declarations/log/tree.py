"""The tree of a log in the database: entries are appended with the nodes they complete, and proofs read a few of both.

Every perfect subtree has its hash stored once, so that a proof reads as many rows as the tree is high, however many
entries there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection, transaction
from django.db.models import Max

from declarations.log import merkle
from declarations.log.entries import Draft
from declarations.log.merkle import Place, Range
from declarations.models import Log, LogEntry, LogNode, LogOpening
from declarations.triggers import LOCKS_OF_LOGS

IN_ONE_STATEMENT = 1000  # rows
# One look into the index for each place: of a table that grew a moment ago the database knows too little to choose that
# by itself, and would read all of it.
LEAVES = """
    SELECT wanted.index, entry.leaf_hash
    FROM unnest(%s::int[]) AS wanted(index)
    CROSS JOIN LATERAL (
        SELECT leaf_hash FROM declarations_logentry WHERE log_id = %s AND index = wanted.index LIMIT 1
    ) AS entry
"""
NODES = """
    SELECT wanted.level, wanted.index, node.hash
    FROM unnest(%s::int[], %s::int[]) AS wanted(level, index)
    CROSS JOIN LATERAL (
        SELECT hash FROM declarations_lognode
        WHERE log_id = %s AND level = wanted.level AND index = wanted.index LIMIT 1
    ) AS node
"""
LOCKS_OF_KEEPERS = (
    6963  # the class of the locks, one per log, held while one keeper appends to it and signs it
)


def size_of(log: Log) -> int:
    """How many entries a log has."""
    last = log.entries.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def lock(log: Log) -> None:
    """Until the transaction ends, nobody else adds to the log: the triggers of its tables take the same lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS_OF_LOGS, log.pk])


@contextmanager
def kept(log: Log) -> Iterator[None]:
    """Over several transactions, no keeper of another host looks at what one of a log is at; waits for its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS_OF_KEEPERS, log.pk])
    try:
        yield
    finally:
        # A connection that was lost has lost its locks.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS_OF_KEEPERS, log.pk])


@transaction.atomic
def append(log: Log, drafts: Sequence[Draft]) -> list[LogEntry]:
    """Appends entries in this order, with their openings and the nodes they complete, in a few statements."""
    lock(log)
    size = size_of(log)
    made = [
        LogEntry(
            log=log,
            index=size + number,
            kind=draft.kind,
            body=draft.body,
            leaf_hash=merkle.leaf_hash(draft.body.encode()),
            event=draft.event,
            is_readmitted=draft.is_readmitted,
        )
        for number, draft in enumerate(drafts)
    ]
    # The row before counts for the next one, so the order is that of the statement.
    LogEntry.objects.bulk_create(made, batch_size=IN_ONE_STATEMENT)
    LogOpening.objects.bulk_create(
        [
            LogOpening(entry=entry, field=name, salt=opening.salt, value=opening.value)
            for entry, draft in zip(made, drafts, strict=True)
            for name, opening in draft.openings.items()
        ],
        batch_size=IN_ONE_STATEMENT,
    )
    LogNode.objects.bulk_create(_completed(log, size, made), batch_size=IN_ONE_STATEMENT)
    return made


def _completed(log: Log, size: int, made: Sequence[LogEntry]) -> list[LogNode]:
    """The nodes that new entries complete, the children before their parents."""
    # Of the old tree only the right edge is needed: at most one node of each level waits for its sibling.
    edge = dict(zip(merkle.perfect((0, size)), hashes(log, merkle.perfect((0, size))), strict=True))
    nodes = []
    for entry in made:
        level, index, made_hash = 0, entry.index, bytes(entry.leaf_hash)
        edge[level, index] = made_hash
        while index % 2:
            made_hash = merkle.node_hash(edge.pop((level, index - 1)), edge.pop((level, index)))
            level, index = level + 1, index // 2
            edge[level, index] = made_hash
            nodes.append(LogNode(log=log, level=level, index=index, hash=made_hash))
    return nodes


def hashes(log: Log, places: Sequence[Place]) -> list[bytes]:
    """The hashes of perfect subtrees, in two queries at most. LookupError where one is not in the log."""
    leaves = [index for level, index in places if level == 0]
    above = [place for place in places if place[0]]
    found: dict[Place, bytes] = {}
    if leaves:
        with connection.cursor() as cursor:
            cursor.execute(LEAVES, [leaves, log.pk])
            found |= {(0, index): bytes(each) for index, each in cursor}
    if above:
        with connection.cursor() as cursor:
            cursor.execute(
                NODES, [[level for level, _index in above], [index for _level, index in above], log.pk]
            )
            found |= {(level, index): bytes(each) for level, index, each in cursor}
    return [found[place] for place in places]


def root(log: Log, size: int) -> bytes:
    """The root over the first entries of a log."""
    return merkle.joined(hashes(log, merkle.perfect((0, size))))


def inclusion_proof(log: Log, index: int, size: int) -> list[bytes]:
    """What shows that an entry is in the tree of that size. ValueError where it is not."""
    return _joined(log, merkle.inclusion_ranges(index, size))


def consistency_proof(log: Log, old: int, new: int) -> list[bytes]:
    """What shows that the tree of size `new` begins with that of size `old`."""
    return _joined(log, merkle.consistency_ranges(old, new))


def _joined(log: Log, ranges: Iterable[Range]) -> list[bytes]:
    parts = [merkle.perfect(each) for each in ranges]
    known = iter(hashes(log, [place for part in parts for place in part]))
    return [merkle.joined([next(known) for _place in part]) for part in parts]
