"""What one keeper found and another does not: a keeper is its memory, whatever host it runs on."""

from __future__ import annotations

import platform
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from declarations.log import keeper, memory, tree
from declarations.log.alarms import AlarmError, Reason, raise_alarm
from declarations.log.rotation import replace_stolen
from declarations.models import LogAlarm
from tests.declarations.log.keeping import stray
from tests.declarations.log.test_alarms import open_alarms, signed_log
from tests.declarations.log.test_keeper import verified
from tests.declarations.making import office, submitted


def test_another_container_with_the_same_memory_settles_what_the_first_one_found(
    fresh_db: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = signed_log(tmp_path, 0)
    used, settings.LOG_KEY = settings.LOG_KEY, "a key that is not in use"
    keeper.keep(tmp_path)
    assert open_alarms() == [("unknown_key", "")]
    assert LogAlarm.objects.get().keeper == memory.identity(tmp_path)
    monkeypatch.setattr(platform, "node", lambda: "another container")
    settings.LOG_KEY = used
    keeper.keep(tmp_path)
    assert open_alarms() == []
    tree.append(log, [stray()])
    keeper.keep(tmp_path)
    assert open_alarms() == [("foreign", str(log))]


def test_a_memory_without_a_readable_id_gets_another_one(tmp_path: Path) -> None:
    with memory.held(tmp_path):
        first = memory.identity(tmp_path)
    with memory.held(tmp_path):
        assert memory.identity(tmp_path) == first != ""
    (tmp_path / "keeper").write_bytes(b"\xff")
    with memory.held(tmp_path):
        assert memory.identity(tmp_path) not in ("", first)


def test_a_key_that_followed_is_not_called_refused_for_what_another_keeper_found(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    log = signed_log(tmp_path, 0)
    raise_alarm(None, AlarmError(Reason.UNKNOWN_KEY, "another key"), "another keeper")
    settings.LOG_KEY = "the key that follows"
    assert [each.log for each in replace_stolen(tmp_path)] == [log]


def test_a_database_that_is_trusted_settles_what_that_is_the_remedy_of(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    log = signed_log(tmp_path / "lost", 0)
    settings.LOG_MEMORY = tmp_path / "new"
    raise_alarm(None, AlarmError(Reason.NO_MEMORY, "nothing"), "another keeper")
    raise_alarm(None, AlarmError(Reason.UNKNOWN_KEY, "another key"), "another keeper")
    raise_alarm(log, AlarmError(Reason.FOREIGN, "an entry"), "another keeper")
    call_command("keep_log", trust_database=True)
    assert open_alarms() == [("unknown_key", "")]
    call_command("keep_log", once=True)


def test_what_a_whole_comparison_found_elsewhere_is_settled_by_a_whole_comparison_alone(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path, 0)
    raise_alarm(log, AlarmError(Reason.INCONSISTENT, "another entry"), "another keeper")
    verified(submitted(office(log.declaration)))
    long_ago = timezone.now() - timedelta(minutes=6)
    LogAlarm.objects.update(found_at=long_ago)
    for _number in range(2):
        assert keeper.keep(tmp_path, quick=True) == []
    assert open_alarms() == [("inconsistent", str(log))]
    assert LogAlarm.objects.get().found_at == long_ago
    assert [each.size for each in keeper.keep(tmp_path)] == [2]
    assert open_alarms() == []


def test_a_memory_whose_entries_are_spoilt_is_in_doubt_until_it_is_mended(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path, 0)
    [path] = tmp_path.glob("*/entries")
    good = path.read_bytes()
    path.write_bytes(b"\xff" + good[1:])
    with pytest.raises(memory.MemoryUnreadableError):
        memory.entries(tmp_path, log.origin)
    verified(submitted(office(log.declaration)))
    assert keeper.keep(tmp_path, whole=True) == []
    path.write_bytes(good)
    for _number in range(2):
        assert keeper.keep(tmp_path, quick=True) == []
        assert open_alarms() == [("no_memory", str(log))]
    (path.parent / "doubt").write_bytes(b"\xff")
    assert keeper.keep(tmp_path, quick=True) == []
    assert open_alarms() == [("no_memory", str(log))]
    assert [each.size for each in keeper.keep(tmp_path)] == [2]
    assert open_alarms() == []
    assert LogAlarm.objects.count() == 1
