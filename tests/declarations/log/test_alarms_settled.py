"""Nothing that the keeper meets ends its round: it is said once, settled by who found it, and other logs go on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from declarations.log import keeper, tree
from declarations.log.alarms import PATIENCE, look_for_silence
from declarations.models import Declaration, Log, LogAlarm, LogKey
from efus_conference.management.commands import keep_log
from tests.declarations.log.keeping import logged, stray
from tests.declarations.log.test_alarms import back_to, mails, notes_of, open_alarms, owner, signed_log
from tests.declarations.log.test_keeper import verified
from tests.declarations.making import office, published, submitted


def test_whatever_goes_wrong_with_one_log_is_said_and_the_next_one_is_signed(
    fresh_db: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = signed_log(tmp_path, 0), signed_log(tmp_path, 0)
    for log in (broken, other):
        verified(submitted(office(log.declaration)))
    # A node that nobody put there in good order: the keeper's own finds its place taken.
    with owner() as cursor:
        cursor.execute(
            "INSERT INTO declarations_lognode (log_id, level, index, hash) VALUES (%s, 1, 0, %s)",
            [broken.pk, b"\0" * 32],
        )
    assert [each.log for each in keeper.keep(tmp_path)] == [other]
    assert open_alarms() == [("failed", str(broken))]
    assert "one_node_per_place" in LogAlarm.objects.get().details
    assert len(mails()) == 1
    with owner() as cursor:
        cursor.execute("DELETE FROM declarations_lognode WHERE log_id = %s", [broken.pk])
    assert [each.log for each in keeper.keep(tmp_path)] == [broken]
    assert open_alarms() == []


def exchanged(log: Log, one: str, other: str) -> None:
    with owner() as cursor:
        cursor.execute(
            "UPDATE declarations_logentry SET body = replace(body, %s, %s) WHERE log_id = %s AND index = 1",
            [one, other, log.pk],
        )


def test_what_a_whole_comparison_found_is_settled_by_a_whole_comparison_alone(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path)
    before = notes_of(log)
    exchanged(log, "published", "withdrawn")
    keeper.keep(tmp_path, whole=True)
    verified(submitted(office(log.declaration)))
    for is_quick in (True, False, True):
        assert keeper.keep(tmp_path, quick=is_quick) == []
    assert (open_alarms(), notes_of(log)) == ([("inconsistent", str(log))], before)
    # Who settles the alarm in the database does not settle what the keeper remembers.
    LogAlarm.objects.update(settled_at=timezone.now())
    assert keeper.keep(tmp_path, quick=True) == []
    assert (open_alarms(), notes_of(log)) == ([("inconsistent", str(log))], before)
    exchanged(log, "withdrawn", "published")
    assert keeper.keep(tmp_path, quick=True) == []
    assert [each.size for each in keeper.keep(tmp_path)] == [4]
    assert open_alarms() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE declarations_lognode SET hash = sha256(hash) WHERE log_id = %s AND level = 1 AND index = 0",
        "DELETE FROM declarations_lognode WHERE log_id = %s AND level = 1 AND index = 1",
        "UPDATE declarations_logentry SET leaf_hash = sha256(leaf_hash) WHERE log_id = %s AND index = 2",
    ],
    ids=["node", "no node", "leaf"],
)
def test_a_whole_comparison_finds_what_would_spoil_a_proof(
    fresh_db: str, tmp_path: Path, statement: str
) -> None:
    log = signed_log(tmp_path, 3)
    with owner() as cursor:
        cursor.execute(statement, [log.pk])
    keeper.keep(tmp_path, quick=True)
    assert open_alarms() == []
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == [("inconsistent", str(log))]


def test_two_keepers_of_which_one_lost_its_memory_raise_one_alarm(fresh_db: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    log = signed_log(here, 0)
    for _number in range(3):
        keeper.keep(there)
        keeper.keep(here, quick=True)
    assert open_alarms() == [("no_memory", "")]
    assert len(mails()) == 1
    verified(submitted(office(log.declaration)))
    assert [each.size for each in keeper.keep(here, quick=True)] == [2]
    # The other one was ended, and finds it no more.
    LogAlarm.objects.update(found_at=timezone.now() - timedelta(minutes=6))
    keeper.keep(here)
    assert open_alarms() == []


def test_a_look_at_logs_in_which_nothing_moved_is_one_query(
    fresh_db: str, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    log = signed_log(tmp_path, 0)
    with django_assert_num_queries(1):
        seen = keeper.look()
    assert seen is not None
    assert keeper.look() == seen
    signature = submitted(office(log.declaration))
    before = keeper.look()
    verified(signature)
    assert keeper.look() != before
    before = keeper.look()
    published()
    assert keeper.look() != before
    keeper.keep(tmp_path)
    before = keeper.look()
    tree.append(log, [stray()])
    assert keeper.look() != before
    keeper.keep(tmp_path)
    assert keeper.look() is None


def test_a_keeper_that_breaks_off_again_and_again_says_so(
    fresh_db: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    settings.LOG_MEMORY = tmp_path / "memory"
    settings.LOG_MEMORY.write_text("a file where a folder should be")
    rounds: list[float] = []

    def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == keep_log.MANY + 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(keep_log.time, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        call_command("keep_log")
    assert open_alarms() == [("failed", "")]
    assert len(mails()) == 1
    settings.LOG_MEMORY.unlink()
    call_command("keep_log", once=True)
    assert open_alarms() == []


def test_that_no_keeper_signs_is_said_by_the_worker_and_settled_by_the_next_keeper(
    fresh_db: str, tmp_path: Path
) -> None:
    declaration = published()
    soon, late = timezone.now() + PATIENCE / 2, timezone.now() + PATIENCE * 2
    look_for_silence(soon)
    assert open_alarms() == []
    for _number in range(2):
        look_for_silence(late)
    assert open_alarms() == [("silent", "")]
    assert len(mails()) == 1
    log = logged(declaration, tmp_path)
    look_for_silence(late)
    assert open_alarms() == []
    tree.append(log, [stray()])
    look_for_silence(late)
    assert open_alarms() == [("silent", "")]
    back_to(log, 1)
    keeper.keep(tmp_path)
    assert open_alarms() == []
    assert LogKey.objects.count() == Declaration.objects.count() == 1
