"""Runs inside the site: fills logs, measures what they cost and what is read for a proof. Prints JSON."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from benchmarks.declarations_inside import declaration_of, register
from declarations.log import keeper, merkle, tree
from declarations.log.bundle import bundle_of
from declarations.log.entries import Draft, of_key
from declarations.log.keys import own_key
from declarations.log.notes import fingerprint, public_bytes
from declarations.models import Declaration, Log
from declarations.sealed.contents import contents_of
from efus_conference.seal import examined, sealed

PROOFS = 200  # of each kind and size
TEN_THOUSAND = 10_000


def drafts(first: int, count: int) -> list[Draft]:
    return [
        of_key(old="f" * 64, new=f"{number:064x}", size=0, is_stolen=False, at=timezone.now())
        for number in range(first, first + count)
    ]


def keep() -> dict[str, Any]:
    """Rounds of the keeper until nothing is left, over everything that was published by now."""
    begun, before = time.perf_counter(), _logged()
    rounds = []
    while True:
        at = time.perf_counter()
        if not keeper.keep():
            break
        rounds.append(time.perf_counter() - at)
    idle = time.perf_counter() - at
    return {
        "entries": _logged() - before,
        "seconds": time.perf_counter() - begun - idle,
        "rounds": len(rounds),
        "longest": max(rounds, default=0.0),
        "idle": idle,
    }


def _logged() -> int:
    return sum(tree.size_of(log) for log in Log.objects.all())


def bundle(slug: str, folder: str) -> dict[str, Any]:
    """The bundle of a declaration as a file, and how a reader is told its key."""
    declaration = Declaration.objects.get(slug=slug)
    begun = time.perf_counter()
    content = json.dumps(bundle_of(declaration), ensure_ascii=False)
    took = time.perf_counter() - begun
    file = Path(folder) / "bundle.json"
    file.write_text(content, encoding="utf-8")
    return {
        "file": str(file),
        "key": fingerprint(public_bytes(own_key())),
        "bytes": len(content.encode()),
        "entries": tree.size_of(declaration.log),
        "seconds": took,
    }


def seal(slug: str) -> dict[str, Any]:
    """How long the PDF of a declaration takes, and the seal on it, at best of three: the first loads its parts."""
    declaration = Declaration.objects.get(slug=slug)
    made, took = b"", []
    with translation.override("en"):
        begun = time.perf_counter()
        contents = contents_of(declaration)
        pdf = contents.pdf(at=timezone.now())
        setting = time.perf_counter() - begun
        for _attempt in range(3):
            begun = time.perf_counter()
            made = sealed(pdf, reason="Measured")
            took.append(time.perf_counter() - begun)
    return {
        "signatures": contents.signatures,
        "setting": setting,
        "sealing": min(took),
        "first": took[0],
        "bytes": len(made),
        "holds": examined(made).holds,
    }


def appending(count: int) -> dict[str, Any]:
    """So many entries in one go, and the same again where the log is that long already."""
    log = Log.objects.create(declaration=declaration_of("long-log"), origin="bench.example/log")
    took = []
    for _half in range(2):
        begun = time.perf_counter()
        tree.append(log, drafts(tree.size_of(log), count))
        took.append(time.perf_counter() - begun)
    return {"entries": count, "first": took[0], "again": took[1]}


def proving(size: int) -> dict[str, Any]:
    """What a proof takes at the log's size now, grown to this: milliseconds, queries, and rows the database read."""
    log = Log.objects.get(origin="bench.example/log")
    while (now := tree.size_of(log)) < size:
        tree.append(log, drafts(now, min(TEN_THOUSAND, size - now)))
    with connection.cursor() as cursor:
        # As autovacuum does in its own time.
        cursor.execute("ANALYZE declarations_logentry, declarations_lognode")
    choose = random.Random(size)  # noqa: S311 - the same places in each run
    root = tree.root(log, size)
    places = [choose.randrange(size) for _ in range(PROOFS)]
    leaves = {number: bytes(log.entries.get(index=number).leaf_hash) for number in places}
    olds = [choose.randrange(1, size) for _ in range(PROOFS)]
    roots = {old: tree.root(log, old) for old in olds}

    def included(number: int) -> bool:
        return merkle.is_included(number, size, leaves[number], tree.inclusion_proof(log, number, size), root)

    def consistent(old: int) -> bool:
        return merkle.is_consistent(old, size, roots[old], root, tree.consistency_proof(log, old, size))

    return {
        "size": size,
        "inclusion": _measured(included, places),
        "consistency": _measured(consistent, olds),
    }


def _measured(proves: Callable[[int], bool], places: list[int]) -> dict[str, Any]:
    took, queries, rows, holds = [], [], [], True
    for place in places:
        begun = time.perf_counter()
        holds = proves(place) and holds
        took.append((time.perf_counter() - begun) * 1000)
        with transaction.atomic():
            before = _rows_read()
            count = 0

            def counting(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
                nonlocal count
                count += 1
                return execute(sql, params, many, context)

            with connection.execute_wrapper(counting):
                proves(place)
            queries.append(count)
            rows.append(_rows_read() - before)
    took.sort()
    return {
        "p50": took[len(took) // 2],
        "p99": took[len(took) * 99 // 100],
        "queries": max(queries),
        "rows": max(rows),
        "holds": holds,
    }


def _rows_read() -> int:
    """By this transaction, of entries and nodes: those of whole tables, and those found by an index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('declarations_logentry', 'declarations_lognode')"
        )
        return int(cursor.fetchone()[0] or 0)


def main() -> None:
    what, *arguments = sys.argv[1:]
    answers: dict[str, Callable[..., Any]] = {
        "register": lambda count: register(int(count)),
        "keep": keep,
        "bundle": bundle,
        "seal": seal,
        "append": lambda count: appending(int(count)),
        "prove": lambda size: proving(int(size)),
    }
    json.dump(answers[what](*arguments), sys.stdout)
