"""Two who both believe that they sign, and a keeper that dies at any step."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from declarations.log import keeper, memory, merkle, notes, tree
from declarations.log import memory as memories
from declarations.models import Checkpoint, Declaration, Log, LogAlarm, LogEntry
from tests.declarations.log.keeping import logged
from tests.declarations.log.test_keeper import verified
from tests.declarations.making import office, published, submitted
from tests.declarations.test_race import at_once


def is_whole(log: Log) -> bool:
    """Numbers without a gap, one entry per event, and checkpoints that are each of the entries."""
    rows = list(log.entries.order_by("index").values_list("index", "body"))
    leaves = [merkle.leaf_hash(body.encode()) for _index, body in rows]
    events = [each for each in log.entries.values_list("event", flat=True) if each]
    heads = [(each.size, bytes(each.root)) for each in log.checkpoints.order_by("size")]
    return (
        [index for index, _body in rows] == list(range(len(rows)))
        and len(events) == len(set(events))
        and all(root == merkle.root_of(leaves[:size]) for size, root in heads)
        and heads[-1][0] == len(rows)
    )


def waiting(declaration: Declaration, number: int) -> None:
    for _number in range(number):
        verified(submitted(office(declaration)))


def written_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All notes that any keeper ever wrote, whatever became of them."""
    written: list[str] = []
    remember = memory.remember

    def watch(folder: Path, origin: str, note: str, new: Any) -> None:
        written.append(note)
        remember(folder, origin, note, new)

    monkeypatch.setattr(memories, "remember", watch)
    return written


def test_keepers_of_one_memory_at_once_log_everything_once(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = written_to(tmp_path, monkeypatch)
    declaration = published()
    waiting(declaration, 3)
    results = at_once(*[lambda: len(keeper.keep(tmp_path))] * 6)
    assert sorted(results) == [0, 0, 0, 0, 0, 1]
    assert len(written) == 1
    assert is_whole(logged(declaration, tmp_path))


def test_keepers_of_two_hosts_at_once_never_sign_two_notes_of_one_size(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    written = written_to(tmp_path, monkeypatch)
    declaration = published()
    logged(declaration, here)
    shutil.copytree(here, there)
    waiting(declaration, 4)

    def several(folder: Path) -> Callable[[], None]:
        def rounds() -> None:
            for _number in range(4):
                keeper.keep(folder)

        return rounds

    monkeypatch.setattr(keeper.pending, "AT_ONCE", 1)
    at_once(several(here), several(there), lambda: waiting(declaration, 2))
    for folder in (here, there) * 4:
        keeper.keep(folder)
    assert not LogAlarm.objects.exists()
    log = Log.objects.get(declaration=declaration)
    assert is_whole(log)
    assert tree.size_of(log) == 7
    by_size: dict[int, set[str]] = {}
    for note in [*written, *Checkpoint.objects.values_list("note", flat=True)]:
        by_size.setdefault(notes.checkpoint_of(notes.read(note)).size, set()).add(note)
    assert {len(each) for each in by_size.values()} == {1}
    assert memory.recall(here, log.origin) == memory.recall(there, log.origin)


def test_without_the_locks_two_keepers_do_stand_in_each_other_s_way(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test before would find: without our lock, both begin with what the other adds meanwhile."""
    here, there = tmp_path / "here", tmp_path / "there"
    declaration = published()
    logged(declaration, here)
    shutil.copytree(here, there)
    waiting(declaration, 1)
    monkeypatch.setattr(tree, "lock", lambda log: None)
    monkeypatch.setattr(tree, "kept", lambda log: nullcontext())
    drafts = keeper.pending.drafts

    def slowly(log: Log) -> Any:
        found = drafts(log)
        time.sleep(0.4)
        return found

    monkeypatch.setattr(keeper.pending, "drafts", slowly)
    at_once(lambda: len(keeper.keep(here)), lambda: len(keeper.keep(there)))
    assert [alarm.reason for alarm in LogAlarm.objects.all()] == ["failed"]


class DiedError(BaseException):
    """The process ended here."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool) -> Iterator[None]:
    """The keeper dies as it does this: before anything of it happened, or right after."""
    do = getattr(owner, name)

    def die(*args: Any, **options: Any) -> Any:
        if after:
            do(*args, **options)
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        yield


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (memories, "intend"),
        (tree, "append"),
        (keeper.notes, "signed"),
        (memories, "remember"),
        (Checkpoint.objects, "create"),
        (keeper, "_tell"),
    ],
    ids=["intend", "append", "sign", "remember", "show", "tell"],
)
def test_a_keeper_that_dies_at_any_step_is_followed_by_one_that_goes_on(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, after: bool
) -> None:
    declaration = published()
    log = logged(declaration, tmp_path)
    waiting(declaration, 2)
    with dying(monkeypatch, owner, name, after=after), pytest.raises(DiedError):
        keeper.keep(tmp_path)
    remembered = memory.recall(tmp_path, log.origin)
    # Something more becomes public before the next one looks.
    waiting(declaration, 1)
    logged(declaration, tmp_path)
    logged(declaration, tmp_path)
    assert is_whole(log)
    assert tree.size_of(log) == 4
    assert remembered
    if remembered.head.size == 3:
        # What was signed and remembered stays true, shown or not.
        assert remembered.head.root == tree.root(log, 3)
    assert keeper.keep(tmp_path, whole=True) == []


def test_a_keeper_that_dies_while_it_writes_its_entries_leaves_no_half_line(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = published()
    log = logged(declaration, tmp_path)
    waiting(declaration, 1)
    [path] = tmp_path.glob("*/entries")
    with path.open("ab") as file:
        file.write(b'{"at":"2026-')
    logged(declaration, tmp_path)
    assert memory.entries(tmp_path, log.origin) == list(
        log.entries.order_by("index").values_list("body", flat=True)
    )


PROGRAM = """
import sys
from pathlib import Path
import django
django.setup()
from django.db import connections
for alias in connections:
    connections[alias].settings_dict["NAME"] = sys.argv[1]
from declarations.log import keeper
while True:
    keeper.keep(Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_processes_that_are_killed_at_any_moment_leave_a_log_that_goes_on(
    fresh_db: str, tmp_path: Path
) -> None:
    declaration = published()
    log = logged(declaration, tmp_path)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", PROGRAM, fresh_db, str(tmp_path)]
        return subprocess.Popen(command, env=environment, cwd=django_settings.BASE_DIR)

    keepers = [start(), start()]
    try:
        for number in range(6):
            waiting(declaration, 1)
            if number % 2:
                victim = keepers.pop(0)
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                keepers.append(start())
        until = time.monotonic() + 60
        while tree.size_of(log) < 7 and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        for process in keepers:
            process.kill()
            process.wait()
    logged(declaration, tmp_path)
    assert is_whole(log)
    assert LogEntry.objects.count() == 7
    assert keeper.keep(tmp_path, whole=True) == []
    assert not LogAlarm.objects.exists()
    connections.close_all()
