"""What the keeper did not write it does not sign, whoever may insert rows."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from declarations.log import keeper, memory, merkle, notes, pending, rotation, tree
from declarations.log.entries import Draft, canonical, said_in
from declarations.log.keys import own_key
from declarations.models import Log, LogAlarm, LogEntry, LogKey, LogOpening
from tests.declarations.log.keeping import logged, stray
from tests.declarations.log.test_alarms import back_to, mails, notes_of, open_alarms, signed_log
from tests.declarations.log.test_keeper import verified
from tests.declarations.making import office, published, submitted


def our_fingerprint() -> str:
    return notes.fingerprint(notes.public_bytes(own_key()))


def waiting(log: Log) -> Draft:
    """What the keeper would append next: a signature that was just published."""
    verified(submitted(office(log.declaration)))
    [draft] = pending.drafts(log)
    return draft


def with_spaces(log: Log) -> Draft:
    draft = waiting(log)
    return Draft(draft.kind, json.dumps(said_in(draft.body)), draft.event)


def of_somebody_else(log: Log) -> Draft:
    draft = waiting(log)
    commitments = {"person": "ab" * 32}
    return Draft(draft.kind, canonical({**said_in(draft.body), "commitments": commitments}), draft.event)


def put_back(log: Log) -> Draft:
    draft = waiting(log)
    return Draft(draft.kind, draft.body, None, is_readmitted=True)


FORGED: dict[str, Callable[[Log], Draft]] = {
    "a key that leads to ours": lambda log: stray(new=our_fingerprint(), is_stolen=True, size=1),
    "a key that ours leads to": lambda log: stray(old=our_fingerprint(), size=1),
    "as it would be, with spaces": with_spaces,
    "with commitments to anybody": of_somebody_else,
    "as it would be": waiting,
    "as it would be, but as put back": put_back,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_an_entry_that_the_keeper_did_not_write_is_never_signed(
    fresh_db: str, tmp_path: Path, forge: Callable[[Log], Draft]
) -> None:
    log = signed_log(tmp_path, 1)
    before = notes_of(log)
    tree.append(log, [forge(log)])
    for is_quick in (True, False):
        assert keeper.keep(tmp_path, quick=is_quick) == []
    assert open_alarms() == [("foreign", str(log))]
    assert LogAlarm.objects.get().details == f"Entry 2 of {log.origin} is none that the keeper wrote."
    assert (notes_of(log), len(mails())) == (before, 1)
    other = published()
    assert [each.log.declaration for each in keeper.keep(tmp_path)] == [other]


def test_a_foreign_entry_behind_the_keeper_s_own_is_not_signed_with_them(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = signed_log(tmp_path, 0)
    verified(submitted(office(log.declaration)))
    with monkeypatch.context() as patch:
        patch.setattr(notes, "signed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            keeper.keep(tmp_path)
    assert tree.size_of(log) == 2
    tree.append(log, [stray()])
    assert keeper.keep(tmp_path) == []
    assert open_alarms() == [("foreign", str(log))]


def interrupted(*_arguments: Any) -> str:
    raise KeyboardInterrupt


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "body", "rule"),
    [
        ("key", '{"type":"key"}', "log_entry_says_its_version"),
        ("key", '{"type":"key","v":1}', "log_entry_is_of_two_keys"),
        ("key", stray(v=True).body, "log_entry_says_its_version"),
        ("key", stray(v="1").body, "log_entry_says_its_version"),
        ("key", stray(old="not hex").body, "log_entry_is_of_two_keys"),
        ("key", stray(old=None).body, "log_entry_is_of_two_keys"),
        ("key", stray(new="f" * 64).body, "log_entry_is_of_two_keys"),
        ("key", stray(size=99999).body, "log_entry_is_of_two_keys"),
        ("key", stray(size="0").body, "log_entry_is_of_two_keys"),
        ("key", stray(is_stolen="true").body, "log_entry_is_of_two_keys"),
        ("key", stray(at="today").body, "log_entry_is_of_two_keys"),
        ("key", stray(more=1).body, "log_entry_is_of_two_keys"),
        ("key", stray().body.replace(",", ",\n"), "entry_is_one_line"),
        ("text", '{"type":"text","v":1}', "text_is_the_first_entry"),
    ],
)
def test_the_database_takes_nothing_that_is_no_entry(tmp_path: Path, kind: str, body: str, rule: str) -> None:
    log = logged(published(), tmp_path)
    leaf = merkle.leaf_hash(body.encode())
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        LogEntry.objects.create(log=log, index=1, kind=kind, body=body, leaf_hash=leaf)
    assert caught.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def test_an_entry_tells_of_the_signature_of_its_event(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 0)
    draft = waiting(log)
    other = canonical({**said_in(draft.body), "signature": "00000000-0000-4000-8000-000000000000"})
    with pytest.raises(DatabaseError) as caught:
        tree.append(log, [Draft(draft.kind, other, draft.event)])
    assert caught.value.__cause__.diag.constraint_name == "log_entry_is_of_its_event"  # type: ignore[union-attr]


def test_a_log_that_somebody_else_began_under_another_name_is_not_signed(
    fresh_db: str, tmp_path: Path
) -> None:
    declaration = published()
    log = Log.objects.create(declaration=declaration, origin="elsewhere.example/declarations/trial/log")
    assert keeper.keep(tmp_path) == []
    assert open_alarms() == [("foreign", str(log))]
    assert tree.size_of(log) == 0


def left_by_another_keeper(log: Log, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that another host with the same key appended before it died, unsigned."""
    shutil.copytree(folder, there := folder.parent / "there")
    verified(submitted(office(log.declaration)))
    with monkeypatch.context() as patch:
        patch.setattr(notes, "signed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            keeper.keep(there)
    assert tree.size_of(log) == 2


def test_what_another_host_left_unsigned_is_signed_once_an_owner_trusts_it(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    log = signed_log(folder, 0)
    left_by_another_keeper(log, folder, monkeypatch)
    assert keeper.keep(folder) == []
    assert open_alarms() == [("foreign", str(log))]
    assert [each.size for each in keeper.keep(folder, trust_database=True)] == [2]
    assert open_alarms() == []
    assert keeper.keep(folder.parent / "there") == []
    assert memory.recall(folder, log.origin) == memory.recall(folder.parent / "there", log.origin)


def test_trust_goes_no_further_than_what_the_register_says_and_opens(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    log = signed_log(folder, 0)
    left_by_another_keeper(log, folder, monkeypatch)
    LogOpening.objects.filter(entry__index=1, field="person").delete()
    assert keeper.keep(folder, trust_database=True) == []
    assert open_alarms() == [("foreign", str(log))]


@pytest.mark.parametrize("name", ["as it would be, with spaces", "with commitments to anybody"])
def test_trust_takes_nothing_that_is_not_to_the_byte_what_the_keeper_makes(
    fresh_db: str, tmp_path: Path, name: str
) -> None:
    log = signed_log(tmp_path, 0)
    tree.append(log, [FORGED[name](log)])
    for _number in range(2):
        assert keeper.keep(tmp_path, trust_database=True) == []
    assert open_alarms() == [("foreign", str(log))]


def test_an_owner_takes_foreign_entries_out_as_it_is_written_down(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 2)
    tree.append(log, [waiting(log), stray(), stray(2)])
    keeper.keep(tmp_path)
    assert open_alarms() == [("foreign", str(log))]
    page = (Path(django_settings.BASE_DIR) / "docs" / "operations.md").read_text(encoding="utf-8")
    [statements] = re.findall(r"```sql\n(BEGIN;\n[^`]*?DELETE FROM declarations_logentry[^`]*?)```", page)
    with connections["owner"].cursor() as cursor:
        cursor.execute(statements.replace(":log", str(log.pk)).replace(":size", "3"))
    assert [each.size for each in keeper.keep(tmp_path, whole=True)] == [4]
    assert open_alarms() == []
    with pytest.raises(DatabaseError), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM declarations_logentry")


def test_an_owner_puts_a_key_back_in_use_that_somebody_retired(fresh_db: str, tmp_path: Path) -> None:
    log, mine = signed_log(tmp_path, 0), our_fingerprint()
    tree.append(log, [stray(old=mine)])
    LogKey.objects.update(retired_at=timezone.now())
    LogKey.objects.create(public_key="ab" * 32, fingerprint=notes.fingerprint(b"\xab" * 32))
    keeper.keep(tmp_path)
    assert open_alarms() == [("unknown_key", "")]
    back_to(log, 1)
    page = (Path(django_settings.BASE_DIR) / "docs" / "operations.md").read_text(encoding="utf-8")
    [statements] = re.findall(r"```sql\n(BEGIN;\n.*?)```", page.partition("a key's row was retired")[2], re.S)
    with connections["owner"].cursor() as cursor:
        cursor.execute(statements.replace(":'key'", f"'{mine}'"))
    verified(submitted(office(log.declaration)))
    assert [each.size for each in keeper.keep(tmp_path, whole=True)] == [2]
    assert open_alarms() == []
    assert [key.fingerprint for key in LogKey.objects.all()] == [mine]


def test_a_key_follows_in_no_log_of_which_nothing_is_logged(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    signed_log(tmp_path, 0)
    declaration = published()
    Log.objects.create(declaration=declaration, origin=keeper.new_origin(declaration))
    settings.LOG_KEY = "the key that follows"
    rotation.replace_stolen(tmp_path)
    assert logged(declaration, tmp_path).entries.get().kind == "text"


def test_no_key_is_retired_but_by_an_entry_and_no_alarm_is_taken_away(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path, 0)
    tree.append(log, [stray()])
    keeper.keep(tmp_path)
    alarm = LogAlarm.objects.get()
    attempts: dict[str, Callable[[], object]] = {
        "log_key_is_followed": lambda: LogKey.objects.update(retired_at=timezone.now()),
        "log_alarm_is_kept": alarm.delete,
    }
    for rule, attempt in attempts.items():
        with pytest.raises(DatabaseError) as caught:
            attempt()
        assert caught.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]
    for statement in ("DELETE FROM declarations_logkey", "UPDATE declarations_logkey SET fingerprint = ''"):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)
    LogAlarm.objects.update(settled_at=timezone.now())
    with pytest.raises(DatabaseError):
        LogAlarm.objects.update(settled_at=None)
    keeper.keep(tmp_path)
    assert open_alarms() == [("foreign", str(log))]
