"""A key follows another, in good order or because it was stolen; what was handed out before stays to be checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from declarations.log import keeper, notes, tree
from declarations.log.entries import said_in
from declarations.log.keys import own_key, secret_key
from declarations.log.reading import in_groups
from declarations.log.rotation import RotationRefusedError, replace_stolen, rotate
from declarations.models import Checkpoint, Log, LogAlarm, LogKey
from tests.declarations.log.keeping import logged, stray
from tests.declarations.log.test_keeper import kinds, verified
from tests.declarations.making import office, published, submitted

pytestmark = pytest.mark.django_db
OLD, NEW = "the key before", "the key that follows"


@pytest.fixture
def log(tmp_path: Path, settings: Any) -> Log:
    """Of two entries, signed by the old key; `LOG_KEY` is the new one from here on."""
    settings.LOG_KEY = OLD
    settings.LOG_MEMORY = tmp_path
    declaration = published()
    signatory = office(declaration)
    logged(declaration, tmp_path)
    verified(submitted(signatory))
    log = logged(declaration, tmp_path)
    settings.LOG_KEY = NEW
    return log


def public(key: str) -> bytes:
    return notes.public_bytes(secret_key(key))


def signers(log: Log) -> dict[int, set[str]]:
    """By the size of each checkpoint, which of the two keys signed it."""
    return {
        each.size: {key for key in (OLD, NEW) if notes.read(each.note).is_signed_by(log.origin, public(key))}
        for each in log.checkpoints.order_by("size")
    }


def key_entries(log: Log) -> list[tuple[int, Any, Any, Any, Any]]:
    found = [
        (index, said_in(body)) for index, body in log.entries.filter(kind="key").values_list("index", "body")
    ]
    return [
        (index, each["old"], each["new"], each["size"], each["is_stolen"])
        for index, each in sorted(found, key=lambda pair: pair[0])
    ]


def keys() -> list[tuple[str, bool, bool]]:
    rows = LogKey.objects.order_by("first_used_at", "pk")
    return [(row.public_key, row.retired_at is None, row.is_stolen) for row in rows]


def test_in_good_order_both_keys_sign_the_change_and_then_the_new_one_alone(log: Log, tmp_path: Path) -> None:
    rotate(secret_key(OLD), tmp_path)
    old, new = notes.fingerprint(public(OLD)), notes.fingerprint(public(NEW))
    assert key_entries(log) == [(2, old, new, 2, False)]
    verified(submitted(office(log.declaration)))
    logged(log.declaration, tmp_path)
    assert signers(log) == {1: {OLD}, 2: {OLD}, 3: {OLD, NEW}, 4: {NEW}}
    assert keys() == [(public(OLD).hex(), False, False), (public(NEW).hex(), True, False)]


def test_what_waits_is_signed_by_the_old_key_before_the_change(log: Log, tmp_path: Path) -> None:
    verified(submitted(office(log.declaration)))
    rotate(secret_key(OLD), tmp_path)
    assert signers(log) == {1: {OLD}, 2: {OLD}, 3: {OLD}, 4: {OLD, NEW}}
    assert [entry[3] for entry in key_entries(log)] == [3]


def test_a_stolen_key_signs_nothing_more_not_even_the_change(log: Log, tmp_path: Path) -> None:
    verified(submitted(office(log.declaration)))
    replace_stolen(tmp_path)
    old, new = notes.fingerprint(public(OLD)), notes.fingerprint(public(NEW))
    assert key_entries(log) == [(2, old, new, 2, True)]
    # What waited was never signed by the old key, and comes after the change.
    assert kinds(log) == ["text", "published", "key", "published"]
    assert signers(log) == {1: {OLD}, 2: {OLD}, 4: {NEW}}
    assert keys() == [(public(OLD).hex(), False, True), (public(NEW).hex(), True, False)]


def test_a_stolen_key_is_not_called_replaced_while_it_is_still_the_one_set(
    log: Log, tmp_path: Path, settings: Any
) -> None:
    settings.LOG_KEY = OLD
    with pytest.raises(RotationRefusedError, match="set another one first"):
        replace_stolen(tmp_path)
    assert [key.is_stolen for key in LogKey.objects.all()] == [False]


def test_what_the_thief_signs_afterwards_is_refused(log: Log, tmp_path: Path) -> None:
    replace_stolen(tmp_path)
    verified(submitted(office(log.declaration)))
    tree.append(log, keeper.pending.drafts(log))
    root = tree.root(log, 4)
    note = notes.signed(notes.Checkpoint(log.origin, 4, root).text, log.origin, [secret_key(OLD)])
    Checkpoint.objects.create(log=log, size=4, root=root, note=note)
    keeper.keep(tmp_path)
    assert [alarm.reason for alarm in LogAlarm.objects.filter(settled_at=None)] == ["forked"]


@pytest.mark.parametrize("is_stolen", [False, True], ids=["in good order", "stolen"])
def test_a_change_that_broke_off_is_brought_to_its_end(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stolen: bool
) -> None:
    def change() -> object:
        return replace_stolen(tmp_path) if is_stolen else rotate(secret_key(OLD), tmp_path)

    with monkeypatch.context() as patch:
        patch.setattr(notes, "signed", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            change()
    assert signers(log) == {1: {OLD}, 2: {OLD}}
    assert kinds(log)[-1] == "key"
    keeper.keep(tmp_path)
    if is_stolen:
        assert signers(log)[3] == {NEW}
        return
    # The keeper alone has not both keys, and one note of a size is all there may be.
    assert 3 not in signers(log)
    assert [alarm.reason for alarm in LogAlarm.objects.filter(settled_at=None)] == ["unknown_key"]
    change()
    assert signers(log)[3] == {OLD, NEW}
    assert not LogAlarm.objects.filter(settled_at=None).exists()
    assert len(key_entries(log)) == 1


def _interrupted(*_arguments: Any) -> str:
    raise KeyboardInterrupt


def test_a_key_follows_only_the_one_in_use(log: Log, tmp_path: Path, settings: Any) -> None:
    with pytest.raises(RotationRefusedError, match="An alarm is open: LOG_KEY makes the key"):
        rotate(secret_key("a stranger's"), tmp_path)
    assert signers(log) == {1: {OLD}, 2: {OLD}}
    rotate(secret_key(OLD), tmp_path)
    settings.LOG_KEY = OLD
    with pytest.raises(RotationRefusedError, match="a key that was retired"):
        rotate(secret_key(NEW), tmp_path)
    assert [row[1] for row in keys()] == [False, True]


def test_no_key_follows_in_a_log_that_was_not_the_one_signed(log: Log, tmp_path: Path) -> None:
    tree.append(log, [stray()])
    for change in (lambda: rotate(secret_key(OLD), tmp_path), lambda: replace_stolen(tmp_path)):
        with pytest.raises(RotationRefusedError):
            change()
    assert keys() == [(public(OLD).hex(), True, False)]


def test_keys_that_followed_each_other_lead_from_the_first_to_the_last(
    log: Log, tmp_path: Path, settings: Any
) -> None:
    rotate(secret_key(OLD), tmp_path)
    settings.LOG_KEY = "a third"
    replace_stolen(tmp_path)
    third = notes.fingerprint(notes.public_bytes(own_key()))
    old, new = notes.fingerprint(public(OLD)), notes.fingerprint(public(NEW))
    assert [entry[1:] for entry in key_entries(log)] == [(old, new, 2, False), (new, third, 3, True)]


def test_the_command_shows_the_keys_and_changes_them(
    log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (in_groups(notes.fingerprint(public(key))) for key in (OLD, NEW))
    call_command("log_key", "list")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{old}, first used ")
    assert lines[0].endswith(", in use")
    assert lines[1] == f"{new}, made by LOG_KEY, not used yet"
    monkeypatch.delenv("LOG_KEY_BEFORE", raising=False)
    with pytest.raises(CommandError, match="Set LOG_KEY_BEFORE"):
        call_command("log_key", "rotate")
    monkeypatch.setenv("LOG_KEY_BEFORE", OLD)
    call_command("log_key", "rotate")
    assert capsys.readouterr().out.splitlines() == [
        f"Signed {log.origin} with 3 entries.",
        f"In use is {new}: publish it.",
    ]
    call_command("log_key", "list")
    lines = capsys.readouterr().out.splitlines()
    assert ", retired " in lines[0]
    assert lines[1].endswith(", in use, made by LOG_KEY")
    assert LogAlarm.objects.count() == 0
