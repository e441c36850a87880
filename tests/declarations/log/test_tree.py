"""The tree in the database: what it appends, what it proves, and what the database refuses of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from declarations.log import merkle, tree
from declarations.log.entries import Draft, Opening, canonical
from declarations.log.notes import Checkpoint as Head
from declarations.models import Checkpoint, Log, LogEntry, LogNode, LogOpening
from tests.declarations.log.keeping import stray
from tests.declarations.making import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Log:
    return Log.objects.create(declaration=published(), origin="conference.example/declarations/trial/log")


@contextmanager
def refused(rule: str) -> Iterator[None]:
    """The database refuses by the rule of that name, or with these words."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    diagnosis = caught.value.__cause__.diag  # type: ignore[union-attr]
    assert rule in (diagnosis.constraint_name or diagnosis.message_primary)


def test_proofs_from_the_database_are_those_of_the_tree_however_it_was_appended(log: Log) -> None:
    for number in (1, 1, 3, 6, 9):
        size = tree.size_of(log)
        tree.append(log, [stray(each) for each in range(size, size + number)])
    leaves = [bytes(each) for each in log.entries.values_list("leaf_hash", flat=True)]
    assert len(leaves) == 20
    for size in range(1, 21):
        root = tree.root(log, size)
        assert root == merkle.root_of(leaves[:size])
        for index in range(size):
            assert merkle.is_included(
                index, size, leaves[index], tree.inclusion_proof(log, index, size), root
            )
        for old in range(1, size):
            proof = tree.consistency_proof(log, old, size)
            assert merkle.is_consistent(old, size, tree.root(log, old), root, proof)


def test_a_proof_takes_two_queries_however_long_the_log(
    log: Log, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tree.append(log, [stray(each) for each in range(300)])
    with django_assert_num_queries(2):
        tree.inclusion_proof(log, 77, 300)
    with django_assert_num_queries(2):
        tree.consistency_proof(log, 77, 299)


def test_entries_follow_each_other_and_their_hashes_are_of_what_is_stored(log: Log) -> None:
    tree.append(log, [stray(0)])
    body = stray(1).body
    leaf = merkle.leaf_hash(body.encode())
    with refused("log_entry_follows"):
        LogEntry.objects.create(log=log, index=2, kind="key", body=body, leaf_hash=leaf)
    with refused("log_entry_has_its_hash"):
        LogEntry.objects.create(log=log, index=1, kind="key", body=body + " ", leaf_hash=leaf)
    with refused("log_entry_says_its_kind"):
        LogEntry.objects.create(log=log, index=1, kind="text", body=body, leaf_hash=leaf)
    with refused("log_node_is_of_its_children"):
        LogNode.objects.create(log=log, level=1, index=0, hash=leaf)


def test_the_site_s_login_adds_to_a_log_and_does_nothing_else(log: Log) -> None:
    tree.append(log, [stray(0), stray(1)])
    Checkpoint.objects.create(
        log=log, size=2, root=(root := tree.root(log, 2)), note=f"{note_text(log, 2, root)}\n— x\n"
    )
    for table in ("log", "logentry", "lognode", "checkpoint"):
        for statement in (f"UPDATE declarations_{table} SET id = id", f"DELETE FROM declarations_{table}"):
            with refused("permission denied"), connection.cursor() as cursor:
                cursor.execute(statement)


def note_text(log: Log, size: int, root: bytes) -> str:
    return Head(log.origin, size, root).text


def test_there_is_one_checkpoint_of_a_size_and_none_goes_back(log: Log) -> None:
    tree.append(log, [stray(each) for each in range(3)])

    def sign(size: int, said: int | None = None) -> None:
        root = tree.root(log, size)
        Checkpoint.objects.create(
            log=log, size=size, root=root, note=f"{note_text(log, said or size, root)}\n— x\n"
        )

    with refused("checkpoint_says_its_root"):
        sign(2, said=3)
    sign(2)
    for size in (1, 2):
        with refused("checkpoint_goes_on"):
            sign(size)
    sign(3)


def test_an_opening_opens_its_commitment_or_is_refused_and_may_go(log: Log) -> None:
    opening = Opening("ab" * 32, canonical("Robin Example"))
    body = canonical({"type": "published", "commitments": {"person": opening.commitment}, "v": 1})
    draft = Draft("published", body, openings={"person": opening}, is_readmitted=True)
    [entry] = tree.append(log, [draft])
    stored = LogOpening.objects.get(entry=entry)
    with refused("opening_opens_its_commitment"):
        LogOpening.objects.create(entry=entry, field="office", salt=opening.salt, value=opening.value)
    with refused("Cannot update"):
        LogOpening.objects.update(value=canonical("Somebody Else"))
    stored.delete()
    with refused("opening_opens_its_commitment"):
        LogOpening.objects.create(
            entry=entry, field="person", salt=opening.salt, value=canonical("Somebody Else")
        )
