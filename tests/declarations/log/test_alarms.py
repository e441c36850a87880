"""What the keeper refuses to sign, and how it says so. The owner of the database does here what the site cannot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.log import keeper, memory, merkle, notes, tree
from declarations.log.keys import own_key, secret_key
from declarations.log.notes import Checkpoint as Head
from declarations.models import Checkpoint, Log, LogAlarm, LogKey
from efus_conference.mail import compose, render
from registration.ticket_keys import secret_key as secret_key_of_tickets
from tests.declarations.log.keeping import logged, stray
from tests.declarations.log.test_keeper import verified
from tests.declarations.making import office, published, submitted

TABLES = ("logopening", "logentry", "lognode", "checkpoint", "log")
GUARDED = (*TABLES, "logkey", "signatureevent")


@contextmanager
def owner() -> Iterator[Any]:
    """The one who may do anything, triggers or not."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE declarations_{table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE declarations_{table} ENABLE TRIGGER USER")


def back_to(log: Log, size: int) -> None:
    """The database as it was when the log had so many entries."""
    with owner() as cursor:
        cursor.execute(
            "DELETE FROM declarations_logopening o USING declarations_logentry e "
            "WHERE o.entry_id = e.id AND e.log_id = %s AND e.index >= %s",
            [log.pk, size],
        )
        cursor.execute("DELETE FROM declarations_logentry WHERE log_id = %s AND index >= %s", [log.pk, size])
        cursor.execute(
            "DELETE FROM declarations_lognode WHERE log_id = %s AND (index + 1) << level > %s", [log.pk, size]
        )
        cursor.execute("DELETE FROM declarations_checkpoint WHERE log_id = %s AND size > %s", [log.pk, size])


def signed_log(folder: Path, signatures: int = 2) -> Log:
    """A log with a text and so many signatures, with a checkpoint after each."""
    declaration = published()
    log = logged(declaration, folder)
    for _number in range(signatures):
        verified(submitted(office(declaration)))
        logged(declaration, folder)
    return log


def open_alarms() -> list[tuple[str, str]]:
    found = LogAlarm.objects.filter(settled_at=None).order_by("pk")
    return [(alarm.reason, str(alarm.log or "")) for alarm in found]


def mails() -> list[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="mail.send").order_by("pk")
    return [job.args["ids"]["alarm_id"] for job in jobs if job.args["kind"] == "declarations/log_alarm"]


def notes_of(log: Log) -> list[tuple[int, str]]:
    return list(log.checkpoints.order_by("size").values_list("size", "note"))


def test_a_log_that_was_cut_is_signed_no_more_and_said_so_once(
    fresh_db: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = signed_log(tmp_path)
    back_to(log, 2)
    before = notes_of(log)
    for is_quick in (True, True, False):
        assert keeper.keep(tmp_path, quick=is_quick) == []
    assert open_alarms() == [("rewound", str(log))]
    [alarm] = LogAlarm.objects.all()
    assert alarm.details == f"{log.origin} has 2 entries; 3 were signed."
    assert mails() == [alarm.pk]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert notes_of(log) == before
    [letter] = compose("declarations/log_alarm", alarm_id=alarm.pk)
    assert letter.to == "organisers@conference.example"
    assert alarm.details in render("declarations/log_alarm", letter).text


def test_a_cut_log_gets_nothing_added_whatever_becomes_public(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path)
    waiting = submitted(office(log.declaration))
    back_to(log, 2)
    verified(waiting)
    keeper.keep(tmp_path)
    assert tree.size_of(log) == 2
    # As many entries as were signed, and others: what came after the restore is not what came before.
    tree.append(log, [stray()])
    keeper.keep(tmp_path)
    assert open_alarms() == [("inconsistent", str(log))]
    assert len(notes_of(log)) == 2


def test_other_logs_go_on_beside_one_that_was_stopped(fresh_db: str, tmp_path: Path) -> None:
    stopped = signed_log(tmp_path)
    back_to(stopped, 1)
    keeper.keep(tmp_path)
    other = published()
    [checkpoint] = keeper.keep(tmp_path)
    assert checkpoint.log.declaration == other


def test_an_entry_that_was_rewritten_is_found_though_the_tree_was_left(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path)
    with owner() as cursor:
        cursor.execute(
            "UPDATE declarations_logentry SET body = replace(body, 'published', 'withdrawn') "
            "WHERE log_id = %s AND index = 1",
            [log.pk],
        )
    assert keeper.keep(tmp_path) == []
    assert open_alarms() == []
    keeper.keep(tmp_path, whole=True)
    assert open_alarms() == [("inconsistent", str(log))]


def test_entries_in_another_order_with_all_hashes_made_anew_are_refused(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path)
    with owner() as cursor:
        cursor.execute(
            "UPDATE declarations_logentry SET index = 100 - index WHERE log_id = %s AND index > 0", [log.pk]
        )
        cursor.execute(
            "UPDATE declarations_logentry SET index = index - 97 WHERE log_id = %s AND index > 2", [log.pk]
        )
        cursor.execute(
            "UPDATE declarations_logentry SET index = 3 - (index - 1) WHERE log_id = %s AND index > 1",
            [log.pk],
        )
    bodies = list(log.entries.order_by("index").values_list("index", "kind", "body"))
    assert [each[0] for each in bodies] == [0, 1, 2]
    leaves = [merkle.leaf_hash(body.encode()) for _index, _kind, body in bodies]
    with owner() as cursor:
        cursor.execute(
            "UPDATE declarations_lognode SET hash = %s WHERE log_id = %s",
            [merkle.node_hash(leaves[0], leaves[1]), log.pk],
        )
    keeper.keep(tmp_path)
    assert open_alarms() == [("inconsistent", str(log))]


def forged(log: Log, size: int, *, key: str) -> Checkpoint:
    """A checkpoint as somebody else would insert it, by the site's own login."""
    root = tree.root(log, size)
    note = notes.signed(Head(log.origin, size, root).text, log.origin, [secret_key(key)])
    return Checkpoint.objects.create(log=log, size=size, root=root, note=note)


def test_an_entry_and_a_checkpoint_that_somebody_else_made_are_refused(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 1)
    tree.append(log, [stray()])
    keeper.keep(tmp_path)
    assert open_alarms() == [("foreign", str(log))]
    assert tree.size_of(log) == 3
    forged(log, 3, key="a stranger's")
    keeper.keep(tmp_path)
    assert open_alarms() == [("forked", str(log))]


def test_a_checkpoint_by_another_key_over_honest_entries_is_refused(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 1)
    signature = submitted(office(log.declaration))
    verified(signature)
    tree.append(log, keeper.pending.drafts(log))
    forged(log, 3, key="a stranger's")
    keeper.keep(tmp_path)
    assert open_alarms() == [("forked", str(log))]


def test_what_another_host_with_the_same_key_signed_is_taken_over(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    log = signed_log(tmp_path, 1)
    shutil.copytree(tmp_path, there := tmp_path.parent / "there")
    verified(submitted(office(log.declaration)))
    logged(log.declaration, there)
    assert keeper.keep(tmp_path) == []
    assert open_alarms() == []
    here, other = memory.recall(tmp_path, log.origin), memory.recall(there, log.origin)
    assert here == other
    assert memory.entries(tmp_path, log.origin) == memory.entries(there, log.origin)


def test_another_key_than_the_one_in_use_signs_nothing(fresh_db: str, tmp_path: Path, settings: Any) -> None:
    log = signed_log(tmp_path)
    before, key = notes_of(log), settings.LOG_KEY
    verified(submitted(office(log.declaration)))
    settings.LOG_KEY = "another"
    assert keeper.keep(tmp_path) == []
    assert (open_alarms(), notes_of(log), mails()) == (
        [("unknown_key", "")],
        before,
        [LogAlarm.objects.get().pk],
    )
    settings.LOG_KEY = key
    assert [checkpoint.size for checkpoint in keeper.keep(tmp_path, quick=True)] == [4]
    assert open_alarms() == []
    assert LogAlarm.objects.get().settled_at


def test_a_key_is_not_taken_for_the_first_where_another_signed_before(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    signed_log(tmp_path)
    with owner() as cursor:
        cursor.execute("DELETE FROM declarations_logkey")
    keeper.keep(tmp_path)
    assert open_alarms() == [("unknown_key", "")]
    assert not LogKey.objects.exists()


def test_without_its_memory_the_keeper_signs_only_once_it_was_told_to_trust_the_database(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path)
    shutil.rmtree(tmp_path)
    assert keeper.keep(tmp_path) == []
    assert open_alarms() == [("no_memory", "")]
    keeper.keep(tmp_path, trust_database=True)
    assert open_alarms() == []
    remembered = memory.recall(tmp_path, log.origin)
    assert remembered
    assert remembered.note == notes_of(log)[-1][1]
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == []


def test_trusting_the_database_takes_over_no_note_of_another_key(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 1)
    tree.append(log, [stray()])
    forged(log, 3, key="a stranger's")
    shutil.rmtree(tmp_path)
    keeper.keep(tmp_path, trust_database=True)
    assert open_alarms() == [("forked", str(log))]
    assert memory.recall(tmp_path, log.origin) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("head", b""),
        ("head", b"[]"),
        ("head", b'{"origin": "x", "note": "y", "bytes": "z"}'),
        ("head", b"\xff"),
        ("entries", b""),
        ("entries", None),
    ],
)
def test_a_memory_that_was_damaged_is_not_written_over(
    fresh_db: str, tmp_path: Path, name: str, content: bytes | None
) -> None:
    log = signed_log(tmp_path, 1)
    [path] = tmp_path.glob(f"*/{name}")
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    verified(submitted(office(log.declaration)))
    assert keeper.keep(tmp_path, quick=True) == []
    assert [reason for reason, _log in open_alarms()] == ["no_memory"]
    if content is not None:
        assert path.read_bytes() == content


def test_a_database_without_the_log_that_was_signed_is_a_rewound_one(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 0)
    with owner() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM declarations_{table}")
    assert keeper.keep(tmp_path) == []
    assert open_alarms() == [("rewound", "")]
    assert not Log.objects.exists()
    assert log.origin in LogAlarm.objects.get().details


def test_the_key_of_the_log_is_no_other_one(settings: Any) -> None:
    settings.LOG_KEY = settings.TICKET_KEY = "the same text"
    tickets = secret_key_of_tickets(settings.TICKET_KEY)[1]
    assert notes.public_bytes(own_key()) != tickets.public_key().public_bytes_raw()
